import type { Drover } from './drover';
import type { Setting } from './setting';
import type { World } from './world';

/** Somebody else may still do something: what others and people do is counted together. */
export function mayInterfere({ foreign, moves }: Setting, world: World, { people }: Drover): boolean {
  return world.foreign < foreign && world.foreign + people < moves;
}

/** A person may still step in. */
export function mayStepIn(setting: Setting, world: World, { people }: Drover): boolean {
  return people < setting.people && world.foreign + people < setting.moves;
}
