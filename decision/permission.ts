import type { ConfigVersion, ServiceSnapshot } from './service-snapshot';
import { proofOf, tooManyRestarts } from './proof';
import type { Round } from './round';
import { hasVersions, ownershipOf, untouchedConfigs, wasPostedBefore, wasUndone } from './round';
import { roundStep } from './round-step';
import { kindOfState } from './service-state';

/**
 * What to do about an action, decided from a fresh read right before it would be sent: send it, or not (it is done already, or not the
 * thing to do).
 */
export type Permission = 'send' | 'done' | 'not-now';

/**
 * Whether the upgrade that was prepared goes out: only while every version is still the base, and never a second time.
 *
 * @param asPrepared what would be posted still is what was prepared
 */
export function postPermission(snapshot: ServiceSnapshot, round: Round, asPrepared: () => boolean): Permission {
  const ownership = ownershipOf(snapshot, round);
  if (ownership === 'ours') return 'done';
  if (wasUndone(snapshot, round) || wasPostedBefore(snapshot, round)) return 'not-now';
  return ownership === 'base' && isOffered(snapshot) && !snapshot.removed && asPrepared() ? 'send' : 'not-now';
}

/**
 * What a POST that was not sent found: see `PostOutcome` in `activities/contract.ts`.
 *
 * @param mayHaveBeenSent an earlier attempt may have posted it: then other versions tell that somebody may have replaced it
 */
export function whyNotPosted(
  snapshot: ServiceSnapshot,
  round: Round,
  mayHaveBeenSent: boolean,
): 'undone' | 'replaced' | 'busy' | 'changed' {
  if (wasUndone(snapshot, round)) return 'undone';
  if (wasPostedBefore(snapshot, round)) return 'busy';
  const ownership = ownershipOf(snapshot, round);
  if (ownership === 'foreign' && mayHaveBeenSent) return 'replaced';
  return ownership === 'base' && !isOffered(snapshot) ? 'busy' : 'changed';
}

/**
 * Whether our own upgrade is finished now: only while its containers are proven once more.
 *
 * @param maxRestarts how often the new containers may have been started again, all of them together
 */
export function finishPermission(
  snapshot: ServiceSnapshot,
  round: Round,
  acceptUnprovable: boolean,
  maxRestarts: number,
): Permission {
  const step = roundStep(snapshot, round, 'finished');
  if (step.do === 'wait' || step.do === 'prove') return 'done';
  if (step.do !== 'finish') return 'not-now';
  const untouched = untouchedConfigs(round);
  const proof = proofOf(snapshot, round.accepted ?? [], 'upgraded', untouched);
  if (tooManyRestarts(snapshot, round.accepted ?? [], maxRestarts, untouched) !== null) return 'not-now';
  const good = proof.status === 'proven' || (proof.status === 'unprovable' && acceptUnprovable);
  return good ? 'send' : 'not-now';
}

/** Whether our own upgrade is rolled back now. */
export function rollbackPermission(snapshot: ServiceSnapshot, round: Round): Permission {
  const { base, accepted } = round;
  // An adopted upgrade whose former versions nobody knows: once its own are gone, a rollback (ours, if its reply was lost) was taken.
  if (base === null && accepted !== null && !hasVersions(snapshot, accepted)) return 'done';
  const step = roundStep(snapshot, round, 'restored');
  if (step.do === 'rollback') return 'send';
  return step.do === 'wait' || step.do === 'prove' ? 'done' : 'not-now';
}

/** States in which somebody else's pending upgrade takes an action. A cancelled one is never finished. */
const TAKES = {
  rollback: ['upgrading', 'upgraded', 'canceled-upgrade'],
  finishupgrade: ['upgraded'],
} as const satisfies Record<string, readonly string[]>;

/**
 * Whether somebody else's pending upgrade is settled now: only if it still is the one that was decided about.
 *
 * @param versions of that upgrade
 * @param mayHaveBeenSent it was sent before, perhaps: where that would have led to what is there, it is done
 */
export function settlePermission(
  snapshot: ServiceSnapshot,
  action: 'rollback' | 'finishupgrade',
  versions: readonly ConfigVersion[],
  mayHaveBeenSent: boolean,
): Permission {
  if (snapshot.removed || snapshot.claimedBy !== undefined) return 'not-now';
  const states: readonly string[] = TAKES[action];
  const isThere = hasVersions(snapshot, versions);
  if (isThere && states.includes(snapshot.state)) return 'send';
  const isSettled =
    action === 'rollback' ? !isThere : isThere && ['finishing-upgrade', 'active'].includes(snapshot.state);
  return mayHaveBeenSent && isSettled ? 'done' : 'not-now';
}

/** Whether a service that was inactive before the upgrade is deactivated now: Rancher's rollback ends in `active`. */
export function deactivatePermission(snapshot: ServiceSnapshot, versions: readonly ConfigVersion[]): Permission {
  if (snapshot.removed || !hasVersions(snapshot, versions)) return 'not-now';
  if (snapshot.state === 'inactive' || snapshot.state === 'deactivating') return 'done';
  return snapshot.state === 'active' ? 'send' : 'not-now';
}

function isOffered(snapshot: ServiceSnapshot): boolean {
  return ['ready', 'flapping'].includes(kindOfState(snapshot.state));
}
