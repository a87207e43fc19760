import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { acted, bothAccepted } from './rancher-actions';
import type { UpgradeBody } from './rancher-actions';
import { seenBy } from './seen';
import type { Setting } from './setting';
import type { Label, OurAction, Version, World } from './world';

/** The world after Rancher took an action of ours; null when it refuses it. */
export function accept(
  setting: Setting,
  world: World,
  action: OurAction,
  round: number,
  version: Version,
): World | null {
  const after = action === 'upgrade' ? acted(world, action, ourBody(setting, round, version)) : acted(world, action);
  return after === null ? null : taken(after, action, round);
}

/** What is remembered of it, for the checks. */
function taken(after: World, action: OurAction, round: number): World {
  return {
    ...after,
    touched: true,
    accepted: action === 'upgrade' ? after.accepted | (1 << round) : after.accepted,
    finished: after.finished || (action === 'finishupgrade' && round > 0),
  };
}

/** What `composeFor` posts: the image that was asked for, and our label. */
function ourBody({ sidekickAsked, label }: Setting, round: number, version: Version): UpgradeBody {
  return {
    image: 'asked',
    sidekickImage: sidekickAsked ? 'asked' : null,
    label: label ? (round as Label) : 'none',
    version,
    by: round,
  };
}

/** Somebody else's upgrade within milliseconds of ours: Rancher takes both, and each reply echoes its caller's configuration. */
export function raced(
  setting: Setting,
  world: World,
  round: number,
  version: Version,
): { what: string; world: World; answer: ServiceSnapshot }[] {
  const ours = ourBody(setting, round, version);
  const theirs: UpgradeBody = {
    image: 'other',
    sidekickImage: null,
    label: world.current.label,
    version: version + 1,
    by: 0,
  };
  const echo = accept(setting, world, 'upgrade', round, version);
  const found: { what: string; world: World; answer: ServiceSnapshot }[] = [];
  if (echo === null) return found;
  const answer = { ...seenBy(echo, setting), instances: null };
  const add = (what: string, both: World | null): void => {
    if (both !== null)
      found.push({ what, world: { ...taken(both, 'upgrade', round), foreign: world.foreign + 1 }, answer });
  };
  add('two upgrades at once are both accepted: theirs stays', bothAccepted(world, ours, theirs));
  add('two upgrades at once are both accepted: ours stays', bothAccepted(world, theirs, ours));
  return found;
}
