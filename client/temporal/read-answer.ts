import { VERDICTS } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import type { DeploymentResult, Progress } from '../../workflows/contract';

// What a worker says may be of another release than this client: fields that are missing are empty, those that are not known are passed
// over, and a word that is not known is shown as it is.

type Fields = Readonly<Record<string, unknown>>;

/** What the query `progress` answered, whole, whichever release it is of. */
export function readProgress(answer: unknown): Progress {
  const given = fieldsOf(answer);
  return {
    ...EMPTY_PROGRESS,
    ...present(given, EMPTY_PROGRESS),
    result: given['result'] === null || given['result'] === undefined ? null : readResult(given['result']),
  };
}

/** What a deployment ended with, whole, whichever release it is of. */
export function readResult(answer: unknown): DeploymentResult {
  const given = fieldsOf(answer);
  const { verdict } = given;
  const whole: DeploymentResult = { ...EMPTY_RESULT, ...present(given, EMPTY_RESULT) };
  if (isVerdict(verdict)) return { ...whole, verdict };
  const word = typeof verdict === 'string' ? `"${verdict.slice(0, 60)}"` : 'none';
  return {
    ...whole,
    verdict: 'needs-attention',
    reason: `the verdict is ${word}, which this client does not know, for the worker is of another release: ${whole.reason}`,
    nextStep: whole.nextStep === '' ? 'Ask with a client of the release that the worker has.' : whole.nextStep,
  };
}

function isVerdict(word: unknown): word is Verdict {
  return typeof word === 'string' && Object.hasOwn(VERDICTS, word);
}

function fieldsOf(answer: unknown): Fields {
  return typeof answer === 'object' && answer !== null ? (answer as Fields) : {};
}

/** The fields that are there and of the kind that is expected; where null is expected, anything may be there. */
function present<Whole extends object>(given: Fields, empty: Whole): Partial<Whole> {
  const entries = Object.entries(empty).filter(([name, usual]) => {
    const value = given[name];
    if (value === undefined) return false;
    if (usual === null) return true;
    return Array.isArray(usual) ? Array.isArray(value) : typeof value === typeof usual;
  });
  return Object.fromEntries(entries.map(([name]) => [name, given[name]])) as Partial<Whole>;
}

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
  upgraded: [],
  expected: null,
  rancherUrl: null,
  events: [],
  eventCount: 0,
  next: '',
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
