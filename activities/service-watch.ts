import type { ConfigVersion, ServiceSnapshot } from '../decision/service-snapshot';

/** A workflow that waits for a service. */
export interface Follower {
  readonly workflowId: string;
  readonly runId: string;
}

/** A service that is waited for. */
export interface FollowedService {
  readonly projectId: string;
  readonly serviceId: string;
}

/** What a workflow knows of its service by now. */
export type KnownOfService = Pick<
  ServiceSnapshot,
  'state' | 'transitioning' | 'message' | 'healthState' | 'expected' | 'removed'
>;

/**
 * Rancher's event stream as the activities use it: one for each project, however many deployments there are. What it tells are samples,
 * about one a second, which can skip states: a reason to read, never the truth.
 */
export interface ServiceWatch {
  /**
   * From now on the workflow gets a nudge when the service changes from what it knows; again and again is the same. It ends by itself
   * some time after the last call, or when there is no such workflow any more.
   *
   * @returns whether frames come in now: only then may the next read be far away
   */
  follow(service: FollowedService, follower: Follower): boolean;
  /**
   * What the workflow is about to be told: frames that say the same wake nobody.
   *
   * @param upgraded the versions of an upgrade of its own that Rancher is at, whose containers tell when it is nearly done; null: none
   */
  told(service: FollowedService, known: KnownOfService, upgraded: readonly ConfigVersion[] | null): void;
  /**
   * How far apart the looks of one follower are to be while frames come in, at least: the looks of all of them together are a small part of the
   * requests that may be made, however many they are. Milliseconds.
   */
  readonly leastLookMillis: number;
  /** Resolves at the next frame that shows the service in another state, after so long, or when it is called off; never fails. */
  changed(service: FollowedService, state: string, millis: number, signal: AbortSignal): Promise<void>;
}
