import { activityInfo } from '@temporalio/activity';
import { deactivatePermission, finishPermission, rollbackPermission, settlePermission } from '../decision/permission';
import type { Round } from '../decision/round';
import type { ConfigVersion } from '../decision/service-snapshot';
import { readAndAct } from './act';
import type { About, ActOutcome } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { Lease } from './lease';
import { readUntilMoved } from './read-until-moved';
import { follow, tellWatch } from './watched';

const FINISHING = 'finishing-upgrade';
/** Rancher takes about a tenth of a second to finish; before each read so many milliseconds. */
const UNTIL_FINISHED = [170, 250, 600] as const;

/** Sends `finishupgrade` for our own upgrade, after proving the new containers once more. */
export async function finishUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly round: Round; readonly acceptUnprovable: boolean },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  const { round, acceptUnprovable } = about;
  follow(deps, about);
  const sent = await readAndAct(
    deps,
    about,
    'finishupgrade',
    lease,
    signal,
    (snapshot) => finishPermission(snapshot, round, acceptUnprovable, about.policy.maxRestarts),
    { containers: 'when-settled', tellsUnsent: true },
  );
  if (sent.outcome === 'not-now' || sent.service.state !== FINISHING) return sent;
  tellWatch(deps, about, sent.service, null);
  // Only for the sake of speed: what is not read here is read by the workflow.
  const open = await readUntilMoved(
    deps,
    about,
    { state: FINISHING, pauses: UNTIL_FINISHED, containers: true },
    signal,
  ).catch(() => null);
  if (open === null) return sent;
  // A nudge for what is known would only come in the way of the workflow's end.
  tellWatch(deps, about, open.snapshot, null);
  return { ...sent, after: open.snapshot };
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
