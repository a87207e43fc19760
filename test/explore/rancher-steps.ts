import { STATE_WHEN_DONE } from '../../simulator/state-machine';
import type { Images, Pile, Version, World } from './world';
import { pile, pileOf, runningIn, withPile } from './world';

/** One thing that Rancher can do by itself next, and the world after it. */
export interface RancherStep {
  readonly what: string;
  readonly world: World;
}

/**
 * Rancher's own steps: the state's work, one container at a time (both configurations of a deployment unit together), then the state
 * that the simulator's table names. Facts: `docs/simulator.md` and the recordings under `test/contract/recordings`.
 */
export function rancherSteps(world: World, images: Images): RancherStep[] {
  const work = workOf(world, images);
  return images === 'crashes' ? [...work, ...crash(world)] : work;
}

function workOf(world: World, images: Images): RancherStep[] {
  switch (world.state) {
    case 'upgrading':
      return upgrading(world, images);
    case 'finishing-upgrade':
      return finishing(world, images);
    case 'rolling-back':
      return rollingBack(world, images);
    case 'canceling-upgrade':
      // A finish that was cancelled may have taken the old containers away already (recorded in `31`).
      return [
        done(world, 'the cancel is through'),
        ...variant(done(onlyCurrent(world), 'the cancel is through, and the old containers are gone'), world),
      ];
    case 'activating':
    case 'updating-active':
      return [done(broughtUp(world), 'all containers run')];
    case 'deactivating':
      return [
        done(
          { ...world, primaries: stopped(world.primaries), sidekicks: stopped(world.sidekicks) },
          'all containers are stopped',
        ),
      ];
    case 'removing':
      return [done({ ...world, primaries: [], sidekicks: [], previous: null }, 'the service is gone')];
    case 'registering':
    case 'restarting':
      return [done(world, 'its work is done')];
    case 'inactive':
    case 'active':
    case 'upgraded':
    case 'canceled-upgrade':
    case 'removed':
      return [];
    default:
      throw new TypeError(`unknown state ${String(world.state satisfies never)}`);
  }
}

function upgrading(world: World, images: Images): RancherStep[] {
  // Two writers: the containers are replaced endlessly.
  if (world.conflict) return [];
  const starts = images !== 'never-starts' || world.current.image !== 'asked';
  // A scale change ends it early: what is missing is created, and the old ones run on (recorded in `30`).
  if (world.rescaled) {
    if (!starts) return [];
    const grown = {
      ...world,
      rescaled: false,
      primaries: filledUp(world.primaries, world.current.primary, world.scale),
      sidekicks: filledUp(world.sidekicks, world.current.sidekick, world.scale),
    };
    return [done(grown, 'the upgrade ends early, since the scale was changed')];
  }
  const replaced = replaceOne(world, starts, 'forward');
  if (replaced !== null) return [{ what: 'replaces a container', world: replaced }];
  return isUp(world) ? [done(world, 'all containers are replaced')] : [];
}

function finishing(world: World, images: Images): RancherStep[] {
  const starts = images !== 'never-starts' || world.current.image !== 'asked';
  const replaced = replaceOne(world, starts, 'forward');
  if (replaced !== null) return [{ what: 'replaces a container that was left over', world: replaced }];
  return isUp(world) ? [done({ ...onlyCurrent(world), previous: null }, 'the old containers are removed')] : [];
}

function rollingBack(world: World, images: Images): RancherStep[] {
  if (images === 'rollback-hangs') return [];
  const replaced = replaceOne(world, true, 'back');
  if (replaced !== null) return [{ what: 'brings an old container back', world: replaced }];
  return [done({ ...broughtUp(onlyCurrent(world)), previous: null }, 'the former containers run')];
}

/** In `upgraded` a container that ends is not started again; before, Rancher sees to it itself. */
function crash(world: World): RancherStep[] {
  if (world.state !== 'upgraded' || world.current.image !== 'asked') return [];
  const own = pileOf(world.primaries, world.current.primary);
  if (own.running === 0 || own.stopped > 0) return [];
  const primaries = withPile(world.primaries, { ...own, running: own.running - 1, stopped: own.stopped + 1 });
  return [{ what: 'a new container ends by itself', world: { ...world, primaries } }];
}

function done(world: World, what: string): RancherStep {
  const state = STATE_WHEN_DONE[world.state];
  if (state === undefined) throw new TypeError(`${world.state} leads nowhere by itself`);
  const atRest = state === 'active' || state === 'inactive';
  return {
    what,
    world: {
      ...world,
      state,
      ...(atRest ? { previous: null, rescaled: false, conflict: false, cancelled: false } : {}),
    },
  };
}

/** The variant, where it differs. */
function variant(step: RancherStep, from: World): RancherStep[] {
  return step.world.primaries.length === from.primaries.length && step.world.sidekicks.length === from.sidekicks.length
    ? []
    : [step];
}

function isUp(world: World): boolean {
  const { current, scale } = world;
  return (
    pileOf(world.primaries, current.primary).running >= scale &&
    pileOf(world.sidekicks, current.sidekick).running >= scale
  );
}

/** One deployment unit further; null when nothing is left to do. */
function replaceOne(world: World, starts: boolean, direction: 'forward' | 'back'): World | null {
  const { current, scale } = world;
  const primaries = replaced(world.primaries, current.primary, scale, starts, direction);
  // A sidekick starts whatever becomes of the primary; it waits for it all the same.
  const sidekicks = replaced(world.sidekicks, current.sidekick, scale, true, direction);
  if (primaries === world.primaries && (sidekicks === world.sidekicks || !starts)) return null;
  return { ...world, primaries, sidekicks };
}

function replaced(
  piles: readonly Pile[],
  version: Version,
  scale: number,
  starts: boolean,
  direction: 'forward' | 'back',
): readonly Pile[] {
  const own = pileOf(piles, version);
  const old = piles.find((one) => one.version !== version && one.running > 0);
  const isFull = own.running >= scale;
  if (isFull && old === undefined) return piles;
  if (!isFull && !starts && own.failed > 0) return piles;
  const rest =
    old === undefined ? piles : withPile(piles, { ...old, running: old.running - 1, stopped: old.stopped + 1 });
  if (isFull) return rest;
  if (!starts) return withPile(rest, { ...own, failed: own.failed + 1 });
  const again = direction === 'back' && own.stopped > 0 ? 1 : 0;
  return withPile(rest, { ...own, running: own.running + 1, stopped: own.stopped - again });
}

function filledUp(piles: readonly Pile[], version: Version, scale: number): readonly Pile[] {
  const missing = scale - runningIn(piles);
  const own = pileOf(piles, version);
  return missing > 0 ? withPile(piles, { ...own, running: own.running + missing }) : piles;
}

/** Only the running containers of the current configurations are left. */
function onlyCurrent(world: World): World {
  const keep = (piles: readonly Pile[], version: Version): readonly Pile[] => {
    const { running } = pileOf(piles, version);
    return running > 0 ? [pile(version, { running })] : [];
  };
  return {
    ...world,
    primaries: keep(world.primaries, world.current.primary),
    sidekicks: keep(world.sidekicks, world.current.sidekick),
  };
}

/** As many run as the scale asks for, all of the current configurations. */
function broughtUp(world: World): World {
  return {
    ...world,
    primaries: [pile(world.current.primary, { running: world.scale })],
    sidekicks: [pile(world.current.sidekick, { running: world.scale })],
  };
}

function stopped(piles: readonly Pile[]): readonly Pile[] {
  return piles.map((one) => ({ ...one, running: 0, stopped: one.stopped + one.running }));
}
