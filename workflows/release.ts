import { allHandlersFinished, ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { Ticket } from '../decision/lane';
import type { ReleaseRequest } from '../decision/release';
import { releaseEnd } from '../decision/release-verdict';
import type { ReleaseEnd } from '../decision/release-verdict';
import { whyNoRelease } from '../decision/why-no-release';
import { whyNoRequest } from '../decision/why-no-request';
import { tellOfRelease } from './announce-coordinator';
import type { ReleaseResult } from './release-contract';
import { nameOf, ReleaseRun } from './release-run';
import { checkAll } from './release-steps/check-all';
import { decideForAll } from './release-steps/decide-for-all';
import { finishAll } from './release-steps/finish-all';
import { sendRetry } from './release-steps/orders';
import { rollBackAll } from './release-steps/roll-back-all';
import { upgradeAll } from './release-steps/upgrade-all';
import { watchDeployments } from './release-steps/watch-deployments';

/** What a release is started with. */
export interface ReleaseInput {
  readonly request: ReleaseRequest;
  /** The services in their waves, each as its deployment is asked for. */
  readonly waves: readonly (readonly Ticket[])[];
}

/**
 * Takes several services to new images as one transaction, on Rancher's own two phases: each is upgraded and verified with its old
 * containers kept; then it is decided, and recorded, for all of them; then all finish, or all go back.
 *
 * Its deployments are workflows of their own and outlive it: where somebody ends it, they find out what was decided, or that nothing was, and
 * all do the same.
 */
export async function release(input: ReleaseInput): Promise<ReleaseResult> {
  const why = whyNoInput(input);
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was started: ${why}.`, 'InvalidInput');
  const { request, waves } = input;
  const run = new ReleaseRun(request, waves, (part, by) => void sendRetry(part, by));
  void CancellationScope.current().cancelRequested.catch(() => {
    run.recall ??= { kind: 'cancelled', said: 'a cancellation in Temporal' };
    run.wake();
  });
  return CancellationScope.nonCancellable(async () => {
    const watching = watchDeployments(run);
    const ended = await carryThrough(run);
    const result = run.end(ended);
    const { verdict, reason, nextStep, endedAt: at } = result;
    await tellOfRelease(run.request, { event: 'verdict', at, verdict, reason, nextStep, commands: [] });
    await watching;
    await condition(allHandlersFinished);
    return result;
  });
}

async function carryThrough(run: ReleaseRun): Promise<ReleaseEnd> {
  const refused = await checkAll(run);
  if (refused !== null) return refused;
  await upgradeAll(run);
  const decision = await decideForAll(run);
  if (decision === 'commit') await finishAll(run);
  else await rollBackAll(run);
  const parts = run.parts.map((part) => ({ name: nameOf(part), verdict: part.verdict, reason: part.reason }));
  const { failed } = run;
  return releaseEnd(
    parts,
    decision,
    run.recall,
    failed === null ? null : { name: nameOf(failed), verdict: failed.verdict, reason: failed.reason },
    run.gateFailed,
  );
}

/** Anybody who may reach the namespace can start it with anything. */
function whyNoInput(input: ReleaseInput | undefined): string | null {
  if (typeof input !== 'object' || input === null) return 'the input is no release';
  const why = whyNoRelease(input.request);
  if (why !== null) return why;
  if (!Array.isArray(input.waves) || !input.waves.every(Array.isArray)) return '"waves" is no list of lists';
  const tickets: readonly unknown[] = input.waves.flat();
  if (tickets.length !== input.request.services.length) return '"waves" has not all of the services';
  const bad = tickets.map((ticket) =>
    typeof ticket === 'object' && ticket !== null && 'request' in ticket
      ? whyNoRequest(ticket.request)
      : 'it is no ticket',
  );
  return bad.find((found) => found !== null) ?? null;
}
