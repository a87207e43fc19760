import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { DeploymentRequest } from '../../../decision/request';

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
const older = (isOver: boolean): object => ({
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
const newer = (isOver: boolean): object => ({
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
