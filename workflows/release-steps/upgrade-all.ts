import { isGood } from '../../decision/release-verdict';
import type { Part, ReleaseRun } from '../release-run';
import { nameOf } from '../release-run';
import { sendToLane } from './orders';

/** How often it is seen to that a service which has not begun still is in its lane, milliseconds: somebody may have terminated that. */
const LOOK_AGAIN_MILLIS = 300_000;

/**
 * Upgrades the services, wave after wave, at most so many at a time, until each is verified and held, or there is no use in going on.
 */
export async function upgradeAll(run: ReleaseRun): Promise<void> {
  const { parallelism } = run.request;
  run.enter('upgrading', `upgrading, at most ${parallelism} at a time; nothing is finished before all are verified`);
  for (;;) {
    leaveAlone(run);
    if (hasToGoBack(run) || run.parts.every(isSettled)) return;
    const underWay = run.parts.filter(isUnderWay).length;
    const next = run.parts.filter((part) => mayBegin(run, part)).slice(0, Math.max(0, parallelism - underWay));
    for (const part of next) {
      // Meanwhile it may have told that it runs: that of a run before this one was reset.
      if (part.state !== 'waiting') continue;
      run.move(part, 'asked');
      await sendToLane(part.ticket);
    }
    if (next.length > 0) continue;
    const seen = run.changes;
    await run.until(() => run.changes !== seen, LOOK_AGAIN_MILLIS, 'wait for the services to be verified');
    for (const part of run.parts)
      if (part.state === 'asked' && Date.now() - part.since >= LOOK_AGAIN_MILLIS)
        await sendToLane({ ...part.ticket, since: part.since });
  }
}

/** All of them go back before the first one is finished. */
export function hasToGoBack(run: ReleaseRun): boolean {
  if (run.recall !== null) return true;
  return (run.failed !== null || run.gateFailed !== null) && run.request.onFailure === 'rollback-all';
}

/** Verified and held, or over. */
function isSettled(part: Part): boolean {
  return part.state === 'verified' || part.state === 'done' || part.state === 'left-alone';
}

function isUnderWay({ state }: Part): boolean {
  return state === 'asked' || state === 'upgrading' || state === 'parked';
}

function mayBegin(run: ReleaseRun, part: Part): boolean {
  if (part.state !== 'waiting') return false;
  return run.parts.every((other) => other.wave >= part.wave || isSettled(other));
}

/** What is not begun any more, since another one failed. */
function leaveAlone(run: ReleaseRun): void {
  if (run.failed === null || run.request.onFailure === 'rollback-all') return;
  const isBad = (part: Part): boolean => (part.state === 'done' || part.state === 'left-alone') && !isGood(part);
  for (const part of run.parts) {
    if (part.state !== 'waiting') continue;
    const missing = run.parts.find((other) => isBad(other) && part.dependsOn.includes(other.key));
    if (run.request.onFailure === 'stop') run.settle(part, null, `not begun, for ${nameOf(run.failed)} failed`);
    else if (missing !== undefined) run.settle(part, null, `not begun, for it depends on ${nameOf(missing)}`);
  }
}
