import type { Round } from '../../decision/round';
import type { ConfigVersion } from '../../decision/service-snapshot';
import type { Verdict } from '../../decision/verdict';
import type { Phase } from '../../decision/phase';

/** Where a deployment is: each place is a wait in `workflows/`, at which the rest of the world may move. */
export type Place =
  | 'resolve'
  | 'settle.act'
  | 'settle.quiet'
  | 'settle.look'
  | 'prepare'
  | 'post.act'
  | 'post.quiet'
  | 'post.read'
  | 'wait'
  | 'verify'
  | 'verify.again'
  | 'confirm'
  | 'confirm.again'
  | 'finish.reset'
  | 'finish.first'
  | 'finish.act'
  | 'finish.quiet'
  | 'finish.read'
  | 'restore.quiet'
  | 'rollback.read'
  | 'rollback.act'
  | 'rollback.quiet'
  | 'deactivate.act'
  | 'deactivate.quiet'
  | 'others.read'
  | 'parked'
  | 'ended';

/** What a place is waiting for. */
export type Waiting = 'read' | 'activity' | 'quiet' | 'person' | 'nothing';

const PLACES: Readonly<Record<Place, { readonly waits: Waiting; readonly phase: Phase }>> = {
  resolve: { waits: 'read', phase: 'resolving' },
  'settle.act': { waits: 'activity', phase: 'settling' },
  'settle.quiet': { waits: 'quiet', phase: 'settling' },
  'settle.look': { waits: 'read', phase: 'settling' },
  prepare: { waits: 'read', phase: 'upgrading' },
  'post.act': { waits: 'activity', phase: 'upgrading' },
  'post.quiet': { waits: 'quiet', phase: 'upgrading' },
  'post.read': { waits: 'read', phase: 'upgrading' },
  wait: { waits: 'read', phase: 'waiting' },
  verify: { waits: 'read', phase: 'verifying' },
  'verify.again': { waits: 'read', phase: 'verifying' },
  confirm: { waits: 'read', phase: 'confirming' },
  'confirm.again': { waits: 'read', phase: 'confirming' },
  'finish.reset': { waits: 'activity', phase: 'finishing' },
  'finish.first': { waits: 'activity', phase: 'finishing' },
  'finish.act': { waits: 'activity', phase: 'finishing' },
  'finish.quiet': { waits: 'quiet', phase: 'finishing' },
  'finish.read': { waits: 'read', phase: 'finishing' },
  'restore.quiet': { waits: 'quiet', phase: 'rolling-back' },
  'rollback.read': { waits: 'read', phase: 'rolling-back' },
  'rollback.act': { waits: 'activity', phase: 'rolling-back' },
  'rollback.quiet': { waits: 'quiet', phase: 'rolling-back' },
  'deactivate.act': { waits: 'activity', phase: 'rolling-back' },
  'deactivate.quiet': { waits: 'quiet', phase: 'rolling-back' },
  'others.read': { waits: 'read', phase: 'rolling-back' },
  parked: { waits: 'person', phase: 'parked' },
  ended: { waits: 'nothing', phase: 'done' },
};

export const waitingAt = (place: Place): Waiting => PLACES[place].waits;
export const phaseAt = (place: Place): Phase => PLACES[place].phase;

/** Why the former configuration has to come back; `blind`: no fresh read of a bad upgrade stands behind it. */
export type Cause = 'person' | 'judged' | 'confirm-expired' | 'blind';

/** `RestoreNeeded` of `workflows/endings.ts`. */
export interface Needed {
  readonly then: 'cancelled' | 'rolled-back' | 'again';
  readonly cause: Cause;
}

/** An activity that acts, as `readAndAct` in `activities/act.ts` goes through it. */
export interface Attempt {
  /** `dead`: its worker is, and the heartbeat time-out has not told so yet. */
  readonly stage: 'read' | 'send' | 'read-again' | 'dead' | 'back-off';
  /** The first attempt, or a later one. */
  readonly isFirst: boolean;
  /** The workflow asked for its cancellation. */
  readonly called: boolean;
  /** What was sent was refused by the state. */
  readonly refused: boolean;
}

/**
 * A deployment in the exploration: the fields of `workflows/deployment.ts` and the local variables of the steps that decide something.
 * Texts, times and what follows from the place are left out.
 */
export interface Drover {
  readonly at: Place;
  readonly round: Round | null;
  readonly roundsPosted: number;
  readonly wasInactive: boolean;
  readonly underWay: boolean;
  readonly settlingOthers: boolean;
  /** Somebody else's pending upgrade was settled, or may have been. */
  readonly settledOthers: boolean;
  readonly restoreAsked: 'cancelled' | 'rolled-back' | null;
  readonly lastTry: boolean;

  // ---- Of `steps/settle.ts` and `steps/post.ts`
  readonly settled: number;
  readonly unsure: boolean;
  readonly settleAction: 'rollback' | 'finishupgrade' | null;
  readonly settleVersions: readonly ConfigVersion[] | null;
  /** The POST was refused for good after one whose outcome is unknown. */
  readonly deniedPost: boolean;

  // ---- Of `steps/await-upgraded.ts` and `upgradeOnce`
  readonly suspected: boolean;
  readonly wantsAgain: boolean;
  readonly held: boolean;

  // ---- Of `steps/restore.ts`
  readonly needed: Needed | null;
  readonly sent: boolean;
  readonly stuck: boolean;

  readonly attempt: Attempt | null;
  /** Where it goes on when a person came. */
  readonly parkedAt: Place | null;
  readonly people: number;
  readonly verdict: Verdict | null;
}

export const BEGINNING: Drover = {
  at: 'resolve',
  round: null,
  roundsPosted: 0,
  wasInactive: false,
  underWay: false,
  settlingOthers: false,
  settledOthers: false,
  restoreAsked: null,
  lastTry: false,
  settled: 0,
  unsure: false,
  settleAction: null,
  settleVersions: null,
  deniedPost: false,
  suspected: false,
  wantsAgain: false,
  held: false,
  needed: null,
  sent: false,
  stuck: false,
  attempt: null,
  parkedAt: null,
  people: 0,
  verdict: null,
};

/** The end: nothing but the verdict matters any more. */
export function ended(verdict: Verdict): Drover {
  return { ...BEGINNING, at: 'ended', verdict };
}

/** `unposted` of `workflows/endings.ts`: after an earlier round something was changed. */
export function unposted({ roundsPosted }: Drover, verdict: 'failed' | 'refused' | 'unreachable'): Drover {
  return ended(roundsPosted === 0 ? verdict : 'rolled-back');
}

/** Once the finish was sent, there is no way back (`finishSent` of the deployment). */
export function finishSent(drover: Drover): boolean {
  return (drover.parkedAt ?? drover.at).startsWith('finish.');
}

/** The former configuration is being brought back (`restoring` of the deployment). */
export function isRestoring(drover: Drover): boolean {
  return phaseAt(drover.parkedAt ?? drover.at) === 'rolling-back';
}

/** The text that two deployments share exactly when they are in the same state. */
export function keyOfDrover(drover: Drover): string {
  const { round, attempt, needed } = drover;
  const flags =
    Number(drover.wasInactive) |
    (Number(drover.underWay) << 1) |
    (Number(drover.settlingOthers) << 2) |
    (Number(drover.lastTry) << 3) |
    (Number(drover.unsure) << 5) |
    (Number(drover.deniedPost) << 6) |
    (Number(drover.suspected) << 7) |
    (Number(drover.wantsAgain) << 8) |
    (Number(drover.held) << 9) |
    (Number(drover.sent) << 10) |
    (Number(drover.stuck) << 11) |
    (Number(drover.settledOthers) << 12);
  return [
    drover.at,
    flags,
    drover.roundsPosted,
    round === null
      ? '-'
      : `${round.number}${round.label ?? '-'}/${keyOfVersions(round.base)}/${keyOfVersions(round.namedBefore)}/${keyOfVersions(round.accepted)}`,
    drover.restoreAsked,
    drover.settled,
    drover.settleAction,
    keyOfVersions(drover.settleVersions),
    needed === null ? '-' : `${needed.then}.${needed.cause}`,
    attempt === null
      ? '-'
      : `${attempt.stage}${Number(attempt.isFirst)}${Number(attempt.called)}${Number(attempt.refused)}`,
    drover.parkedAt,
    drover.people,
    drover.verdict,
  ].join(' ');
}

function keyOfVersions(versions: readonly ConfigVersion[] | null): string {
  return versions === null ? '-' : versions.map(({ version }) => version).join('.');
}

/** The versions that a deployment still knows, a bit each. */
export function versionsInDrover({ round, settleVersions }: Drover, numberOf: (one: ConfigVersion) => number): number {
  let bits = 0;
  for (const versions of [round?.base, round?.accepted, round?.namedBefore, settleVersions])
    for (const one of versions ?? []) bits |= 1 << numberOf(one);
  return bits;
}
