import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { DeploymentRequest } from '../../../decision/request';
import { LANE_VIEW } from '../../../workflows/lane-contract';
import { PIPELINE_PROGRESS } from '../../../workflows/pipeline-contract';
import { RELEASE_PROGRESS } from '../../../workflows/release-contract';

export { lane } from '../../../workflows/lane';

/**
 * Stands in for the workers of other releases. `:older` says the least that the first release would have; `:newer` says more than this
 * one knows, in words that it does not know. Each waits for `confirm`, and then ends.
 */
export async function upgradeService(request: DeploymentRequest): Promise<object> {
  const isNewer = request.image?.endsWith(':newer') === true;
  let isOver = false;
  setHandler(defineSignal('confirm'), () => void (isOver = true));
  setHandler(defineQuery<object>('progress'), () => (isNewer ? newer(isOver) : older(isOver)));
  await condition(() => isOver);
  return isNewer ? newerResult : olderResult;
}

const olderResult = { verdict: 'succeeded', reason: 'as it was said at first', nextStep: '' };
const older = (isOver: boolean): Answer => ({
  phase: isOver ? 'done' : 'waiting',
  events: [{ at: 1_790_000_000_000, level: 'info', phase: 'waiting', text: 'said by an older worker' }],
  eventCount: 1,
  result: isOver ? olderResult : null,
});

const newerResult = {
  verdict: 'postponed',
  reason: 'it waits for the moon',
  nextStep: 'Look up.',
  moon: { phase: 'waning' },
  timeline: [{ phase: 'pondering', from: 1_790_000_000_000, to: 1_790_000_001_000, moon: 'waning' }],
  tried: [],
  images: [{ config: 'primary', from: 'example/web:1', to: 'example/web:newer', signedBy: 'joe' }],
  startedAt: 1_790_000_000_000,
  endedAt: 1_790_000_001_000,
};
const newer = (isOver: boolean): Answer => ({
  ...older(isOver),
  phase: isOver ? 'done' : 'pondering',
  phaseSince: 1_790_000_000_000,
  events: [
    { at: 1_790_000_000_000, level: 'note', phase: 'pondering', text: 'said by a newer worker', moon: 'waning' },
  ],
  moon: 'waning',
  person: isOver
    ? null
    : {
        kind: 'oracle',
        reason: 'somebody has to look up',
        mend: 'Look up.',
        since: 1_790_000_000_000,
        until: 1_790_000_001_000,
        atExpiry: 'it ends',
        tried: [],
        commands: [{ command: 'drover look up', does: 'looks', moon: 'waning' }],
        rancherUrl: null,
      },
  result: isOver ? newerResult : null,
});

/** What a query is answered with, in the words of another release. */
interface Answer {
  readonly result: object | null;
  readonly [field: string]: unknown;
}

/** A release: `…-newer` as its request id says more than this client knows. */
export function release({ request }: { request: { requestId: string } }): Promise<object> {
  return answering(RELEASE_PROGRESS, request.requestId.endsWith('-newer') ? newerRelease : olderRelease);
}

/** A pipeline, alike. */
export function pipeline({ requestId }: { requestId: string }): Promise<object> {
  return answering(PIPELINE_PROGRESS, requestId.endsWith('-newer') ? newerPipeline : olderPipeline);
}

/** A lane: it answers, and waits to be cancelled. */
export async function laneOfAnotherRelease(worker: 'older' | 'newer'): Promise<void> {
  const member = { requestId: 'r/1', images: 'example/web:waits' };
  const olderLane = { waiting: [member] };
  const newerLane = {
    holder: 'the moon',
    waiting: [{ ...member, deploymentId: 'd1', requestedBy: 'joe', since: 1_790_000_000_000, moon: 'waning' }],
    places: { 'r/1': { at: 'waiting', position: 1, moon: 'waning' }, 'r/2': { at: 'the moon' } },
    moon: 'waning',
  };
  setHandler(defineQuery<object>(LANE_VIEW), () => (worker === 'older' ? olderLane : newerLane));
  await condition(() => false);
}

/** Answers a query, and ends with what it then answers as the result once it is told to. */
async function answering(query: string, progress: (isOver: boolean) => Answer): Promise<object> {
  let isOver = false;
  setHandler(defineSignal('confirm'), () => void (isOver = true));
  setHandler(defineQuery<object>(query), () => progress(isOver));
  await condition(() => isOver);
  return progress(true).result ?? {};
}

const olderRelease = (isOver: boolean): Answer => ({
  ...older(isOver),
  participants: [{ stack: 'shop', service: 'web', images: 'example of old' }],
  result: isOver ? { ...olderResult, participants: [{ stack: 'shop', service: 'web' }] } : null,
});

const participant = {
  ...{ key: 'prod/shop/web', environment: 'prod', stack: 'shop', service: 'web', images: 'example/web:2', wave: 1 },
  ...{ deploymentId: 'd1', requestId: 'r/1', state: 'pondering', since: 1_790_000_000_000, verdict: 'postponed' },
  ...{ reason: 'it waits for the moon', moon: 'waning' },
};
const newerRelease = (isOver: boolean): Answer => ({
  ...newer(isOver),
  participants: [participant],
  gates: [{ name: 'moon', state: 'pondering', moon: 'waning' }],
  decision: 'postpone',
  result: isOver ? { ...newerResult, participants: [participant], gates: [{ name: 'moon', state: 'new' }] } : null,
});

const olderPipeline = (isOver: boolean): Answer => ({
  ...older(isOver),
  stages: [{ name: 'example of old', environments: [{ environment: 'prod' }] }],
  result: isOver ? { ...olderResult, stages: [{ name: 'example of old' }] } : null,
});

const stage = {
  ...{ name: 'prod', from: 'dev', state: 'pondering', since: 1_790_000_000_000, until: null, waitsFor: 'the moon' },
  ...{ approvedBy: ['joe'], rejectedBy: { by: 'joe' }, brokenGlass: null, moon: 'waning' },
  environments: [{ environment: 'prod', verdict: 'postponed', reason: 'it waits for the moon', moon: 'waning' }],
};
const newerPipeline = (isOver: boolean): Answer => ({
  ...newer(isOver),
  stages: [stage],
  result: isOver ? { ...newerResult, stages: [stage] } : null,
});
