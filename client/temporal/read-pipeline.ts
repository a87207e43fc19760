import type {
  PipelineEvent,
  PipelineProgress,
  PipelineResult,
  Said,
  StageEnvironment,
  StageProgress,
} from '../../workflows/pipeline-contract';
import { PIPELINE_PROGRESS } from '../../workflows/pipeline-contract';
import type { CoordinatorQuery } from '../coordinator/coordinator-handle';
import { each, fieldsOf, judged, nextStepOf, orNull, whole } from './whole';

/** How a pipeline is asked where it is. */
export const PIPELINE_QUERY: CoordinatorQuery<PipelineProgress> = { name: PIPELINE_PROGRESS, read: readPipeline };

/** What the query `pipeline` answered, whole, whichever release of Drover it is of. */
export function readPipeline(answer: unknown): PipelineProgress {
  const read = whole(answer, EMPTY_PROGRESS);
  return {
    ...read,
    stages: each(read.stages, readStage),
    events: each(read.events, (event) => whole(event, EMPTY_EVENT)),
    result: orNull(read.result, readPipelineResult),
  };
}

function readPipelineResult(answer: unknown): PipelineResult {
  const read = whole(answer, EMPTY_RESULT);
  const { verdict } = fieldsOf(answer);
  return {
    ...read,
    ...judged(verdict, read.reason),
    nextStep: nextStepOf(verdict, read.nextStep),
    stages: each(read.stages, readStage),
  };
}

function readStage(answer: unknown): StageProgress {
  const read = whole(answer, EMPTY_STAGE);
  return {
    ...read,
    rejectedBy: orNull(read.rejectedBy, readSaid),
    brokenGlass: orNull(read.brokenGlass, readSaid),
    environments: each(read.environments, readEnvironment),
  };
}

function readEnvironment(answer: unknown): StageEnvironment {
  const read = whole(answer, EMPTY_ENVIRONMENT);
  return read.verdict === null ? read : { ...read, ...judged(read.verdict, read.reason ?? '') };
}

const readSaid = (answer: unknown): Said => whole(answer, EMPTY_SAID);

const EMPTY_SAID: Said = { by: '', why: null, at: 0 };
const EMPTY_EVENT: PipelineEvent = { at: 0, level: 'info', stage: '', text: '' };
const EMPTY_ENVIRONMENT: StageEnvironment = {
  environment: '',
  releaseId: null,
  verdict: null,
  reason: null,
  changes: [],
};
const EMPTY_STAGE: StageProgress = {
  name: '',
  from: '',
  state: 'waiting',
  since: 0,
  until: null,
  waitsFor: null,
  approvedBy: [],
  rejectedBy: null,
  brokenGlass: null,
  environments: [],
};

const EMPTY_PROGRESS: PipelineProgress = {
  pipelineId: '',
  requestId: '',
  name: '',
  stack: '',
  requestedBy: '',
  requestedWhy: null,
  startedAt: 0,
  stages: [],
  images: [],
  events: [],
  eventCount: 0,
  result: null,
};

const EMPTY_RESULT: PipelineResult = {
  verdict: 'needs-attention',
  reason: '',
  nextStep: '',
  pipelineId: '',
  requestId: '',
  stages: [],
  startedAt: 0,
  endedAt: 0,
  requestedBy: '',
};
