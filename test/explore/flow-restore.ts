import type { Round } from '../../decision/round';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import { kindOfState } from '../../decision/service-state';
import type { Drover, Needed } from './drover';
import { ended } from './drover';
import type { Failed } from './flow-act';
import { called, mayBeUnderWay } from './flow-act';
import { parked } from './flow-park';
import type { Read } from './reading';
import { isStuckNow } from './reading';
import type { Setting } from './setting';
import { MAX_ROUNDS } from './setting';

/** `run` and `restore` on a `RestoreNeeded`. */
export function goRestore(drover: Drover, needed: Needed): Drover {
  const posted = drover.round !== null;
  if (!posted && !drover.underWay && !drover.settlingOthers) return afterRestore({ ...drover, needed }, 'nothing');
  const restoring: Drover = {
    ...drover,
    needed,
    sent: false,
    stuck: false,
    held: false,
    attempt: null,
    wantsAgain: false,
    suspected: false,
    deniedPost: false,
    unsure: false,
    settled: 0,
    settleAction: null,
    settleVersions: null,
  };
  if (drover.underWay) return { ...restoring, at: 'restore.quiet' };
  return { ...restoring, at: posted ? 'rollback.read' : 'others.read' };
}

/** `restore`, after it waited until nothing could be under way. */
export function afterRestoreQuiet(drover: Drover): Drover {
  return { ...drover, underWay: false, at: drover.round !== null ? 'rollback.read' : 'others.read' };
}

/** `endAfterRestore` of `upgrade-service.ts`. */
function afterRestore(drover: Drover, restored: 'restored' | 'nothing'): Drover {
  const { needed, restoreAsked, roundsPosted } = drover;
  if (needed === null) throw new TypeError('nothing asked for a restore');
  const isBack = restored === 'restored' || roundsPosted > 0;
  const then = needed.then === 'again' ? (restoreAsked ?? 'again') : needed.then;
  switch (then) {
    case 'again':
      return roundsPosted < MAX_ROUNDS ? nextRound(drover) : ended('rolled-back');
    case 'cancelled':
      return ended('cancelled');
    case 'rolled-back':
      return isBack ? ended('rolled-back') : ended('failed');
    default:
      throw new TypeError(`unknown ending ${String(then satisfies never)}`);
  }
}

function nextRound(drover: Drover): Drover {
  return {
    ...drover,
    at: 'settle.look',
    round: null,
    needed: null,
    sent: false,
    stuck: false,
  };
}

/** One turn of the loop in `rollBack`. */
export function onRollbackRead(setting: Setting, before: Drover, read: Read): Drover {
  const { decisions } = setting;
  const { service } = read;
  const drover = pin(setting, before, service, before.sent);
  const round = roundOf(drover);
  const step = decisions.roundStep(service, round, 'restored');
  const stuck = isStuckNow(setting, read, round.base ?? []);
  switch (step.do) {
    case 'nothing-posted':
      return afterRestore(drover, 'nothing');
    case 'interfered':
      return ended('interfered');
    case 'rollback':
      return called(drover, 'rollback.act', { stuck });
    case 'prove': {
      const proof = proveRestored(setting, drover, service);
      if (proof === 'restored') return afterRestore(drover, 'restored');
      if (proof === 'interfered') return ended('interfered');
      if (proof === 'deactivate') return called(drover, 'deactivate.act', { stuck });
      break;
    }
    default:
      break;
  }
  return parkWhenStuck({ ...drover, stuck });
}

/** `pin` of `steps/restore.ts`. */
function pin(setting: Setting, drover: Drover, service: ServiceSnapshot, rollbackSent: boolean): Drover {
  const round = roundOf(drover);
  const { decisions } = setting;
  if (round.accepted === null && decisions.ownershipOf(service, round) === 'ours')
    return {
      ...drover,
      round: { ...round, accepted: versionsOf(service) },
      roundsPosted: Math.max(drover.roundsPosted, round.number),
    };
  if (round.accepted !== null && round.base === null && rollbackSent && !decisions.hasVersions(service, round.accepted))
    return { ...drover, round: { ...round, base: versionsOf(service) } };
  return drover;
}

/** `proveRestored`. */
function proveRestored(
  { decisions }: Setting,
  drover: Drover,
  service: ServiceSnapshot,
): 'restored' | 'interfered' | 'deactivate' | 'missing' {
  if (service.state === 'inactive') return drover.wasInactive ? 'restored' : 'interfered';
  const proof = decisions.proofOf(service, roundOf(drover).base ?? [], 'active');
  if (proof.status !== 'proven' && proof.status !== 'unprovable') return 'missing';
  return drover.wasInactive ? 'deactivate' : 'restored';
}

/** `sendRollback`, once its activity is over. */
export function afterRollbackSent(
  setting: Setting,
  drover: Drover,
  outcome: 'sent' | 'not-now',
  service: ServiceSnapshot,
): Drover {
  if (outcome !== 'sent') return parkWhenStuck(drover);
  return parkWhenStuck({ ...pin(setting, drover, service, true), sent: true });
}

/** The activity failed, or was called off: it may have been taken all the same. */
export function afterRollbackFailed(drover: Drover, how: Failed): Drover {
  if (how === 'denied') return parked({ ...drover, attempt: null, sent: true, stuck: false }, 'rollback.read');
  if (mayBeUnderWay(how)) return { ...drover, attempt: null, at: 'rollback.quiet' };
  return parkWhenStuck({ ...drover, sent: true, ...(how === 'interrupted' ? { stuck: false } : {}) });
}

export function afterRollbackQuiet(drover: Drover): Drover {
  return parkWhenStuck({ ...drover, underWay: false, sent: true });
}

/** `parkedWhenStuck`. */
export function parkWhenStuck(drover: Drover): Drover {
  const { stuck, at } = drover;
  // That a rollback was sent tells something only where the former versions are not known.
  const sent = drover.sent && drover.round?.base === null;
  const next = { ...drover, attempt: null, stuck: false, sent } as const;
  const place = at === 'others.read' ? 'others.read' : 'rollback.read';
  return stuck ? parked(next, place) : { ...next, at: place };
}

/** One turn of the loop in `settleOthers`. */
export function onOthersRead(setting: Setting, drover: Drover, read: Read): Drover {
  const { service } = read;
  if (service.removed || kindOfState(service.state) !== 'moving') return afterRestore(drover, 'nothing');
  return parkWhenStuck({ ...drover, stuck: isStuckNow(setting, read, []) });
}

/** Our upgrade; a place that needs it comes after it was posted or adopted. */
export function roundOf({ round }: Drover): Round {
  if (round === null) throw new TypeError('no upgrade of this deployment was posted yet');
  return round;
}
