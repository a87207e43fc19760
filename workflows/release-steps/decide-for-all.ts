import { condition } from '@temporalio/workflow';
import { tellOfRelease } from '../announce-coordinator';
import { decide } from '../release-link';
import type { Decision } from '../release-contract';
import type { ReleaseRun } from '../release-run';
import { nameOf } from '../release-run';
import { judgeGates, leaveGatesOut } from './judge-gates';
import { sendOrder } from './orders';
import { hasToGoBack } from './upgrade-all';

/** How long all services may take for their last look at the gates, milliseconds; outages of Rancher included. */
const LOOK_LIMIT_MILLIS = 3_600_000;
/** Between two tries to read what was decided, milliseconds. */
const READ_AGAIN_MILLIS = 15_000;

/**
 * Decides for all services, once: a person where one is asked for, then a last look at all gates, then the record. What is recorded counts,
 * whoever did it: a run before somebody reset this one, or a deployment that found nobody here.
 */
export async function decideForAll(run: ReleaseRun): Promise<Decision> {
  const isWanted = !hasToGoBack(run) && run.parts.some(({ state }) => state === 'verified');
  if (isWanted) {
    await judgeGates(run, null);
    if (!hasToGoBack(run)) await askPerson(run);
    if (!hasToGoBack(run)) await lookAgain(run);
    // Meanwhile it may have been a day: once is enough then.
    if (!hasToGoBack(run) && run.confirmedBy !== null) await judgeGates(run, 1);
  }
  leaveGatesOut(run);
  const wanted: Decision = hasToGoBack(run) ? 'roll-back' : 'commit';
  // Nobody is concerned: there is nothing to record.
  if (run.parts.every(({ state, verdict }) => state === 'waiting' || verdict !== null)) return wanted;
  for (;;) {
    const decided = await decide({ releaseId: run.request.releaseId }, wanted, decidedBy(run));
    if (decided !== null) {
      run.decision = decided.decision;
      if (decided.decision !== wanted)
        run.note('warning', `it was decided before, by ${decided.by}: ${decided.decision}`);
      return decided.decision;
    }
    await condition(() => false, READ_AGAIN_MILLIS, { summary: 'wait to read what was decided' });
  }
}

function decidedBy({ confirmedBy, recall, failed, gateFailed, request }: ReleaseRun): string {
  if (recall !== null) return recall.said;
  if (gateFailed !== null && request.onFailure === 'rollback-all') return gateFailed;
  if (failed !== null && request.onFailure === 'rollback-all') return `the failure of ${nameOf(failed)}`;
  return confirmedBy ?? 'the gates of all services';
}

async function askPerson(run: ReleaseRun): Promise<void> {
  const { confirm, confirmWithinMillis } = run.request;
  if (confirm !== 'manual' && !run.parts.some(({ needsPerson }) => needsPerson)) return;
  const until = Date.now() + confirmWithinMillis;
  run.enter('confirming', 'all are verified and held: waiting for a person to `confirm`, or to take them back');
  run.needPerson({ text: 'all are verified: confirm finishes them, rollback takes them back', until });
  const { releaseId } = run.request;
  await tellOfRelease(run.request, {
    ...({ event: 'waiting', at: Date.now(), verdict: null } as const),
    reason: 'all of its services are verified, and it waits to be confirmed',
    nextStep: `Confirm it, or take all of them back. By itself it goes back at ${new Date(until).toISOString()}.`,
    commands: [`drover confirm --release ${releaseId}`, `drover rollback --release ${releaseId}`],
  });
  const isOver = (): boolean => run.confirmedBy !== null || hasToGoBack(run);
  await run.until(isOver, confirmWithinMillis, 'wait for a person to confirm the release');
  run.needPerson(null);
  if (run.confirmedBy === null && !hasToGoBack(run))
    run.recall = { kind: 'expired', said: 'nobody confirmed it in time' };
}

/** Each service reads its gates once more, now that all are upgraded. */
async function lookAgain(run: ReleaseRun): Promise<void> {
  run.enter('deciding', 'reading the gates of all services once more');
  const look = 1;
  const held = run.parts.filter(({ state }) => state === 'verified');
  for (const part of held) await sendOrder(part, { do: 'look-again', look });
  const isAnswered = (): boolean => held.every((part) => part.look >= look || part.verdict !== null);
  const isOver = (): boolean => isAnswered() || hasToGoBack(run);
  if (!(await run.until(isOver, LOOK_LIMIT_MILLIS, 'wait for the last look at the gates')))
    run.recall = { kind: 'expired', said: 'not all services could read their gates once more in time' };
}
