import { untouchedConfigs } from '../../decision/round';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import type { Drover } from './drover';
import { ended } from './drover';
import type { Failed } from './flow-act';
import { called, mayBeUnderWay } from './flow-act';
import { parked } from './flow-park';
import { roundOf } from './flow-restore';
import type { Read } from './reading';
import { isStuckNow } from './reading';
import type { Setting } from './setting';

/** `send` of `steps/finish.ts` has an answer; `not-now` leads back to the gates where nothing was taken. */
export function afterFinishSent(
  { decisions }: Setting,
  drover: Drover,
  outcome: 'sent' | 'not-now',
  service: ServiceSnapshot,
): Drover {
  const over = { ...drover, attempt: null } as const;
  if (drover.at === 'finish.first' && outcome === 'not-now') return { ...over, at: 'verify' };
  // What was finished before a reset is not there any more: the next read tells what became of it.
  if (drover.at === 'finish.reset' && outcome === 'not-now') return { ...over, at: 'wait' };
  const isStillToFinish = decisions.roundStep(service, roundOf(drover), 'finished').do === 'finish';
  return { ...over, at: outcome === 'not-now' && isStillToFinish ? 'verify' : 'finish.read' };
}

/** Its activity failed: whether the finish was taken is not known, or a person has to mend the access. */
export function afterFinishFailed(drover: Drover, how: Failed): Drover {
  if (how === 'interrupted') return called(drover, drover.at);
  if (how === 'denied') return parked({ ...drover, attempt: null }, drover.at);
  // `Unsent`: not even the first attempt could read.
  const isUnsent = how === 'outage' && drover.attempt?.isFirst === true && drover.attempt.stage === 'read';
  if (isUnsent) return { ...drover, attempt: null, at: drover.at === 'finish.reset' ? 'wait' : 'verify' };
  return { ...drover, attempt: null, at: mayBeUnderWay(how) ? 'finish.quiet' : 'finish.read' };
}

export function afterFinishQuiet(drover: Drover): Drover {
  return { ...drover, at: 'finish.read' };
}

/** One turn of the loop in `finish`. */
export function onFinishRead(setting: Setting, drover: Drover, read: Read): Drover {
  const { decisions } = setting;
  const { service } = read;
  const round = roundOf(drover);
  const step = decisions.roundStep(service, round, 'finished');
  if (step.do === 'interfered') return ended('interfered');
  if (service.state === 'inactive') return ended('interfered');
  if (step.do === 'prove') {
    const proof = decisions.proofOf(service, round.accepted ?? [], 'active', untouchedConfigs(round));
    if (proof.status === 'proven') return ended('succeeded');
  }
  const next = step.do === 'finish' ? called(drover, 'finish.act') : { ...drover, at: 'finish.read' as const };
  if (!isStuckNow(setting, read, round.accepted ?? [])) return next;
  if (step.do === 'prove') return ended('needs-attention');
  return parked({ ...drover, attempt: null }, next.at);
}
