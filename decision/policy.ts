import type { Gate } from './gate';
import type { NotificationTarget } from './notification';

/** What to do with a pending upgrade that someone else left behind (`docs/configuration.md` tells what each one costs). */
export const ON_PENDING = ['rollback', 'finish', 'wait', 'abort'] as const;
export type OnPending = (typeof ON_PENDING)[number];

/** Whether a person has to confirm each upgrade before it is finished. */
export const CONFIRM = ['none', 'manual'] as const;
export type Confirm = (typeof CONFIRM)[number];

/** What a confirmation that nobody gave in time leads to. */
export const ON_EXPIRY = ['rollback', 'finish'] as const;
export type OnExpiry = (typeof ON_EXPIRY)[number];

/** Rancher's in-service strategy: how the containers are replaced. */
export interface Strategy {
  /** Containers replaced at a time; at least 1. Default 1, as Rancher's. */
  readonly batchSize: number;
  /** Pause between batches, milliseconds; at least 100. Default 2000, as Rancher's. */
  readonly batchIntervalMillis: number;
  /** Start the new container before the old one is stopped. Default false, as Rancher's. */
  readonly startFirst: boolean;
}

/** Everything that limits a deployment, resolved by the worker and recorded first in the history. All times in milliseconds. */
export interface Policy {
  readonly onPending: OnPending;
  readonly strategy: Strategy;
  /** Put the label `io.drover.deployment` on what is posted, the surest way to recognise our own upgrade. Default true. */
  readonly label: boolean;
  /** Give up when no new container of the target came up for so long (outages not counted). Default 10 minutes. */
  readonly stallLimitMillis: number;
  /** The absolute cap from the start to the finish, confirmation excepted. Default 1 hour. */
  readonly timeoutMillis: number;
  /** How long a busy service, or someone else's pending upgrade, is waited for. Default 15 minutes. */
  readonly settleLimitMillis: number;
  /** How long the new containers must stay proven before the finish. Default 0. */
  readonly soakMillis: number;
  /** How often the new containers may be started again, all of them together, before the finish; more is a failure. Default 3. */
  readonly maxRestarts: number;
  /** Checks of the environment's own between `upgraded` and the finish; those that are for this service. Default none. */
  readonly gates: readonly Gate[];
  /** Who is told of what. Default nobody. */
  readonly notify: readonly NotificationTarget[];
  /** Default `none`; `--hold` asks for it too. */
  readonly confirm: Confirm;
  /** Default `rollback`. */
  readonly onExpiry: OnExpiry;
  /** How long our own rollback may take before the deployment parks. Default 15 minutes. */
  readonly rollbackLimitMillis: number;
  /** How long our own finish may take before the deployment parks. Default 15 minutes. */
  readonly finishLimitMillis: number;
  /** How long an upgrade waits to be confirmed; then `onExpiry` decides. Default 24 hours. */
  readonly confirmLimitMillis: number;
  /** How long a parked deployment waits for `retry`; then it ends as `needs-attention`. Default 7 days. */
  readonly parkLimitMillis: number;
  /** How long Rancher or the environment's worker may be away while nothing is posted yet; then `unreachable`. Default 5 minutes. */
  readonly reachLimitMillis: number;
  /** How long an outage of Rancher or of the environment's worker is sat out before the deployment parks. Default 24 hours. */
  readonly outageLimitMillis: number;
  /** Longest time that one request to Rancher may take. Default 30 seconds. */
  readonly requestTimeoutMillis: number;
  /** The narrowest interval between two reads of the service. Default 1 second. */
  readonly pollMinMillis: number;
  /** The widest interval between two reads of the service. Default 45 seconds. */
  readonly pollMaxMillis: number;
  /** Upgrades that one deployment may post before it gives up. Default 3. */
  readonly maxRounds: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What holds where neither the command line nor `drover.yaml` says otherwise. */
export const DEFAULT_POLICY: Policy = {
  onPending: 'rollback',
  strategy: { batchSize: 1, batchIntervalMillis: 2 * SECOND, startFirst: false },
  label: true,
  stallLimitMillis: 10 * MINUTE,
  timeoutMillis: HOUR,
  settleLimitMillis: 15 * MINUTE,
  soakMillis: 0,
  maxRestarts: 3,
  gates: [],
  notify: [],
  confirm: 'none',
  onExpiry: 'rollback',
  rollbackLimitMillis: 15 * MINUTE,
  finishLimitMillis: 15 * MINUTE,
  confirmLimitMillis: 24 * HOUR,
  parkLimitMillis: 7 * 24 * HOUR,
  reachLimitMillis: 5 * MINUTE,
  outageLimitMillis: 24 * HOUR,
  requestTimeoutMillis: 30 * SECOND,
  pollMinMillis: SECOND,
  pollMaxMillis: 45 * SECOND,
  maxRounds: 3,
};
