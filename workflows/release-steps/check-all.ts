import { ChildWorkflowFailure, executeChild } from '@temporalio/workflow';
import type { ReleaseEnd } from '../../decision/release-verdict';
import type { UpgradePlan } from '../contract';
import { PLAN_UPGRADE } from '../contract';
import type { Part, ReleaseRun } from '../release-run';
import { keyOf, nameOf } from '../release-run';
import { shortSummary } from '../summaries';
import { atMost } from './at-most';

/**
 * Looks at every service before the first is touched: whether it is there, and may be upgraded; and which of them run already what was
 * asked, for these are left alone.
 *
 * @returns how the release ends where one of them cannot be upgraded; null where all can
 */
export async function checkAll(run: ReleaseRun): Promise<ReleaseEnd | null> {
  const problems: { readonly part: Part; readonly why: string; readonly isAway: boolean }[] = [];
  await atMost(run.request.parallelism, run.parts, async (part) => {
    try {
      const plan = await planOf(run, part);
      if (plan.step === 'refuse') problems.push({ part, why: plan.firstStep, isAway: false });
      else if (plan.step === 'unchanged' && !part.ticket.request.redeploy)
        run.settle(part, 'unchanged', 'it runs what was asked already');
    } catch (error) {
      if (!(error instanceof ChildWorkflowFailure)) throw error;
      const isAway = /timed? ?out|unreachable|cannot be reached/i.test(textOf(error));
      problems.push({ part, why: textOf(error), isAway });
    }
  });
  if (run.recall !== null)
    return {
      verdict: run.recall.kind === 'cancelled' ? 'cancelled' : 'rolled-back',
      reason: `${run.recall.said}; nothing was begun`,
      nextStep: '',
    };
  if (problems.length === 0) return null;
  for (const { part, why } of problems) run.settle(part, 'refused', why);
  const isAway = problems.every((one) => one.isAway);
  return {
    verdict: isAway ? 'unreachable' : 'refused',
    reason: `${problems.map(({ part, why }) => `${nameOf(part)}: ${why}`).join('; ')}. Nothing was begun`,
    nextStep: isAway ? 'Try again when they answer.' : 'Mend what it names, then release again.',
  };
}

function planOf(run: ReleaseRun, { ticket }: Part): Promise<UpgradePlan> {
  const { request } = ticket;
  return executeChild<(asked: typeof request) => Promise<UpgradePlan>>(PLAN_UPGRADE, {
    args: [request],
    workflowId: `plan/${run.request.releaseId}/${keyOf(request)}`,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: shortSummary(
      `look at ${request.stack}/${request.service} in ${request.environment}; writes nothing`,
    ),
  });
}

function textOf(error: ChildWorkflowFailure): string {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.+$/, '');
}
