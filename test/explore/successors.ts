import { actTransitions } from './act-transitions';
import type { Drover } from './drover';
import { ended, versionsInDrover, waitingAt } from './drover';
import { afterFinishQuiet } from './flow-finish';
import { afterPostQuiet } from './flow-post';
import { afterRestoreQuiet, afterRollbackQuiet, parkWhenStuck } from './flow-restore';
import { afterSettleQuiet } from './flow-settle';
import { foreignMoves } from './others';
import { mayInterfere } from './moves';
import { accept } from './our-actions';
import { again, peopleTransitions } from './people';
import { rancherSteps } from './rancher-steps';
import { readTransitions } from './read-transitions';
import { numberOf } from './seen';
import type { Setting } from './setting';
import type { Add, Transition } from './transition';
import { withAsked } from './with-asked';
import type { Version, World } from './world';
import { freshVersion, versionsInWorld } from './world';

/** Everything that can happen next. */
export function successors(setting: Setting, world: World, drover: Drover): Transition[] {
  const found: Transition[] = [];
  if (drover.at === 'ended') return found;
  const add: Add = (transition) => found.push({ ...transition, world: canonical(transition.world, setting) });
  const version = freshVersion(versionsInWorld(world) | versionsInDrover(drover, numberOf));
  droverMoves(setting, world, drover, version, add);
  peopleTransitions(setting, world, drover, add);
  for (const step of rancherSteps(world, setting.images))
    add({ by: 'rancher', what: step.what, world: step.world, drover });
  if (world.late !== null) lateRequest(setting, world, drover, version, add);
  if (mayInterfere(setting, world, drover))
    for (const move of foreignMoves(world, version)) add({ by: 'others', what: move.what, world: move.world, drover });
  return found;
}

/** Less what nobody looks at: with labels on, the versions in the `upgrade` field. */
function canonical(world: World, { label }: Setting): World {
  const { named } = world;
  if (!label || named === null || (named.primary === 0 && named.sidekick === 0)) return world;
  return { ...world, named: { ...named, primary: 0, sidekick: 0, by: 0, image: 'old', sidekickImage: 'old' } };
}

function droverMoves(setting: Setting, world: World, drover: Drover, version: Version, add: Add): void {
  switch (waitingAt(drover.at)) {
    case 'read':
      readTransitions(setting, world, drover, version, add);
      if (drover.wantsAgain) add({ by: 'drover', what: 'takes the retry', world, drover: again(drover) });
      return;
    case 'activity':
      return actTransitions(setting, world, drover, version, add);
    case 'quiet':
      if (world.late === null || setting.lateBeyond)
        add({
          by: 'time',
          what: 'no request can be under way any more',
          world,
          drover: withAsked(drover, afterQuiet(drover)),
        });
      return;
    case 'person':
      if (world.late === null || setting.lateBeyond)
        add({ by: 'time', what: 'nobody came', world, drover: ended('needs-attention') });
      return;
    case 'nothing':
      return;
    default:
      throw new TypeError('unknown wait');
  }
}

function afterQuiet(drover: Drover): Drover {
  switch (drover.at) {
    case 'settle.quiet':
      return afterSettleQuiet(drover);
    case 'post.quiet':
      return afterPostQuiet(drover);
    case 'finish.quiet':
      return afterFinishQuiet(drover);
    case 'deactivate.quiet':
      return parkWhenStuck(drover);
    case 'rollback.quiet':
      return afterRollbackQuiet(drover);
    default:
      return afterRestoreQuiet(drover);
  }
}

/** A request whose reply nobody awaits arrives, or does not. */
function lateRequest(setting: Setting, world: World, drover: Drover, version: Version, add: Add): void {
  if (world.late === null) return;
  const { action, round } = world.late;
  const gone = { ...world, late: null };
  const after = accept(setting, gone, action, round, version);
  add({ by: 'time', what: `the late ${action} never arrives`, world: gone, drover });
  if (after === null) return;
  add({
    by: 'time',
    what: `the late ${action} arrives and is accepted`,
    world: after,
    drover,
    took: { action, round, isLate: true },
  });
}
