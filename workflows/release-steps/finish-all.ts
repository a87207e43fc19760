import type { Part, ReleaseRun } from '../release-run';
import { nameOf } from '../release-run';
import { atMost } from './at-most';
import { sendOrder } from './orders';

/** How often a deployment is told again, milliseconds: it may have been reset since. */
const TELL_AGAIN_MILLIS = 600_000;

/** Finishes what is held, wave after wave. What does not get through is named, and the others are finished all the same: it is decided. */
export async function finishAll(run: ReleaseRun): Promise<void> {
  if (
    wavesOf(run)
      .flat()
      .every(({ verdict }) => verdict !== null)
  ) {
    const isSame = run.parts.every(({ verdict }) => verdict === 'unchanged');
    return run.note(
      'info',
      isSame ? 'all services run it already: nothing is touched' : 'nothing is left that could be finished',
    );
  }
  run.enter('finishing', 'it is decided and recorded: finishing all services in their order');
  for (const wave of wavesOf(run)) await atMost(run.request.parallelism, wave, (part) => finish(run, part));
}

async function finish(run: ReleaseRun, part: Part): Promise<void> {
  const why = run.confirmedBy === null ? 'all services are verified' : `confirmed by ${run.confirmedBy}`;
  const by = run.confirmedBy ?? `the release ${run.request.releaseId}`;
  if (part.state === 'verified') run.move(part, 'finishing');
  while (part.verdict === null && part.state !== 'left-alone') {
    const isThere = await sendOrder(part, { do: 'commit', by, why });
    if (!isThere && part.verdict === null) return run.settle(part, 'interfered', 'its workflow was ended in Temporal');
    await run.until(() => part.verdict !== null, TELL_AGAIN_MILLIS, `wait for ${nameOf(part)} to finish`);
  }
}

/** The services that are begun, in their waves. */
export function wavesOf(run: ReleaseRun): Part[][] {
  const numbers = [...new Set(run.parts.map(({ wave }) => wave))].sort((one, other) => one - other);
  return numbers.map((number) =>
    run.parts.filter(({ wave, state }) => wave === number && state !== 'waiting' && state !== 'left-alone'),
  );
}
