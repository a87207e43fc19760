import { ActivityFailure, ChildWorkflowFailure, executeChild, TimeoutFailure } from '@temporalio/workflow';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { ReleaseGate } from '../../decision/release-gate';
import type { ReleaseEnd } from '../../decision/release-verdict';
import { activitiesOf } from '../activity-options';
import { callFailureText } from '../calls';
import type { UpgradePlan } from '../contract';
import { PLAN_UPGRADE } from '../contract';
import type { Part, ReleaseRun } from '../release-run';
import { keyOf, nameOf } from '../release-run';
import { shortSummary } from '../summaries';
import { atMost } from './at-most';

/** What keeps a release from being begun: with one of its services, or with one of its gates. */
interface Problem {
  readonly part: Part | null;
  readonly name: string;
  readonly why: string;
  readonly isAway: boolean;
}

/**
 * Looks at every service before the first is touched: whether it is there, and may be upgraded; and which of them run already what was
 * asked, for these are left alone. And at the release's own gates: whether they may be asked from where they are to be.
 *
 * @returns how the release ends where one of them cannot be upgraded; null where all can
 */
export async function checkAll(run: ReleaseRun): Promise<ReleaseEnd | null> {
  const problems: Problem[] = [];
  await atMost(run.request.parallelism, run.parts, async (part) => {
    try {
      const plan = await planOf(run, part);
      if (plan.step === 'refuse') problems.push({ part, name: nameOf(part), why: plan.firstStep, isAway: false });
      else if (plan.step === 'unchanged' && !part.ticket.request.redeploy)
        run.settle(part, 'unchanged', 'it runs what was asked already');
    } catch (error) {
      if (!(error instanceof ChildWorkflowFailure)) throw error;
      const isAway = /timed? ?out|unreachable|cannot be reached/i.test(textOf(error));
      problems.push({ part, name: nameOf(part), why: textOf(error), isAway });
    }
  });
  await atMost(run.request.parallelism, run.request.gates, async (gate) => {
    const why = await whyNotAdmitted(gate);
    if (why !== null) problems.push(why);
  });
  if (run.recall !== null)
    return {
      verdict: run.recall.kind === 'cancelled' ? 'cancelled' : 'rolled-back',
      reason: `${run.recall.said}; nothing was begun`,
      nextStep: '',
    };
  if (problems.length === 0) return null;
  for (const { part, why } of problems) if (part !== null) run.settle(part, 'refused', why);
  const isAway = problems.every((one) => one.isAway);
  return {
    verdict: isAway ? 'unreachable' : 'refused',
    reason: `${problems.map(({ name, why }) => `${name}: ${why}`).join('; ')}. Nothing was begun`,
    nextStep: isAway ? 'Try again when they answer.' : 'Mend what it names, then release again.',
  };
}

async function whyNotAdmitted(gate: ReleaseGate): Promise<Problem | null> {
  const { first } = activitiesOf(gate.environment, DEFAULT_POLICY);
  try {
    await first.admitReleaseGate({ gate });
    return null;
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const isAway = error.cause instanceof TimeoutFailure;
    const why = isAway ? `no worker of ${gate.environment} answers` : callFailureText(error).replace(/\.+$/, '');
    return { part: null, name: `gate ${gate.name}`, why: why.replace(`gate ${gate.name}: `, ''), isAway };
  }
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
