import type { DeploymentResult, Progress } from '../../workflows/contract';
import { each, fieldsOf, judged, nextStepOf, orNull, whole } from './whole';

/** What the query `progress` answered, whole, whichever release it is of. */
export function readProgress(answer: unknown): Progress {
  const read = whole(answer, EMPTY_PROGRESS);
  return {
    ...read,
    events: each(read.events, (event) => whole(event, EMPTY_EVENT)),
    result: orNull(read.result, readResult),
  };
}

/** What a deployment ended with, whole, whichever release it is of. */
export function readResult(answer: unknown): DeploymentResult {
  const read = whole(answer, EMPTY_RESULT);
  const { verdict } = fieldsOf(answer);
  return { ...read, ...judged(verdict, read.reason), nextStep: nextStepOf(verdict, read.nextStep) };
}

const EMPTY_EVENT: Progress['events'][number] = { at: 0, level: 'info', phase: 'resolving', text: '' };

const EMPTY_PROGRESS: Progress = {
  deploymentId: '',
  requestId: '',
  environment: '',
  stack: '',
  service: '',
  phase: 'resolving',
  phaseSince: 0,
  startedAt: 0,
  requestedBy: '',
  requestedWhy: null,
  round: 0,
  maxRounds: null,
  finishSent: false,
  isAway: false,
  images: [],
  state: null,
  message: null,
  instances: [],
  instancesAt: null,
  upgraded: [],
  expected: null,
  rancherUrl: null,
  events: [],
  eventCount: 0,
  next: '',
  waitsFor: [],
  attention: null,
  person: null,
  diagnosis: null,
  serviceLog: [],
  result: null,
};

const EMPTY_RESULT: DeploymentResult = {
  verdict: 'needs-attention',
  reason: '',
  nextStep: '',
  tried: [],
  deploymentId: '',
  requestId: '',
  environment: '',
  stack: '',
  service: '',
  serviceId: null,
  images: [],
  rounds: 0,
  state: null,
  rancherUrl: null,
  startedAt: 0,
  endedAt: 0,
  timeline: [],
  diagnosis: null,
  requestedBy: '',
  requestedWhy: null,
};
