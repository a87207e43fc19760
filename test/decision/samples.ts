import type { PostedConfig, Round } from '../../decision/round';
import type { ConfigSnapshot, ConfigVersion, InstanceTally, ServiceSnapshot } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';

/** The versions and words that the samples are about. */
export const BASE = 'version-before';
export const NEW = 'version-of-ours';
export const OTHER = 'version-of-another';
export const LABEL = 'd-1.2';
export const OLD_IMAGE = 'docker:example/web:1';
export const NEW_IMAGE = 'docker:example/web:2';

/** A launch configuration in its former version, unless said otherwise. */
export function config(changes: Partial<ConfigSnapshot> = {}): ConfigSnapshot {
  return {
    name: PRIMARY,
    version: BASE,
    image: OLD_IMAGE,
    deploymentLabel: null,
    digest: 'key:before',
    hasHealthCheck: false,
    startOnce: false,
    ...changes,
  };
}

/** The same after our upgrade was accepted. */
export function upgradedConfig(changes: Partial<ConfigSnapshot> = {}): ConfigSnapshot {
  return config({ version: NEW, image: NEW_IMAGE, deploymentLabel: LABEL, digest: 'key:ours', ...changes });
}

/** Containers of one configuration in one version: none, unless said otherwise. */
export function tally(changes: Partial<InstanceTally> = {}): InstanceTally {
  return {
    config: PRIMARY,
    version: NEW,
    running: 0,
    healthy: 0,
    stopped: 0,
    completed: 0,
    failed: 0,
    restarts: 0,
    moving: 0,
    ...changes,
  };
}

/** So many that run and are healthy. */
export function good(count: number, changes: Partial<InstanceTally> = {}): InstanceTally {
  return tally({ running: count, healthy: count, ...changes });
}

/** An active service of two containers in the former version, unless said otherwise. */
export function service(changes: Partial<ServiceSnapshot> = {}): ServiceSnapshot {
  return {
    serviceId: '1s7',
    state: 'active',
    removed: false,
    transitioning: 'no',
    message: null,
    healthState: 'healthy',
    expected: 2,
    configs: [config()],
    instances: [good(2, { version: BASE })],
    meetsRequest: false,
    twoWriters: false,
    lastLabels: [],
    lastTargets: [],
    ...changes,
  };
}

export function versions(entries: Readonly<Record<string, string>>): ConfigVersion[] {
  return Object.entries(entries).map(([name, version]) => ({ config: name, version }));
}

export function posted(changes: Partial<PostedConfig> = {}): PostedConfig {
  return { config: PRIMARY, image: NEW_IMAGE, digest: 'key:ours', ...changes };
}

/** Our second round, posted, its reply lost; unless said otherwise. */
export function round(changes: Partial<Round> = {}): Round {
  return {
    number: 2,
    label: LABEL,
    base: versions({ [PRIMARY]: BASE }),
    namedBefore: [],
    posted: [posted()],
    accepted: null,
    ...changes,
  };
}

/** The same, accepted by Rancher. */
export function acceptedRound(changes: Partial<Round> = {}): Round {
  return round({ accepted: versions({ [PRIMARY]: NEW }), ...changes });
}
