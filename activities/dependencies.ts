import type { Policy } from '../decision/policy';
import type { PolicyOverrides } from '../decision/request';
import type { RancherClient } from '../rancher/rancher-client';

/** What the activities are given by the worker. */
export interface ActivityDependencies {
  /** @throws an error whose message tells what to configure, for an environment that this worker does not serve */
  environment(alias: string): EnvironmentAccess;
  /** The worker's own secret, with which digests are keyed; not one of Rancher's keys. */
  readonly digestKey: Uint8Array;
}

/** One environment as this worker knows it: how to reach its Rancher, and what may be done there. */
export interface EnvironmentAccess {
  readonly alias: string;
  /** The project's name or id, as configured. */
  readonly project: string;
  /** Address of Rancher's UI, without a trailing slash. */
  readonly webUrl: string;
  /** A client with the keys as they are now. */
  client(): RancherClient;
  policy(overrides: PolicyOverrides): Policy;
  /** The alias of another configured environment that means the same project (one by its name, the other one by its id, say). */
  twinOf?(project: { readonly id: string; readonly name: string }): string | undefined;
  /**
   * The value behind a reference for an environment variable; read anew each time.
   * @throws an error naming the reference and the known ones, never a value
   */
  variable(reference: string): string;
}
