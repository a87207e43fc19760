import type { ConfigVersion, InstanceTally, ServiceSnapshot } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';
import type { Setting } from './setting';
import type { Label, Pile, Version, World } from './world';

/** The id of the deployment. */
export const DEPLOYMENT = 'd';
/** The sidekick of every service in the exploration. */
export const SIDEKICK = 'log';
const IMAGE_UUIDS = {
  old: 'docker:example/app:1',
  asked: 'docker:example/app:2',
  other: 'docker:example/app:3',
} as const;

/** The version as Rancher would call it: `0` at the creation, never again. */
export function calledVersion(version: Version): string {
  return version === 0 ? '0' : `v${version}`;
}

/** The number of a version that {@link calledVersion} made. */
export function numberOf({ version }: ConfigVersion): Version {
  return Number(version.replace('v', ''));
}

/** A deployment label as it stands in the launch configuration; null for none. */
export function calledLabel(label: Label): string | null {
  if (label === 'none') return null;
  return label === 'dead' ? 'dead.1' : `${DEPLOYMENT}.${label}`;
}

/**
 * What a read of the service shows: what `activities/snapshot.ts` would make of Rancher's answer.
 *
 * @param containers where the containers were read a moment later, the world as it was then
 */
export function seenBy(world: World, setting: Setting, containers: World = world): ServiceSnapshot {
  const { current } = world;
  const config = (name: string, version: Version, image: keyof typeof IMAGE_UUIDS, label: Label) => ({
    name,
    version: calledVersion(version),
    image: IMAGE_UUIDS[image],
    deploymentLabel: calledLabel(label),
    // Less the version and our label, content and image are one here.
    digest: `key:${image}`,
    hasHealthCheck: false,
    startOnce: false,
  });
  const { named } = world;
  const namedLabel = named === null ? null : calledLabel(named.label);
  return {
    serviceId: '1s1',
    state: world.state,
    removed: world.state === 'removed',
    transitioning: 'no',
    message: null,
    healthState: null,
    expected: world.scale,
    configs: [
      config(PRIMARY, current.primary, current.image, current.label),
      config(SIDEKICK, current.sidekick, current.sidekickImage, setting.sidekickAsked ? current.label : 'none'),
    ],
    instances: [...tallies(PRIMARY, containers.primaries), ...tallies(SIDEKICK, containers.sidekicks)],
    meetsRequest: current.image === 'asked' && (!setting.sidekickAsked || current.sidekickImage === 'asked'),
    twoWriters: world.conflict && world.state === 'upgrading',
    lastLabels: namedLabel === null ? [] : [namedLabel],
    lastTargets:
      named === null
        ? []
        : [
            { config: PRIMARY, version: calledVersion(named.primary), digest: `key:${named.image}` },
            { config: SIDEKICK, version: calledVersion(named.sidekick), digest: `key:${named.sidekickImage}` },
          ],
  };
}

/** What would be posted on a service, as `prepareUpgrade` records it. */
export function postedBy(setting: Setting): { config: string; image: string; digest: string }[] {
  const posted = (config: string) => ({ config, image: IMAGE_UUIDS.asked, digest: 'key:asked' });
  return [posted(PRIMARY), ...(setting.sidekickAsked ? [posted(SIDEKICK)] : [])];
}

/** The configurations that the request names. */
export function askedOf(setting: Setting): string[] {
  return [PRIMARY, ...(setting.sidekickAsked ? [SIDEKICK] : [])];
}

function tallies(config: string, piles: readonly Pile[]): InstanceTally[] {
  return piles.map(({ version, running, stopped, failed }) => ({
    config,
    version: calledVersion(version),
    running,
    healthy: running,
    stopped,
    completed: 0,
    failed,
    restarts: 0,
    moving: 0,
  }));
}
