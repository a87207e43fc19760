import { activityInfo } from '@temporalio/activity';
import { deactivatePermission, finishPermission, rollbackPermission, settlePermission } from '../decision/permission';
import type { Round } from '../decision/round';
import type { ConfigVersion } from '../decision/service-snapshot';
import { readAndAct } from './act';
import type { About, ActOutcome } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { Lease } from './lease';

/** Sends `finishupgrade` for our own upgrade, after proving the new containers once more. */
export async function finishUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly round: Round; readonly acceptUnprovable: boolean },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  const { round, acceptUnprovable } = about;
  return readAndAct(deps, about, 'finishupgrade', lease, signal, (snapshot) =>
    finishPermission(snapshot, round, acceptUnprovable),
  );
}

/** Sends `rollback` for our own upgrade. */
export async function rollBackUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly round: Round },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  return readAndAct(deps, about, 'rollback', lease, signal, (snapshot) => rollbackPermission(snapshot, about.round));
}

/** Settles somebody else's pending upgrade, if it still is the one that was decided about. */
export async function settlePending(
  deps: ActivityDependencies,
  about: About & { readonly action: 'rollback' | 'finishupgrade'; readonly versions: readonly ConfigVersion[] },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  const { action, versions } = about;
  let mayHaveBeenSent = activityInfo().attempt > 1;
  return readAndAct(deps, about, action, lease, signal, (snapshot) => {
    const permission = settlePermission(snapshot, action, versions, mayHaveBeenSent);
    if (permission === 'send') mayHaveBeenSent = true;
    return permission;
  });
}

/** Deactivates a service that was inactive before the upgrade: Rancher's rollback ends in `active`. */
export async function deactivateService(
  deps: ActivityDependencies,
  about: About & { readonly versions: readonly ConfigVersion[] },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  return readAndAct(deps, about, 'deactivate', lease, signal, (snapshot) =>
    deactivatePermission(snapshot, about.versions),
  );
}
