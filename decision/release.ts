import type { Confirm } from './policy';
import type { Author, DeploymentRequest } from './request';

/** What a release does when one of its services fails before the first finish (`docs/releases.md` tells what each one costs). */
export const ON_FAILURE = ['rollback-all', 'stop', 'continue'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

/** One service of a release: what is asked of it, and what goes before it. */
export interface ReleaseService extends Omit<DeploymentRequest, 'requestId' | 'deploymentId' | 'hold' | 'author'> {
  /** Keys (`environment/stack/service`) of the services of this release that go before it. */
  readonly dependsOn: readonly string[];
  /** The wave that a person chose, from 1 on. Default: the first one after all that it depends on. */
  readonly wave?: number;
}

/** What was asked for several services as one transaction. It holds references to values, never the values themselves. */
export interface ReleaseRequest {
  readonly requestId: string;
  readonly releaseId: string;
  /** Words for people: `storefront 2.4.1`. */
  readonly name?: string;
  readonly onFailure: OnFailure;
  /** At most so many services are upgrading at once; at least 1. */
  readonly parallelism: number;
  /** `manual`: when all are verified, the release waits for one person before the first finish. */
  readonly confirm: Confirm;
  /** How long it waits for that person; then it rolls back. Milliseconds. */
  readonly confirmWithinMillis: number;
  readonly services: readonly ReleaseService[];
  readonly author: Author;
}

/** What holds where a release does not say otherwise. */
export const RELEASE_DEFAULTS = {
  onFailure: 'rollback-all',
  parallelism: 4,
  confirm: 'none',
  confirmWithinMillis: 24 * 3_600_000,
} as const satisfies Partial<ReleaseRequest>;

/** How many services may be upgrading at once at most. */
export const MOST_PARALLEL = 50;
/** How many services one release may have. */
export const MOST_SERVICES = 200;
