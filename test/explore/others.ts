import { acted, rescaled } from './rancher-actions';
import type { Image, Version, World } from './world';

/** What somebody else can do to the service by hand. */
export interface ForeignMove {
  readonly what: string;
  readonly world: World;
}

const ACTIONS = ['finishupgrade', 'rollback', 'cancelupgrade', 'continueupgrade', 'remove', 'deactivate'] as const;

/**
 * Everything that somebody else can do in this state. An upgrade by hand takes the labels of what it found along, as Rancher's UI does.
 *
 * @param version what Rancher would give to an upgrade
 * @param images to which they upgrade
 */
export function foreignMoves(world: World, version: Version, images: readonly Image[]): ForeignMove[] {
  const moves: ForeignMove[] = [];
  const add = (what: string, after: World | null): void => {
    if (after !== null) moves.push({ what, world: { ...after, foreign: world.foreign + 1 } });
  };
  for (const action of ACTIONS) add(`${action} by hand`, acted(world, action));
  for (const image of images)
    add(
      `upgrade by hand to ${image === 'asked' ? 'what was asked' : 'another image'}`,
      acted(world, 'upgrade', { image, sidekickImage: null, label: world.current.label, version, by: 0 }),
    );
  add(`the scale is changed by hand to ${world.scale === 2 ? 3 : 2}`, rescaled(world));
  return moves;
}
