import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import type { Drover } from './drover';
import { ended, unposted } from './drover';
import type { Failed } from './flow-act';
import { called, mayBeUnderWay } from './flow-act';
import { goRestore, roundOf } from './flow-restore';
import type { Read } from './reading';
import { causeOf } from './reading';
import { calledLabel, postedBy } from './seen';
import type { Setting } from './setting';

/** `prepare` has read the service: what will be posted, and on which versions, is in the history. */
export function onPrepared(setting: Setting, drover: Drover, read: Read): Drover {
  const number = drover.roundsPosted + 1;
  if (number > 3) throw new TypeError('more rounds than the exploration knows labels for');
  const prepared: Drover = {
    ...drover,
    unsure: false,
    round: {
      number,
      label: setting.label ? calledLabel(number as 1 | 2 | 3) : null,
      base: versionsOf(read.service),
      // With labels on nobody looks at it.
      namedBefore: setting.label ? [] : read.service.lastTargets.map(({ config, version }) => ({ config, version })),
      posted: postedBy(setting),
      accepted: null,
    },
    wasInactive: number === 1 ? read.service.state === 'inactive' : drover.wasInactive,
  };
  return postNow(prepared, read);
}

/** The head of the loop in `postUntilKnown`. */
function postNow(drover: Drover, read: Read): Drover {
  if (read.overdue)
    return goRestore(drover, { then: 'rolled-back', cause: causeOf(read, roundOf(drover), !read.wasAway) });
  return called(drover, 'post.act');
}

/** `postUpgrade` has answered. */
export function afterPosted(
  setting: Setting,
  before: Drover,
  outcome: 'sent' | 'not-now',
  service: ServiceSnapshot,
): Drover {
  const mayHaveBeenSent = before.attempt?.isFirst === false;
  const drover = { ...before, attempt: null, underWay: false };
  if (outcome === 'sent') return accepted(setting, drover, service);
  const why = setting.decisions.whyNotPosted(service, roundOf(drover), mayHaveBeenSent);
  if (why === 'undone' || why === 'replaced') return ended('interfered');
  const nothing: Drover = { ...drover, round: null, unsure: false };
  // Preparing anew is not counted: each time somebody has to have moved the service.
  return { ...nothing, at: why === 'changed' ? 'prepare' : 'settle.look' };
}

/** `accepted`, and `awaitUpgraded` begins. */
function accepted(setting: Setting, drover: Drover, service: ServiceSnapshot): Drover {
  const round = roundOf(drover);
  return {
    ...drover,
    at: 'wait',
    attempt: null,
    unsure: false,
    deniedPost: false,
    round: { ...round, accepted: versionsOf(service) },
    roundsPosted: round.number,
    held: setting.hold,
  };
}

/** `postUpgrade` failed or was called off: `lookAfterwards`, unless it was refused for good at once. */
export function afterPostFailed(before: Drover, how: Failed): Drover {
  const drover = { ...before, attempt: null };
  if (how === 'denied' && !drover.unsure) return notPosted(drover);
  // `Unsent`: not even the first attempt could read.
  const isUnsent = how === 'outage' && before.attempt?.isFirst === true && before.attempt.stage === 'read';
  if (isUnsent && !drover.unsure) return { ...drover, round: null, at: 'prepare' };
  const unsure: Drover = { ...drover, unsure: true, underWay: mayBeUnderWay(how), deniedPost: how === 'denied' };
  if (how === 'interrupted' && drover.restoreAsked !== null)
    return goRestore(unsure, { then: drover.restoreAsked, cause: 'person' });
  return { ...unsure, at: mayBeUnderWay(how) ? 'post.quiet' : 'post.read' };
}

export function afterPostQuiet(drover: Drover): Drover {
  return { ...drover, at: 'post.read', underWay: false };
}

/** The read of `lookAfterwards`. */
export function onPostRead(setting: Setting, drover: Drover, read: Read): Drover {
  const round = roundOf(drover);
  const ownership = setting.decisions.ownershipOf(read.service, round);
  if (ownership === 'ours') return accepted(setting, drover, read.service);
  if (ownership === 'foreign' || setting.decisions.wasUndone(read.service, round)) return ended('interfered');
  if (drover.deniedPost) return notPosted(drover);
  return postNow(drover, read);
}

/** `notPosted`. */
function notPosted(drover: Drover): Drover {
  return unposted(drover, 'refused');
}
