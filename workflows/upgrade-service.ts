import { allHandlersFinished, CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import { findOutWhy } from '../decision/find-out-why';
import type { DeploymentRequest } from '../decision/request';
import type { DeploymentResult } from './contract';
import type { NeverRan } from './lane-contract';
import { readService } from './calls';
import { Deployment } from './deployment';
import { Ended, RestoreNeeded } from './endings';
import { measureRollback } from './metrics';
import type { RollbackWhy } from './metrics';
import { reportTo } from './release-link';
import { requireRecord, requireRequest } from './require-request';
import { awaitUpgraded } from './steps/await-upgraded';
import { confirm } from './steps/confirm';
import { finish } from './steps/finish';
import { post } from './steps/post';
import { resolve } from './steps/resolve';
import { restore } from './steps/restore';
import { settle } from './steps/settle';
import { verify } from './steps/verify';
import { waitForRelease } from './steps/wait-for-release';

/**
 * Upgrades one service of Rancher's, from whatever state it is in, to what was asked or to a named verdict.
 *
 * It always ends with a verdict: refusals and failures are results, not failures of the workflow; only what is no request at all fails
 * it. Temporal's own cancellation restores the former configuration like the message `cancel`.
 *
 * @param neverRan for a request that gave way or was withdrawn while it waited for its turn: the record of it, and nothing else
 */
export async function upgradeService(request: DeploymentRequest, neverRan?: NeverRan): Promise<DeploymentResult> {
  if (neverRan === undefined) requireRequest(request);
  else requireRecord(request, neverRan);
  const deployment = new Deployment(request);
  if (neverRan !== undefined) {
    const { verdict, reason, nextStep } = neverRan;
    await reportTo(request, { state: 'ended', verdict, reason, nextStep });
    return deployment.end(new Ended(verdict, reason, nextStep));
  }
  void CancellationScope.current().cancelRequested.catch(() => deployment.cancelRequested());
  return CancellationScope.nonCancellable(async () => {
    await reportTo(request, { state: 'began', runId: workflowInfo().firstExecutionRunId });
    const ended = await run(deployment).catch((error: unknown) => {
      if (error instanceof Ended) return error;
      throw error;
    });
    const result = deployment.end(ended);
    const { verdict, reason, nextStep } = result;
    await reportTo(request, { state: 'ended', verdict, reason, nextStep });
    await deployment.announcer.settled();
    await condition(allHandlersFinished);
    return result;
  });
}

async function run(deployment: Deployment): Promise<Ended> {
  for (;;) {
    try {
      if (deployment.resolved === null) await resolve(deployment);
      await upgradeOnce(deployment);
    } catch (error) {
      if (!(error instanceof RestoreNeeded)) throw error;
      const restored = await restore(deployment, error);
      if (restored === 'restored') measureRollback(deployment, whyRolledBack(deployment, error));
      const ended = endAfterRestore(deployment, error, restored);
      if (ended !== null) return ended;
    }
  }
}

/** One round: to the verdict, or to what makes a restore necessary. */
async function upgradeOnce(deployment: Deployment): Promise<never> {
  for (;;) {
    const start = await settle(deployment);
    // Finished before the workflow was reset: it only remains to be proven.
    if (start === 'finished') await finish(deployment, true);
    // Not there any more? What became of it is named by the next read, and nothing is posted for it.
    if (start !== 'upgrade' || (await post(deployment)) === 'accepted') break;
    deployment.service = await readService(deployment, true);
  }
  const { hold } = deployment.request;
  const isPart = deployment.request.release !== undefined;
  let held = hold || isPart || deployment.policy.confirm === 'manual';
  const straight = !held && deployment.policy.soakMillis === 0 && deployment.policy.gates.length === 0;
  await awaitUpgraded(deployment, straight);
  if (straight && deployment.service?.instances === null) {
    deployment.enter('verifying', 'the finish proves the new containers, by a read right before it');
    // What it does not find proven is waited for, or judged, as ever.
    await finish(deployment, false);
    deployment.service = await readService(deployment, true);
  }
  for (;;) {
    const service = deployment.service ?? (await readService(deployment, true));
    const proof = await verify(deployment, service, deployment.confirmedBy !== null);
    const isProven = proof.status === 'proven';
    if (held || (!isProven && deployment.confirmedBy === null)) {
      const unproven = `not everything can be proven: ${proof.reasons.join('; ')}`;
      const why = whyHeld(deployment);
      const told = isProven ? `verified, and ${why}` : `${why}; ${unproven}`;
      if (held && isPart) await waitForRelease(deployment, told, !isProven || deployment.policy.confirm === 'manual');
      else if (held) await confirm(deployment, hold ? 'held' : 'approval', told);
      else await confirm(deployment, 'unprovable', unproven);
      held = false;
      deployment.service = await readService(deployment, true);
      continue;
    }
    await finish(deployment, !isProven);
    deployment.service = await readService(deployment, true);
  }
}

function whyHeld({ request: { hold, release, environment } }: Deployment): string {
  if (release !== undefined) return `held for the release ${release.releaseId}, which decides`;
  return hold ? 'held as asked' : `to be confirmed, as the policy of ${environment} asks`;
}

/** What somebody asked for after it had failed changes neither what it was rolled back for nor the verdict. */
function whyRolledBack({ restoreAsked }: Deployment, needed: RestoreNeeded): RollbackWhy {
  if (needed.then === 'again') return restoreAsked === null ? 'again' : 'asked';
  return needed === restoreAsked ? 'asked' : 'failed';
}

/** What a restore leads to: a verdict, or null for another round. */
function endAfterRestore(
  deployment: Deployment,
  needed: RestoreNeeded,
  restored: 'restored' | 'nothing',
): Ended | null {
  const { roundsPosted } = deployment;
  const isBack = restored === 'restored' || roundsPosted > 0;
  const nothing = 'nothing of this deployment was posted';
  const others = deployment.settledOthers;
  const proof = isBack
    ? `the former configuration ${restored === 'restored' ? 'is proven to run' : 'was restored before'}`
    : others === null
      ? nothing
      : `${nothing}; ${others}`;
  const { then, reason, nextStep } = needed.then === 'again' ? (deployment.restoreAsked ?? needed) : needed;
  switch (then) {
    case 'again':
      deployment.round = null;
      deployment.service = null;
      if (roundsPosted < deployment.policy.maxRounds) return null;
      return new Ended(
        'rolled-back',
        `gave up after ${roundsPosted} upgrades; ${proof}`,
        findOutWhy(deployment.request),
      );
    case 'cancelled':
    case 'superseded':
      return new Ended(then, `${reason}; ${proof}`, '');
    case 'rolled-back':
      return isBack
        ? new Ended('rolled-back', `${reason}; ${proof}`, nextStep ?? findOutWhy(deployment.request))
        : new Ended('failed', `${reason}; ${proof}`, 'Deploy again when it is mended.');
    default:
      throw new TypeError(`unknown ending ${String(then satisfies never)}`);
  }
}
