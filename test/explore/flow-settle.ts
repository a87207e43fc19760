import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import { kindOfState } from '../../decision/service-state';
import type { Drover } from './drover';
import { ended, unposted } from './drover';
import type { Failed } from './flow-act';
import { called, mayBeUnderWay } from './flow-act';
import type { Read } from './reading';
import { stalledMillis } from './reading';
import { askedOf, DEPLOYMENT } from './seen';
import type { Setting } from './setting';
import { MAX_ROUNDS, policyOf } from './setting';

/** `settle` begins with the service as it was just read. */
export function beginSettling(setting: Setting, drover: Drover, read: Read): Drover {
  return settleStep(setting, drover, read, 0);
}

/** `look` of `steps/settle.ts`. */
export function onSettleLook(setting: Setting, drover: Drover, read: Read): Drover {
  return settleStep(setting, drover, read, stalledMillis(setting, read, versionsOf(read.service)));
}

/** One turn of the loop in `settle`, from its head to its pause. */
function settleStep(setting: Setting, before: Drover, { service, overdue }: Read, stalled: number): Drover {
  const { decisions, onPending, redeploy } = setting;
  const step = decisions.startStep(service, {
    onPending,
    redeploy,
    asked: askedOf(setting),
    again: before.roundsPosted > 0,
    deploymentId: DEPLOYMENT,
    patience: decisions.patienceWith(service, stalled, policyOf(setting), overdue),
  });
  const drover = step.do === 'wait' ? before : { ...before, settlingOthers: false };
  // `tooLate`
  const isAgain = drover.roundsPosted > 0;
  if (overdue && step.do === 'settle' && isAgain) return ended('interfered');
  if (overdue && ['upgrade', 'settle', 'adopt'].includes(step.do)) return unposted(drover, 'refused');
  switch (step.do) {
    case 'upgrade':
      return { ...drover, at: 'prepare', settled: 0, unsure: false };
    case 'adopt':
      return adopted(setting, drover, service);
    case 'unchanged':
      return ended(drover.settledOthers ? 'succeeded' : 'unchanged');
    case 'refuse':
      return ended(isAgain ? 'interfered' : 'refused');
    case 'settle':
      if (drover.settled >= MAX_ROUNDS) return ended(isAgain ? 'interfered' : 'refused');
      return called(drover, 'settle.act', { settleAction: step.action, settleVersions: versionsOf(service) });
    case 'wait':
      return { ...drover, at: 'settle.look' };
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}

/** `adopt`, and what `upgradeOnce` does next: an upgrade of our own from before a reset may be finished already. */
function adopted({ decisions, hold }: Setting, before: Drover, service: ServiceSnapshot): Drover {
  const own = decisions.ownRoundOf(service, { deploymentId: DEPLOYMENT, again: before.roundsPosted > 0 });
  const number = own ?? before.roundsPosted + 1;
  const drover: Drover = {
    ...before,
    settled: 0,
    unsure: false,
    round: {
      number,
      label: null,
      base: decisions.baseOfAdopted(service),
      namedBefore: [],
      posted: [],
      accepted: versionsOf(service),
    },
    roundsPosted: number,
  };
  const isPending = !['ready', 'flapping'].includes(kindOfState(service.state));
  return isPending ? { ...drover, at: 'wait', held: hold } : called(drover, 'finish.reset');
}

const OVER = { attempt: null, settleAction: null, settleVersions: null } as const;

/** `settlePending`, once its activity has answered. */
export function afterSettled(drover: Drover, outcome: 'sent' | 'not-now'): Drover {
  if (outcome === 'not-now') return { ...drover, ...OVER, at: 'settle.look' };
  return {
    ...drover,
    ...OVER,
    at: 'settle.look',
    settlingOthers: true,
    settledOthers: true,
    settled: drover.settled + 1,
    unsure: false,
  };
}

/** `settlePending`, when its activity failed or was called off: what it sent may be under way. */
export function afterSettleFailed(drover: Drover, how: Failed): Drover {
  if (how === 'denied' && !drover.unsure) return ended(drover.roundsPosted > 0 ? 'interfered' : 'refused');
  const over: Drover = { ...drover, ...OVER, at: 'settle.quiet', settlingOthers: true, settledOthers: true };
  return mayBeUnderWay(how) ? { ...over, underWay: true } : afterSettleQuiet(over);
}

export function afterSettleQuiet(drover: Drover): Drover {
  return { ...drover, at: 'settle.look', underWay: false, unsure: true };
}
