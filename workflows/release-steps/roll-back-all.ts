import type { Part, ReleaseRun } from '../release-run';
import { nameOf } from '../release-run';
import { atMost } from './at-most';
import { wavesOf } from './finish-all';
import { sendOrder, takeFromLane } from './orders';

/** How often a deployment is told again, milliseconds: it may have begun, or have been reset, since. */
const TELL_AGAIN_MILLIS = 30_000;

/** Takes back what was begun, in the reverse order: what depends on others goes first. */
export async function rollBackAll(run: ReleaseRun): Promise<void> {
  const { failed, recall, gateFailed } = run;
  const why = recall?.said ?? gateFailed ?? (failed === null ? 'it was decided so before' : `${nameOf(failed)} failed`);
  const isBegun = wavesOf(run)
    .flat()
    .some(({ verdict }) => verdict === null);
  if (isBegun) run.enter('rolling-back', `${why}: taking all services back, in the reverse order`);
  else run.note('info', `${why}: nothing is left that would have to be taken back`);
  for (const part of run.parts) if (part.state === 'waiting') run.settle(part, null, 'not begun');
  for (const wave of wavesOf(run).reverse())
    await atMost(run.request.parallelism, [...wave].reverse(), (part) => takeBack(run, part, why));
}

async function takeBack(run: ReleaseRun, part: Part, why: string): Promise<void> {
  const by = `the release ${run.request.releaseId}`;
  if (part.verdict === null) run.move(part, 'rolling-back');
  for (let told = 0; part.verdict === null && !isLeftAlone(part); told += 1) {
    // Where it waits in its lane it never begins; where it has just begun, the order finds it.
    if (!part.hasBegun) await takeFromLane(part.ticket, { by, why });
    const isThere = await sendOrder(part, { do: 'roll-back', by, why });
    if (part.hasBegun && !isThere && told > 0 && part.verdict === null)
      return run.settle(part, 'interfered', 'its workflow was ended in Temporal');
    if (!part.hasBegun && !isThere && told > 1 && part.verdict === null) return run.settle(part, null, 'not begun');
    await run.until(() => part.verdict !== null, TELL_AGAIN_MILLIS, `wait for ${nameOf(part)} to be as before`);
  }
}

function isLeftAlone({ state }: Part): boolean {
  return state === 'left-alone';
}
