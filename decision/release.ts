import type { WhenBusy } from './lane';
import type { Confirm } from './policy';
import type { ReleaseGate } from './release-gate';
import type { Author, DeploymentRequest } from './request';

/**
 * What a release does when one of its services fails.
 * - `rollback-all`: before the first finish everything is rolled back, in the reverse order: all or nothing.
 * - `stop`: nothing further is begun; what is already upgraded and proven is finished.
 * - `continue`: the others go on, but for those that depend on it.
 */
export const ON_FAILURE = ['rollback-all', 'stop', 'continue'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

/** One service of a release: what is asked of it, and what goes before it. */
export interface ReleaseService extends Omit<
  DeploymentRequest,
  'version' | 'requestId' | 'deploymentId' | 'hold' | 'author' | 'release'
> {
  /** Keys (`environment/stack/service`) of the services of this release that go before it. */
  readonly dependsOn: readonly string[];
  /** The wave that a person chose, from 1 on. Default: the first one after all that it depends on. */
  readonly wave?: number;
}

/** What was asked for several services as one transaction. It holds references to values, never the values themselves. */
export interface ReleaseRequest {
  /** Version of the message, see `MESSAGE_VERSION`. Default: 1. */
  readonly version?: number;
  readonly requestId: string;
  readonly releaseId: string;
  /** Words for people: `storefront 2.4.1`. */
  readonly name?: string;
  readonly onFailure: OnFailure;
  /** At most so many services are upgrading at once; at least 1. */
  readonly parallelism: number;
  /** What is done where another deployment of one of the services runs. */
  readonly whenBusy: WhenBusy;
  /** `manual`: when all are verified, the release waits for one person before the first finish. */
  readonly confirm: Confirm;
  /** How long it waits for that person; then it rolls back. Milliseconds. */
  readonly confirmWithinMillis: number;
  /** What all services together have to pass when each is verified, before it is decided; mostly none. */
  readonly gates: readonly ReleaseGate[];
  readonly services: readonly ReleaseService[];
  readonly author: Author;
}

/** What holds where a release does not say otherwise. */
export const RELEASE_DEFAULTS = {
  onFailure: 'rollback-all',
  parallelism: 4,
  whenBusy: 'reject',
  confirm: 'none',
  confirmWithinMillis: 24 * 3_600_000,
  gates: [],
} as const satisfies Partial<ReleaseRequest>;

/** How many services may be upgrading at once at most. */
export const MOST_PARALLEL = 50;
/** How many services one release may have. */
export const MOST_SERVICES = 200;
