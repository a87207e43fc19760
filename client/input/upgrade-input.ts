import type { Author, PolicyOverrides } from '../../decision/request';

/** Which service: the environment by the alias that `drover.yaml` gives it, the names spelled as Rancher has them. */
export interface Target {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
}

/** What a caller asks for one service. */
export interface UpgradeInput extends Target {
  /** `registry:port/path:tag@digest`; may be left out where sidekicks are given, and with `redeploy`. */
  readonly image?: string;
  /** Images of sidekicks by their names. */
  readonly sidekicks?: Readonly<Record<string, string>>;
  /** Environment variables to merge: name to the name of a reference that the environment's worker resolves, never a value. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Labels to merge, in clear. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Upgrade even though the service already has this image. Default false. */
  readonly redeploy?: boolean;
  /** Stop at `upgraded`, verified, and wait for `confirm`. Default false. */
  readonly hold?: boolean;
  /** What is set over the policy of the environment. Default: nothing. */
  readonly overrides?: PolicyOverrides;
  /** Default: from the CI build and its attempt, else made anew. */
  readonly requestId?: string;
  /** Default: the CI build, else user and host. */
  readonly author?: Author;
}
