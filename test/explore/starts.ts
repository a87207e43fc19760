import type { ServiceState } from '../../simulator/world-seed';
import type { Image, Label, Pile, Revision, World } from './world';
import { pile } from './world';

const SCALE = 2;

const before: Revision = { primary: 0, sidekick: 0, image: 'old', sidekickImage: 'old', label: 'none', by: 0 };

/** A service of two containers and their sidekicks in a state in which nothing is pending. */
function steady(state: ServiceState, image: Image = 'old', isRunning = true): World {
  const containers: readonly Pile[] = [pile(0, isRunning ? { running: SCALE } : { stopped: SCALE })];
  return {
    state,
    current: { ...before, image },
    previous: null,
    named: null,
    scale: SCALE,
    rescaled: false,
    primaries: containers,
    sidekicks: containers,
    conflict: false,
    cancelled: false,
    late: null,
    foreign: 0,
    accepted: 0,
    touched: false,
    finished: false,
  };
}

/** The same in the middle of somebody else's upgrade of the primary. */
function pending(state: ServiceState, image: Image, replaced: number, label: Label = 'none'): World {
  const left = SCALE - replaced;
  const primaries = [pile(0, { running: left, stopped: replaced }), pile(1, { running: replaced })];
  const current = { ...before, primary: 1, image, label };
  return {
    ...steady(state),
    current,
    previous: before,
    named: current,
    primaries: primaries.filter((one) => one.running + one.stopped > 0),
  };
}

/** After the deployment itself had its first upgrade accepted, and its workflow was reset since. */
function ours(world: World): World {
  const isThere = world.current.label === 1;
  return { ...world, accepted: 1 << 1, touched: true, current: { ...world.current, by: isThere ? 1 : 0 } };
}

/** In which a deployment may find its service. */
export const STARTS = {
  active: steady('active'),
  'active-with-what-was-asked': steady('active', 'asked'),
  inactive: steady('inactive', 'old', false),
  'inactive-with-what-was-asked': steady('inactive', 'asked', false),
  registering: { ...steady('registering'), primaries: [], sidekicks: [] },
  activating: steady('activating', 'old', false),
  'activating-with-what-was-asked': steady('activating', 'asked', false),
  'updating-active': { ...steady('updating-active'), scale: 3 },
  restarting: steady('restarting'),
  deactivating: steady('deactivating'),
  'upgrading-to-another': pending('upgrading', 'other', 1),
  'upgrading-to-what-was-asked': pending('upgrading', 'asked', 1),
  'upgraded-to-another': pending('upgraded', 'other', SCALE),
  'upgraded-to-what-was-asked': pending('upgraded', 'asked', SCALE),
  'upgraded-by-a-dead-deployment': pending('upgraded', 'other', SCALE, 'dead'),
  'finishing-another': pending('finishing-upgrade', 'other', SCALE),
  'finishing-what-was-asked': pending('finishing-upgrade', 'asked', SCALE),
  'canceling-another': { ...pending('canceling-upgrade', 'other', 1), cancelled: true },
  'canceled-another': { ...pending('canceled-upgrade', 'other', 1), cancelled: true },
  'canceled-what-was-asked': { ...pending('canceled-upgrade', 'asked', 1), cancelled: true },
  'rolling-back': { ...pending('upgraded', 'other', SCALE), state: 'rolling-back', current: before, previous: null },
  removing: steady('removing'),
  'reset-when-upgraded': ours(pending('upgraded', 'asked', SCALE, 1)),
  'reset-when-finished': ours({ ...steady('active', 'asked'), current: { ...before, image: 'asked', label: 1 } }),
  'reset-when-rolled-back': ours({ ...steady('active'), named: { ...before, image: 'asked', label: 1 } }),
} as const satisfies Record<string, World>;

export type StartName = keyof typeof STARTS;

export const START_NAMES = Object.keys(STARTS) as StartName[];
