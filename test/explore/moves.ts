import type { Drover } from './drover';
import type { ForeignMove } from './others';
import { foreignMoves } from './others';
import type { Setting } from './setting';
import type { Version, World } from './world';

/** Somebody else may still do something: what others and people do is counted together. */
export function mayInterfere({ foreign, moves }: Setting, world: World, { people }: Drover): boolean {
  return world.foreign < foreign && world.foreign + people < moves;
}

/** A person may still step in. */
export function mayStepIn(setting: Setting, world: World, { people }: Drover): boolean {
  return people < setting.people && world.foreign + people < setting.moves;
}

/**
 * What others can do now, within the bounds. With labels off, whoever posts the very same content while a request of ours is under way
 * cannot be told from us: nobody does that there.
 */
export function othersNow(setting: Setting, world: World, drover: Drover, version: Version): ForeignMove[] {
  if (!mayInterfere(setting, world, drover)) return [];
  return foreignMoves(world, version, setting.label ? ['other', 'asked'] : ['other']);
}
