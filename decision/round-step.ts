import type { Round } from './round';
import { ownershipOf, wasUndone } from './round';
import type { ServiceSnapshot } from './service-snapshot';
import type { StateKind } from './service-state';
import { kindOfState } from './service-state';

/** What we want of a service on which a round of ours was posted. */
export type Goal = 'upgraded' | 'finished' | 'restored';

/**
 * What to do next about our own upgrade.
 * - `wait`: Rancher is at it.
 * - `verify`: it is `upgraded`; hold the containers against the gates.
 * - `finish`, `rollback`: send that action now.
 * - `prove`: Rancher is done; prove by version what runs.
 * - `nothing-posted`: Rancher never took this round; there is nothing to restore.
 * - `interfered`: somebody else moved the service; named, never fought.
 */
export type RoundStep =
  | { readonly do: 'wait' | 'verify' | 'finish' | 'rollback' | 'prove' | 'nothing-posted' }
  | { readonly do: 'interfered'; readonly why: string };

type Cell = RoundStep['do'] | readonly ['interfered', string];
type Row = Readonly<Record<StateKind, Cell>>;

const removed = ['interfered', 'the service was removed'] as const;
const replaced = ['interfered', 'somebody else upgraded the service'] as const;
const rolledBack = ['interfered', 'somebody else rolled the upgrade back'] as const;
const finished = ['interfered', 'somebody else finished the upgrade'] as const;
const cancelled = ['interfered', 'somebody else cancelled the upgrade'] as const;
const continued = ['interfered', 'somebody else cancelled the upgrade and continued it'] as const;
const begun = ['interfered', 'somebody else began another upgrade'] as const;

const FOREIGN: Row = {
  ready: replaced,
  flapping: replaced,
  moving: replaced,
  upgrading: replaced,
  upgraded: replaced,
  canceled: replaced,
  gone: removed,
};

/** The former versions are back, and not by us. */
const UNDONE: Row = {
  ready: rolledBack,
  flapping: rolledBack,
  moving: rolledBack,
  upgrading: begun,
  upgraded: begun,
  canceled: begun,
  gone: removed,
};

/** Posted and accepted: Rancher replaces the containers. */
const UPGRADED: Readonly<Record<'ours' | 'base' | 'foreign', Row>> = {
  ours: {
    ready: finished,
    flapping: finished,
    moving: finished,
    upgrading: 'wait',
    upgraded: 'verify',
    canceled: cancelled,
    gone: removed,
  },
  base: UNDONE,
  foreign: FOREIGN,
};

/** Our finish is on its way: there is no way back, and reaching the target is success whoever pressed the button. */
const FINISHED: Readonly<Record<'ours' | 'base' | 'foreign', Row>> = {
  ours: {
    ready: 'prove',
    flapping: 'prove',
    moving: 'wait',
    upgrading: continued,
    upgraded: 'finish',
    canceled: cancelled,
    gone: removed,
  },
  base: UNDONE,
  foreign: FOREIGN,
};

/** Back to the former configuration; once it is there, whoever pressed the button. */
const RESTORED: Readonly<Record<'ours' | 'base' | 'foreign', Row>> = {
  ours: {
    ready: finished,
    flapping: finished,
    moving: 'wait',
    upgrading: 'rollback',
    upgraded: 'rollback',
    canceled: 'rollback',
    gone: removed,
  },
  base: {
    ready: 'prove',
    flapping: 'prove',
    moving: 'wait',
    upgrading: begun,
    upgraded: begun,
    canceled: begun,
    gone: removed,
  },
  foreign: FOREIGN,
};

const TABLES = { upgraded: UPGRADED, finished: FINISHED, restored: RESTORED } as const;

/** States in which somebody cancelled our upgrade, or is about to have: told apart from the other moving ones. */
const CANCELING = 'canceling-upgrade';
const ROLLING_BACK = 'rolling-back';

/**
 * What to do next about our own upgrade: a cell of three tables, by goal, by whose state it is and by the kind of state.
 *
 * @param round our upgrade: `accepted` may still be unknown (lost reply)
 */
export function roundStep(service: ServiceSnapshot, round: Round, goal: Goal): RoundStep {
  const ownership = ownershipOf(service, round);
  const kind: StateKind = service.removed ? 'gone' : kindOfState(service.state);
  if (kind !== 'gone' && ownership === 'ours' && service.state === CANCELING && goal !== 'restored')
    return { do: 'interfered', why: cancelled[1] };
  if (kind !== 'gone' && ownership === 'ours' && service.state === ROLLING_BACK && goal !== 'restored')
    return { do: 'interfered', why: rolledBack[1] };
  // Undone by somebody, it was posted all the same: the former configuration is waited for and proven.
  if (
    goal === 'restored' &&
    round.accepted === null &&
    ownership === 'base' &&
    kind !== 'gone' &&
    !wasUndone(service, round)
  )
    return { do: 'nothing-posted' };
  const cell = TABLES[goal][ownership][kind];
  return typeof cell === 'string' ? ({ do: cell } as RoundStep) : { do: 'interfered', why: cell[1] };
}
