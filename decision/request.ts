import type { OnPending } from './policy';
import { PRIMARY } from './service-snapshot';

/** Who asks, and why: kept in the history. */
export interface Author {
  /** A user, or a CI build: `jane@host`, `gitlab storefront#123`. */
  readonly by: string;
  readonly why?: string;
}

/** What was asked for one service. It holds references to values, never the values of environment variables. */
export interface DeploymentRequest {
  /** Version of the message, see `MESSAGE_VERSION`. Default: 1. */
  readonly version?: number;
  readonly requestId: string;
  readonly deploymentId: string;
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  /** The primary's image, `registry:port/path:tag@digest`, with or without `docker:`; absent where only sidekicks change. */
  readonly image?: string;
  /** Images of sidekicks by their names. */
  readonly sidekicks: Readonly<Record<string, string>>;
  /** Environment variables to merge, by the name of a reference that the environment's worker resolves. */
  readonly variables: Readonly<Record<string, string>>;
  /** Labels to merge, in clear. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upgrade even though the service already has this image (the same, re-pushed tag). */
  readonly redeploy: boolean;
  /** Stop at `upgraded`, verified, and wait for `confirm`. */
  readonly hold: boolean;
  /** What the command line sets over the worker's policy. */
  readonly overrides: PolicyOverrides;
  readonly author: Author;
  /**
   * The alias of another environment whose service of the same name gives its environment variables, to be merged into the primary. Only a
   * worker that serves both reads them; they are in no history.
   */
  readonly settingsFrom?: string;
  /** Set where it is a part of a release: it holds when it is verified, and the release decides. */
  readonly release?: ReleaseRef;
}

/** The release that a deployment is a part of. */
export interface ReleaseRef {
  readonly releaseId: string;
  /** The coordinator's workflow. */
  readonly workflowId: string;
}

/** The configurations that a request names; the primary where it names none, and asks for the same once more. */
export function askedConfigs(request: DeploymentRequest): string[] {
  const merges =
    Object.keys(request.variables).length + Object.keys(request.labels).length > 0 ||
    request.settingsFrom !== undefined;
  return [
    ...(request.image !== undefined || merges || namesNothing(request) ? [PRIMARY] : []),
    ...Object.keys(request.sidekicks),
  ];
}

/** Whether a request names no image: with `redeploy`, the primary is upgraded with what it has. */
export function namesNothing({ image, sidekicks }: Pick<DeploymentRequest, 'image' | 'sidekicks'>): boolean {
  return image === undefined && Object.keys(sidekicks).length === 0;
}

/** The parts of the policy that a request may set. */
export interface PolicyOverrides {
  readonly onPending?: OnPending;
  readonly batchSize?: number;
  readonly batchIntervalMillis?: number;
  readonly startFirst?: boolean;
  readonly timeoutMillis?: number;
  readonly soakMillis?: number;
}
