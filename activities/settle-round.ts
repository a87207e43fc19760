import { proofOf } from '../decision/proof';
import { roundStep } from '../decision/round-step';
import type { Round } from '../decision/round';
import { hasVersions, untouchedConfigs } from '../decision/round';
import type { ConfigVersion, ServiceSnapshot } from '../decision/service-snapshot';
import type { Permission } from './act';
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
  return readAndAct(deps, about, 'finishupgrade', lease, signal, (snapshot) => {
    const step = roundStep(snapshot, round, 'finished');
    if (step.do === 'wait' || step.do === 'prove') return 'done';
    if (step.do !== 'finish') return 'not-now';
    const proof = proofOf(snapshot, round.accepted ?? [], 'upgraded', untouchedConfigs(round));
    const good = proof.status === 'proven' || (proof.status === 'unprovable' && acceptUnprovable);
    return good ? 'send' : 'not-now';
  });
}

/** Sends `rollback` for our own upgrade. */
export async function rollBackUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly round: Round },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  return readAndAct(deps, about, 'rollback', lease, signal, (snapshot) => {
    const { base, accepted } = about.round;
    // An adopted upgrade whose former versions nobody knows: once its own are gone, a rollback (ours, if its reply was lost) was taken.
    if (base === null && accepted !== null && !hasVersions(snapshot, accepted)) return 'done';
    const step = roundStep(snapshot, about.round, 'restored');
    if (step.do === 'rollback') return 'send';
    return step.do === 'wait' || step.do === 'prove' ? 'done' : 'not-now';
  });
}

/** States in which somebody else's pending upgrade takes an action. A cancelled one is never finished. */
const TAKES = {
  rollback: ['upgrading', 'upgraded', 'canceled-upgrade'],
  finishupgrade: ['upgraded'],
} as const satisfies Record<string, readonly string[]>;

/** Settles somebody else's pending upgrade, if it still is the one that was decided about. */
export async function settlePending(
  deps: ActivityDependencies,
  about: About & { readonly action: 'rollback' | 'finishupgrade'; readonly versions: readonly ConfigVersion[] },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  const states: readonly string[] = TAKES[about.action];
  const decide = (snapshot: ServiceSnapshot): Permission =>
    !snapshot.removed && hasVersions(snapshot, about.versions) && states.includes(snapshot.state) ? 'send' : 'not-now';
  return readAndAct(deps, about, about.action, lease, signal, decide);
}

/** Deactivates a service that was inactive before the upgrade: Rancher's rollback ends in `active`. */
export async function deactivateService(
  deps: ActivityDependencies,
  about: About & { readonly versions: readonly ConfigVersion[] },
  lease: Lease,
  signal: AbortSignal,
): Promise<ActOutcome> {
  return readAndAct(deps, about, 'deactivate', lease, signal, (snapshot) => {
    if (snapshot.removed || !hasVersions(snapshot, about.versions)) return 'not-now';
    if (snapshot.state === 'inactive' || snapshot.state === 'deactivating') return 'done';
    return snapshot.state === 'active' ? 'send' : 'not-now';
  });
}
