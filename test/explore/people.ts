import { INTERVENTION_NAMES } from '../../decision/intervention';
import type { Circumstances, InterventionKind } from '../../decision/intervention';
import { calledOff } from './act-transitions';
import type { Drover } from './drover';
import { finishSent, phaseAt, waitingAt } from './drover';
import { called } from './flow-act';
import { goRestore } from './flow-restore';
import { confirmed } from './flow-upgraded';
import { mayStepIn } from './moves';
import type { Setting } from './setting';
import { MAX_ROUNDS } from './setting';
import type { Add } from './transition';
import { withAsked } from './with-asked';
import type { World } from './world';

/** `take` of `workflows/deployment.ts`: what people can ask for now, by the product's own table. */
export function peopleTransitions(setting: Setting, world: World, drover: Drover, add: Add): void {
  if (!mayStepIn(setting, world, drover)) return;
  const before = { ...drover, people: drover.people + 1 };
  for (const kind of INTERVENTION_NAMES) {
    if (!setting.decisions.meaningOf(kind, phaseAt(drover.at), finishSent(drover), circumstances(drover)).accepted)
      continue;
    for (const next of taken(setting, before, kind)) add({ by: 'person', what: kind, world, drover: next });
  }
}

function taken(setting: Setting, drover: Drover, kind: InterventionKind): Drover[] {
  switch (kind) {
    case 'cancel':
      return [
        stepIn(setting, {
          ...drover,
          restoreAsked: drover.restoreAsked ?? 'cancelled',
          lastTry: drover.lastTry || isParked(drover),
        }),
      ];
    case 'rollback':
      return [
        stepIn(setting, {
          ...drover,
          restoreAsked: drover.restoreAsked ?? 'rolled-back',
          lastTry: drover.lastTry || isParked(drover),
        }),
      ];
    case 'retry':
      if (isParked(drover)) return [goOn({ ...drover, lastTry: false })];
      // In the pause it ends that; while the service is being read it is taken after the next pause.
      if (drover.at === 'wait') return [again(drover), { ...drover, wantsAgain: true }];
      return waitingAt(drover.at) === 'activity' ? [calledOff(setting, drover)] : [];
    case 'confirm':
      return [confirmed(drover)];
    default:
      throw new TypeError(`unknown message ${String(kind satisfies never)}`);
  }
}

/** `retry` of a deployment that waits for Rancher: roll back and upgrade again. */
export function again(drover: Drover): Drover {
  return goRestore({ ...drover, wantsAgain: false }, { then: 'again', cause: 'person' });
}

function stepIn(setting: Setting, drover: Drover): Drover {
  if (isParked(drover)) return goOn(drover);
  return waitingAt(drover.at) === 'activity' ? calledOff(setting, drover) : withAsked(drover, drover);
}

/** `park` returns: what was waited for is begun anew. */
function goOn(drover: Drover): Drover {
  const { parkedAt } = drover;
  if (parkedAt === null) throw new TypeError('it is not parked');
  const back: Drover = { ...drover, at: parkedAt, parkedAt: null };
  return withAsked(drover, waitingAt(parkedAt) === 'activity' ? called(back, parkedAt) : back);
}

const circumstances = ({ roundsPosted }: Drover): Circumstances => ({
  rounds: { posted: roundsPosted, limit: MAX_ROUNDS },
});

const isParked = ({ at }: Drover): boolean => at === 'parked';
