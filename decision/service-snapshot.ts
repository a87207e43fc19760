/** How Rancher names the primary launch configuration in the label `io.rancher.service.launch.config` of its containers. */
export const PRIMARY = 'io.rancher.service.primary.launch.config';

/** One launch configuration of a service (the primary or a sidekick) as read: names, versions and digests, never its content. */
export interface ConfigSnapshot {
  /** {@link PRIMARY}, or the sidekick's name. */
  readonly name: string;
  /** Rancher's own version of it: `"0"` at creation, a new UUID with each accepted upgrade. */
  readonly version: string;
  /** Its image as Rancher keeps it, `docker:registry:port/path:tag`; null where it has none (DNS and external services). */
  readonly image: string | null;
  /** The label `io.drover.deployment` as `labelSeenBy` gives it (ours: `<deploymentId>.<round>`), null where it carries none. */
  readonly deploymentLabel: string | null;
  /** A digest of its content less version and our label, keyed with a secret of the worker's own. */
  readonly digest: string;
  readonly hasHealthCheck: boolean;
  /** A container that is meant to end (`io.rancher.container.start_once`). */
  readonly startOnce: boolean;
}

/** The containers of one configuration in one version, counted. */
export interface InstanceTally {
  readonly config: string;
  readonly version: string;
  readonly running: number;
  /** Of the running ones, those that Rancher calls healthy (all of them where there is no health check). */
  readonly healthy: number;
  /** Stopped or ended ones; of a start-once container, those whose exit code is unknown. */
  readonly stopped: number;
  /** Ended start-once containers with exit code 0. */
  readonly completed: number;
  /** Those in error. */
  readonly failed: number;
  /** How often they were started again, all of them together. */
  readonly restarts: number;
  /** All others: being created, started, stopped or removed. */
  readonly moving: number;
}

/** A service as one read found it: what decisions are made from. Plain data, small, free of configuration values. */
export interface ServiceSnapshot {
  readonly serviceId: string;
  readonly state: string;
  readonly removed: boolean;
  readonly transitioning: 'yes' | 'no' | 'error';
  /** Rancher's own words (`transitioningMessage`), with configuration values taken out. */
  readonly message: string | null;
  readonly healthState: string | null;
  /** Containers that each configuration is asked to run: the scale, the hosts for a global service, 0 for kinds without containers. */
  readonly expected: number;
  /** The primary first. */
  readonly configs: readonly ConfigSnapshot[];
  /** Null where this read did not ask for them. */
  readonly instances: readonly InstanceTally[] | null;
  /** The configurations are already what the request asks for (images, variables and labels). */
  readonly meetsRequest: boolean;
  /**
   * Two writers got an upgrade accepted at once: the service's version and the one in the current `upgrade` field disagree. Only
   * evidence while `upgrading`, and only once the field is not stale.
   */
  readonly twoWriters: boolean;
  /**
   * Our labels in the `upgrade` field, which goes on naming an upgrade after it was rolled back. They never prove that an upgrade is
   * ours; they do prove that one was taken, and so must not be posted again.
   */
  readonly lastLabels: readonly string[];
  /** What that field goes to, per configuration; empty where there was no upgrade yet. */
  readonly lastTargets: readonly NamedTarget[];
  /** The label of a pending upgrade that is another installation's, where the worker leaves those alone; else left out. */
  readonly claimedBy?: string;
}

/** A configuration as the `upgrade` field names it. */
export interface NamedTarget {
  readonly config: string;
  readonly version: string;
  readonly digest: string;
}

/** The version of one configuration. */
export interface ConfigVersion {
  readonly config: string;
  readonly version: string;
}

/** The versions of all configurations of a service. */
export function versionsOf(service: ServiceSnapshot): ConfigVersion[] {
  return service.configs.map(({ name, version }) => ({ config: name, version }));
}
