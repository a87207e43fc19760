import type { ReleaseGateProgress } from '../../decision/release-gate';
import type {
  ParticipantProgress,
  ReleaseEvent,
  ReleaseProgress,
  ReleaseResult,
} from '../../workflows/release-contract';
import { RELEASE_PROGRESS } from '../../workflows/release-contract';
import type { CoordinatorQuery } from '../coordinator/coordinator-handle';
import { each, fieldsOf, judged, nextStepOf, orNull, whole } from './whole';

/** How a release is asked where it is. */
export const RELEASE_QUERY: CoordinatorQuery<ReleaseProgress> = { name: RELEASE_PROGRESS, read: readRelease };

/** What the query `release` answered, whole, whichever release of Drover it is of. */
export function readRelease(answer: unknown): ReleaseProgress {
  const read = whole(answer, EMPTY_PROGRESS);
  return {
    ...read,
    participants: each(read.participants, readParticipant),
    gates: each(read.gates, readGate),
    events: each(read.events, (event) => whole(event, EMPTY_EVENT)),
    result: orNull(read.result, readReleaseResult),
  };
}

function readReleaseResult(answer: unknown): ReleaseResult {
  const read = whole(answer, EMPTY_RESULT);
  const { verdict } = fieldsOf(answer);
  return {
    ...read,
    ...judged(verdict, read.reason),
    nextStep: nextStepOf(verdict, read.nextStep),
    participants: each(read.participants, readParticipant),
    gates: each(read.gates, readGate),
  };
}

function readParticipant(answer: unknown): ParticipantProgress {
  const read = whole(answer, EMPTY_PARTICIPANT);
  return read.verdict === null ? read : { ...read, ...judged(read.verdict, read.reason ?? '') };
}

const readGate = (answer: unknown): ReleaseGateProgress => whole(answer, EMPTY_GATE);

const EMPTY_EVENT: ReleaseEvent = { at: 0, level: 'info', phase: 'checking', text: '' };
const EMPTY_GATE: ReleaseGateProgress = { name: '', environment: '', asks: '', state: 'waiting', why: null };
const EMPTY_PARTICIPANT: ParticipantProgress = {
  key: '',
  environment: '',
  stack: '',
  service: '',
  images: '',
  wave: 1,
  deploymentId: '',
  requestId: '',
  state: 'waiting',
  since: 0,
  verdict: null,
  reason: null,
};

const EMPTY_PROGRESS: ReleaseProgress = {
  releaseId: '',
  requestId: '',
  name: null,
  requestedBy: '',
  requestedWhy: null,
  phase: 'checking',
  phaseSince: 0,
  startedAt: 0,
  participants: [],
  gates: [],
  decision: null,
  attention: null,
  attentionUntil: null,
  events: [],
  eventCount: 0,
  next: '',
  result: null,
};

const EMPTY_RESULT: ReleaseResult = {
  verdict: 'needs-attention',
  reason: '',
  nextStep: '',
  releaseId: '',
  requestId: '',
  decision: null,
  participants: [],
  gates: [],
  startedAt: 0,
  endedAt: 0,
  requestedBy: '',
};
