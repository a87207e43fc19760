import type { Proof } from '../../decision/proof';
import { untouchedConfigs } from '../../decision/round';
import type { Drover } from './drover';
import { ended } from './drover';
import { called } from './flow-act';
import { goRestore, roundOf } from './flow-restore';
import type { Read } from './reading';
import { causeOf, isExpired, isStuckNow } from './reading';
import type { Setting } from './setting';

/** One turn of the loop in `awaitUpgraded`, from its read on. */
export function onWaitRead(setting: Setting, before: Drover, read: Read): Drover {
  const { service } = read;
  const round = roundOf(before);
  const step = setting.decisions.roundStep(service, round, 'upgraded');
  if (step.do === 'interfered') return ended('interfered');
  // The usual read there leaves the containers out: the finish proves them itself.
  const isUsual = read.elapsed === 'short' && !read.overdue && !read.wasAway;
  if (step.do === 'verify' && isUsual && !before.held)
    return called({ ...before, suspected: false, wantsAgain: false }, 'finish.first');
  if (step.do === 'verify')
    return onGates(setting, { ...before, suspected: false, wantsAgain: false }, read, false, 'verify');
  if (service.twoWriters && before.suspected)
    return goRestore(before, { then: 'rolled-back', cause: causeOf(read, round, true) });
  const waiting = { ...before, suspected: service.twoWriters };
  if (read.overdue) return goRestore(waiting, { then: 'rolled-back', cause: causeOf(read, round, !read.wasAway) });
  if (service.instances !== null && isStuckNow(setting, read, round.accepted ?? []))
    return goRestore(waiting, { then: 'rolled-back', cause: causeOf(read, round, !read.wasAway) });
  return waiting;
}

/** The gates are read: after a pause, or since `upgradeOnce` begins `verify` with a fresh read. */
export function onVerifyRead(setting: Setting, drover: Drover, read: Read): Drover {
  return onGates(setting, drover, read, isStuckNow(setting, read, roundOf(drover).accepted ?? []), 'verify');
}

/** `readGates` looks twice at a failure. */
export function onSecondLook(setting: Setting, drover: Drover, read: Read, of: 'verify' | 'confirm'): Drover {
  const proof = judge(setting, drover, read);
  if (proof === 'interfered') return ended('interfered');
  if (of === 'confirm') return onHeld(setting, drover, read, proof);
  return onVerified(drover, read, isStuckNow(setting, read, roundOf(drover).accepted ?? []), proof);
}

/** One turn of the loop in `confirm`, from its read on. */
export function onConfirmRead(setting: Setting, drover: Drover, read: Read): Drover {
  return onGates(setting, drover, read, false, 'confirm');
}

function onGates(setting: Setting, drover: Drover, read: Read, isStuck: boolean, of: 'verify' | 'confirm'): Drover {
  const proof = judge(setting, drover, read);
  if (proof === 'interfered') return ended('interfered');
  if (proof.status === 'failed') return { ...drover, at: `${of}.again` };
  return of === 'verify' ? onVerified(drover, read, isStuck, proof) : onHeld(setting, drover, read, proof);
}

/** `judge` of `steps/gates.ts`. */
function judge({ decisions }: Setting, drover: Drover, { service }: Read): Proof | 'interfered' {
  const round = roundOf(drover);
  const step = decisions.roundStep(service, round, 'upgraded');
  if (step.do === 'interfered') return 'interfered';
  if (step.do !== 'verify') return { status: 'not-yet', reasons: [] };
  return decisions.proofOf(service, round.accepted ?? [], 'upgraded', untouchedConfigs(round));
}

/** One turn of the loop in `verify` (without a soak time), and what `upgradeOnce` does next. */
function onVerified(drover: Drover, read: Read, isStuck: boolean, proof: Proof): Drover {
  const round = roundOf(drover);
  switch (proof.status) {
    case 'failed':
      return goRestore(drover, { then: 'rolled-back', cause: causeOf(read, round, true) });
    case 'proven':
    case 'unprovable':
      if (drover.held) return { ...drover, at: 'confirm' };
      return called(drover, 'finish.first');
    case 'not-yet':
      if (read.overdue || isStuck)
        return goRestore(drover, { then: 'rolled-back', cause: causeOf(read, round, !read.wasAway) });
      return { ...drover, at: 'verify' };
    default:
      throw new TypeError(`unknown proof ${String(proof.status satisfies never)}`);
  }
}

/** A held upgrade was looked at: `long` is longer than the confirmation is waited for. */
function onHeld(setting: Setting, drover: Drover, read: Read, proof: Proof): Drover {
  if (proof.status === 'failed')
    return goRestore(drover, { then: 'rolled-back', cause: causeOf(read, roundOf(drover), true) });
  if (isExpired(setting, read)) return goRestore(drover, { then: 'rolled-back', cause: 'confirm-expired' });
  return { ...drover, at: 'confirm' };
}

/** Somebody confirmed: the gates are read once more. */
export function confirmed(drover: Drover): Drover {
  return { ...drover, at: 'verify', held: false };
}
