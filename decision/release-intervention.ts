import type { InterventionKind, InterventionMeaning } from './intervention';

/** What a message means to a release. */
export type ReleaseMeaning = InterventionMeaning;

/** The phases of a release, as far as messages are concerned. */
export type ReleasePhaseName =
  'checking' | 'upgrading' | 'confirming' | 'deciding' | 'finishing' | 'rolling-back' | 'done';

const yes = (meaning: string): ReleaseMeaning => ({ accepted: true, meaning });
const no = (meaning: string): ReleaseMeaning => ({ accepted: false, meaning });

const ENDS = yes('ends the release; nothing was begun yet');
const TAKES_BACK = yes('takes all services back to their former configuration, in the reverse order, and ends');
const NO_WAY_BACK = no('it is decided to finish: there is no way back; release the former images to return to them');
const ALREADY = no('all services are being taken back already');
const NOT_YET = no('nothing to confirm: not all services are verified yet');
const OVER = no('the release is over');
const NOTHING_PARKED = no('nothing is parked: there is nothing to retry');

const TABLE: Readonly<Record<ReleasePhaseName, Readonly<Record<Exclude<InterventionKind, 'retry'>, ReleaseMeaning>>>> =
  {
    checking: { cancel: ENDS, confirm: NOT_YET, rollback: ENDS },
    upgrading: { cancel: TAKES_BACK, confirm: NOT_YET, rollback: TAKES_BACK },
    confirming: {
      cancel: TAKES_BACK,
      confirm: yes('reads the gates of all services once more, and finishes them'),
      rollback: TAKES_BACK,
    },
    deciding: {
      cancel: TAKES_BACK,
      confirm: no('its gates are being read: nothing to confirm now'),
      rollback: TAKES_BACK,
    },
    finishing: { cancel: NO_WAY_BACK, confirm: no('it is confirmed already'), rollback: NO_WAY_BACK },
    'rolling-back': { cancel: ALREADY, confirm: no('all services are being taken back'), rollback: ALREADY },
    done: { cancel: OVER, confirm: OVER, rollback: OVER },
  };

/**
 * What a message means to a release, now.
 *
 * @param decision what was decided for all services, null before
 * @param isParked a service of it is parked
 */
export function releaseMeaningOf(
  kind: InterventionKind,
  phase: ReleasePhaseName,
  decision: 'commit' | 'roll-back' | null,
  isParked: boolean,
): ReleaseMeaning {
  if (kind === 'retry') {
    if (phase === 'done') return OVER;
    return isParked ? yes('lets the services that are parked go on') : NOTHING_PARKED;
  }
  if (decision === 'commit' && kind !== 'confirm' && phase !== 'done') return NO_WAY_BACK;
  return TABLE[phase][kind];
}
