import type { Phase } from './phase';

/** What a person can ask for, at any moment. */
export const INTERVENTION_NAMES = ['cancel', 'retry', 'confirm', 'rollback'] as const;
export type InterventionKind = (typeof INTERVENTION_NAMES)[number];

/** What an intervention means in a phase: taken or refused, and the words that tell so. */
export interface InterventionMeaning {
  readonly accepted: boolean;
  readonly meaning: string;
}

/** Upgrades that a deployment has posted (or adopted), and how many it may at most (`maxRounds`). */
export interface Rounds {
  readonly posted: number;
  readonly limit: number;
}

/** What a meaning depends on beside the phase. */
export interface Circumstances {
  /** Rancher did not answer when it was asked last, and is being waited for: what a `retry` is for is plain then. Default: false. */
  readonly isAway?: boolean;
  /** The release that it is a part of: nobody confirms it alone; null where it is none. Default: null. */
  readonly releaseId?: string | null;
  /** Null where that is not known: then one is taken to be left. Default: null. */
  readonly rounds?: Rounds | null;
}

const yes = (meaning: string): InterventionMeaning => ({ accepted: true, meaning });
const no = (meaning: string): InterventionMeaning => ({ accepted: false, meaning });

const NOTHING_TO_CONFIRM = no('nothing to confirm: the new containers are not verified yet');
const NOTHING_TO_ROLL_BACK = no('nothing of this deployment is posted yet; `cancel` ends it');
const RESTORES = yes('restores the former configuration, proves it, and ends');
const ENDS = yes('ends the deployment; nothing of it was posted');
const NO_WAY_BACK = no('the finish was sent: there is no way back; deploy the former image to return to it');
const ACTS_NOW = yes(
  'acts now instead of waiting for the next attempt, or as soon as no earlier request can be under way',
);
const ASKS_NOW = yes('asks Rancher again now: it did not answer when it was asked last');
const ALREADY_RESTORING = yes('already restoring the former configuration; then it ends');
const partOf = (releaseId: string): InterventionMeaning =>
  no(
    `it is a part of a release, which decides for all of its services: drover confirm --release ${releaseId}; \`rollback\` takes it back, and the others with it`,
  );
const OVER = no('the deployment is over');
const noUpgradeLeft = ({ posted, limit }: Rounds): InterventionMeaning =>
  no(
    `no upgrade is left: ${posted} of ${limit} (\`maxRounds\`) were posted; wait for this one, or end it with \`rollback\` and deploy again`,
  );

/**
 * What each message means in each phase. The documentation's table, the update validators and the tests are made from this one.
 */
export const INTERVENTION_TABLE: Readonly<Record<Phase, Readonly<Record<InterventionKind, InterventionMeaning>>>> = {
  resolving: {
    cancel: ENDS,
    retry: yes('reads the service again now'),
    confirm: NOTHING_TO_CONFIRM,
    rollback: NOTHING_TO_ROLL_BACK,
  },
  settling: {
    cancel: ENDS,
    retry: yes('looks at the service again now'),
    confirm: NOTHING_TO_CONFIRM,
    rollback: NOTHING_TO_ROLL_BACK,
  },
  upgrading: {
    cancel: RESTORES,
    retry: ACTS_NOW,
    confirm: NOTHING_TO_CONFIRM,
    rollback: RESTORES,
  },
  waiting: {
    cancel: RESTORES,
    retry: yes('rolls back and upgrades again'),
    confirm: NOTHING_TO_CONFIRM,
    rollback: RESTORES,
  },
  verifying: {
    cancel: RESTORES,
    retry: yes('reads the gates again now'),
    confirm: NOTHING_TO_CONFIRM,
    rollback: RESTORES,
  },
  confirming: {
    cancel: RESTORES,
    retry: no('it is verified and waits for a person: `confirm` or `rollback`'),
    confirm: yes('reads the gates once more and finishes the upgrade'),
    rollback: RESTORES,
  },
  finishing: {
    cancel: NO_WAY_BACK,
    retry: ACTS_NOW,
    confirm: no('it is confirmed already'),
    rollback: NO_WAY_BACK,
  },
  'rolling-back': {
    cancel: ALREADY_RESTORING,
    retry: ACTS_NOW,
    confirm: no('it is being rolled back'),
    rollback: ALREADY_RESTORING,
  },
  parked: {
    cancel: yes('tries once more to restore the former configuration, and ends'),
    retry: yes('goes on where it stopped'),
    confirm: no('it is parked: `retry` goes on where it stopped'),
    rollback: yes('tries once more to restore the former configuration, and ends'),
  },
  done: { cancel: OVER, retry: OVER, confirm: OVER, rollback: OVER },
};

/** Whether another upgrade may be posted; also where it is not known. */
export function hasRoundLeft(rounds: Rounds | null): boolean {
  return rounds === null || rounds.posted < rounds.limit;
}

/**
 * What an intervention means now. Once the finish was sent, a parked deployment has no way back either; and once the last upgrade was
 * posted, a `retry` would only give it up.
 */
export function meaningOf(
  kind: InterventionKind,
  phase: Phase,
  finishSent: boolean,
  { isAway = false, releaseId = null, rounds = null }: Circumstances = {},
): InterventionMeaning {
  if (releaseId !== null && kind === 'confirm' && phase === 'confirming') return partOf(releaseId);
  if (finishSent && phase === 'parked' && (kind === 'cancel' || kind === 'rollback')) return NO_WAY_BACK;
  if (isAway && kind === 'retry' && phase !== 'parked' && phase !== 'done') return ASKS_NOW;
  if (kind === 'retry' && phase === 'waiting' && rounds !== null && !hasRoundLeft(rounds)) return noUpgradeLeft(rounds);
  return INTERVENTION_TABLE[phase][kind];
}
