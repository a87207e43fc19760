import type { ServiceAction } from '../../simulator/state-machine';
import { offers, STATE_AFTER_ACTION } from '../../simulator/state-machine';
import type { Image, Label, Revision, Version, World } from './world';

/** What an upgrade asks for. */
export interface UpgradeBody {
  readonly image: Image;
  /** Null where the sidekick is left alone: it keeps its version then. */
  readonly sidekickImage: Image | null;
  readonly label: Label;
  /** The round of ours that asks for it; 0 for somebody else. */
  readonly by: number;
  /** The version that Rancher gives to what was posted. */
  readonly version: Version;
}

/** The world after an action on the service; null when Rancher refuses it in this state (422 ActionNotAvailable). */
export function acted(world: World, action: ServiceAction, body?: UpgradeBody): World | null {
  if (!offers(world.state, action)) return null;
  const state = STATE_AFTER_ACTION[action] ?? world.state;
  switch (action) {
    case 'upgrade':
      if (body === undefined) throw new TypeError('an upgrade needs a body');
      return {
        ...world,
        state,
        previous: world.current,
        current: revised(world.current, body),
        named: revised(world.current, body),
        rescaled: false,
        cancelled: false,
        conflict: false,
      };
    case 'rollback':
      return {
        ...world,
        state,
        current: world.previous ?? world.current,
        previous: null,
        rescaled: false,
        cancelled: false,
        conflict: false,
      };
    case 'cancelupgrade':
      return { ...world, state, cancelled: true };
    case 'continueupgrade':
      // Somebody asked for it by hand: it is not a cancelled one any more.
      return { ...world, state, cancelled: false };
    default:
      return { ...world, state };
  }
}

/** Two upgrades within milliseconds, both accepted: the second one's configuration stays, and the two disagree from then on. */
export function bothAccepted(world: World, first: UpgradeBody, second: UpgradeBody): World | null {
  const one = acted(world, 'upgrade', first);
  if (one === null) return null;
  return { ...one, current: revised(world.current, second), conflict: true };
}

/** A change of the scale by hand: only an active service goes through `updating-active`. */
export function rescaled(world: World): World | null {
  if (world.state === 'removing' || world.state === 'removed') return null;
  const scale = world.scale === 2 ? 3 : 2;
  if (world.state === 'active') return { ...world, scale, state: 'updating-active' };
  return { ...world, scale, rescaled: world.rescaled || world.state === 'upgrading' };
}

function revised(current: Revision, body: UpgradeBody): Revision {
  const { sidekickImage } = body;
  return {
    primary: body.version,
    image: body.image,
    label: body.label,
    by: body.by,
    sidekick: sidekickImage === null ? current.sidekick : body.version,
    sidekickImage: sidekickImage ?? current.sidekickImage,
  };
}
