import { versionsOf } from '../../decision/service-snapshot';
import type { Verdict } from '../../decision/verdict';
import type { Drover } from './drover';
import { isGood } from './reading';
import { seenBy } from './seen';
import type { Setting } from './setting';
import { STARTS } from './starts';
import type { Mover, Transition } from './transition';
import type { Version, World } from './world';
import { pileOf, runningIn } from './world';

/** What is checked wherever it could be broken, in words. */
export const CHECKS = {
  'invariant 1': 'one deployment never causes two accepted upgrades of one round',
  'invariant 2':
    'a good upgrade of our own is never rolled back because a reply was lost or a timer expired in an outage',
  'invariant 3': 'neither finishupgrade nor continueupgrade is ever sent for an upgrade that was cancelled',
  'as prepared': 'our upgrade is sent only on the versions that the history has',
  gates: 'our finish is sent only while every container of our upgrade is proven, and no other runs',
  'no way back': 'nothing is rolled back once Rancher took our finish, unless somebody else moved the service',
  'over is over':
    'a deployment that ended leaves no request behind that could still change the service (but where somebody else did the same at that very moment)',
  succeeded: 'only where what was asked runs, all of it, and nothing is pending',
  unchanged: 'only where what was asked runs and nothing was touched',
  restored:
    'rolled-back and cancelled only where nothing of ours runs or is pending, and the former configuration runs',
  interfered: 'only where somebody else moved the service',
  'nothing changed': 'failed, refused and unreachable only where no upgrade of ours was ever accepted',
} as const;

export type CheckName = keyof typeof CHECKS;

/** A check that was broken, and how. */
export interface Broken {
  readonly check: CheckName;
  readonly how: string;
}

/** How often each check was made. */
export type Tally = Record<CheckName, number>;

export function newTally(): Tally {
  return Object.fromEntries(Object.keys(CHECKS).map((name) => [name, 0])) as Tally;
}

/** Holds one transition against everything that must never happen; null when it is as it should be. */
export function checked(
  setting: Setting,
  before: { readonly world: World; readonly drover: Drover },
  transition: Transition,
  tally: Tally,
): Broken | null {
  const { drover, took } = transition;
  const claim = transition.claim ?? before.world;
  return (
    (took === undefined ? null : checkTaken(setting, before, took, tally)) ??
    checkDecided(setting, before.drover, drover, claim, tally) ??
    (drover.verdict === null ? null : checkEnd(drover.verdict, before.drover, claim, transition, setting, tally))
  );
}

/** An action of ours that Rancher accepts. */
function checkTaken(
  setting: Setting,
  { world, drover }: { readonly world: World; readonly drover: Drover },
  { action, round, isLate }: { readonly action: string; readonly round: number; readonly isLate: boolean },
  tally: Tally,
): Broken | null {
  if (action === 'upgrade') {
    tally['invariant 1'] += 1;
    if ((world.accepted & (1 << round)) !== 0)
      return { check: 'invariant 1', how: `Rancher accepted the upgrade of round ${round} twice` };
  }
  if (action === 'finishupgrade') {
    tally['invariant 3'] += 1;
    if (world.cancelled) return { check: 'invariant 3', how: 'an upgrade that was cancelled is finished' };
  }
  if (action === 'rollback' && round > 0) {
    tally['invariant 2'] += 1;
    const isBlind = !isLate && drover.needed?.cause === 'blind';
    if (isBlind && drover.round !== null && isGood(seenBy(world, setting), drover.round))
      return { check: 'invariant 2', how: 'a good upgrade is rolled back, and no fresh read called for it' };
    tally['no way back'] += 1;
    if (world.finished && world.foreign === 0)
      return { check: 'no way back', how: 'rolled back after Rancher had taken our finish' };
  }
  return null;
}

/** An action that is decided upon: it is wrong already when it is only about to be sent. */
function checkDecided(setting: Setting, before: Drover, next: Drover, claim: World, tally: Tally): Broken | null {
  if (next.attempt === null || before.attempt?.stage === next.attempt.stage) return null;
  const isSent = next.attempt.stage === 'send';
  const isOurFinish = next.at.startsWith('finish.');
  const isFinish = isOurFinish || (next.at === 'settle.act' && next.settleAction === 'finishupgrade');
  if (isFinish && (isSent || before.at !== next.at)) {
    tally['invariant 3'] += 1;
    if (claim.cancelled)
      return { check: 'invariant 3', how: 'finishupgrade is decided upon for an upgrade that was cancelled' };
  }
  if (!isSent || next.round === null) return null;
  const seen = seenBy(claim, setting);
  if (isOurFinish) {
    tally.gates += 1;
    if (!isGood(seen, next.round))
      return { check: 'gates', how: 'finishupgrade is sent, and not every container is proven' };
  }
  if (next.at === 'post.act') {
    tally['as prepared'] += 1;
    const { base } = next.round;
    if (versionsOf(seen).some(({ version }, at) => base?.[at]?.version !== version))
      return { check: 'as prepared', how: 'an upgrade is sent on other versions than those that were prepared' };
  }
  return null;
}

/** The verdict is the truth. */
function checkEnd(
  verdict: Verdict,
  before: Drover,
  claim: World,
  { world: after, by }: Transition,
  setting: Setting,
  tally: Tally,
): Broken | null {
  tally['over is over'] += 1;
  if (after.late !== null && ((after.late.action === 'upgrade' && setting.label) || after.foreign === 0))
    return { check: 'over is over', how: `it ended as ${verdict}, and its ${after.late.action} may still arrive` };
  const broken = (check: CheckName, how: string): Broken => ({ check, how: `${verdict}, but ${how}` });
  switch (verdict) {
    case 'succeeded':
      tally.succeeded += 1;
      return runsAsked(claim, setting) ? null : broken('succeeded', 'what was asked does not run');
    case 'unchanged':
      tally.unchanged += 1;
      if (!runsAsked(claim, setting)) return broken('unchanged', 'what was asked does not run');
      return claim.touched ? broken('unchanged', 'something was touched') : null;
    case 'rolled-back':
    case 'cancelled':
      tally.restored += 1;
      return restored(setting, before, claim, by, (how) => broken('restored', how));
    case 'interfered':
      tally.interfered += 1;
      return after.foreign === 0 && !isReset(setting) ? broken('interfered', 'nobody else did anything') : null;
    case 'failed':
    case 'refused':
    case 'unreachable':
      tally['nothing changed'] += 1;
      return claim.accepted === 0 || isReset(setting)
        ? null
        : broken('nothing changed', 'an upgrade of ours was accepted');
    default:
      return null;
  }
}

function restored(
  setting: Setting,
  before: Drover,
  claim: World,
  by: Mover,
  broken: (how: string) => Broken,
): Broken | null {
  const { current } = claim;
  if (isReset(setting) && before.round === null) return null;
  const accepted = before.round?.accepted ?? null;
  const base = before.round?.base ?? [];
  // What an adopted upgrade goes back to may be an earlier one of ours that somebody finished.
  const isBase =
    base.length > 0 && versionsOf(seenBy(claim, setting)).every(({ version }, at) => base[at]?.version === version);
  if (current.by > 0 && !isBase) return broken('an upgrade of ours is there');
  const isAdopted = before.round !== null && before.round.label === null && before.round.posted.length === 0;
  if (isAdopted && accepted !== null) {
    if (versionsOf(seenBy(claim, setting)).every(({ version }, index) => accepted[index]?.version === version))
      return broken('the upgrade that was adopted is there');
  }
  if (claim.accepted === STARTS[setting.start].accepted && !isAdopted) return null;
  // Restored and proven by an earlier round: what somebody else did since is theirs, but for an upgrade that the last read showed.
  if (accepted === null && before.round !== null && before.roundsPosted > 0) return null;
  if (accepted === null && by === 'fault') return null;
  if (before.round === null)
    return ['upgrading', 'upgraded', 'canceled-upgrade'].includes(claim.state)
      ? broken(`the service is ${claim.state}`)
      : null;
  if (claim.state === 'inactive' && before.wasInactive) return null;
  if (!['active', 'activating', 'updating-active'].includes(claim.state))
    return broken(`the service is ${claim.state}`);
  return allRun(claim) ? null : broken('the former configuration does not run');
}

/** A run that was reset has to read the service once before it can know what it had done. */
function isReset({ start }: Setting): boolean {
  return start.startsWith('reset-');
}

function runsAsked(world: World, { sidekickAsked }: Setting): boolean {
  const { current, state } = world;
  const isAsked = current.image === 'asked' && (!sidekickAsked || current.sidekickImage === 'asked');
  return isAsked && ['active', 'activating', 'updating-active'].includes(state) && allRun(world);
}

/** As many as the scale asks for run of each configuration, in its version, and of no other. */
function allRun({ current, scale, primaries, sidekicks }: World): boolean {
  const all = (piles: World['primaries'], version: Version): boolean => {
    const { running } = pileOf(piles, version);
    return running >= scale && runningIn(piles) === running;
  };
  return all(primaries, current.primary) && all(sidekicks, current.sidekick);
}
