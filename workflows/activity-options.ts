import type { ActivityOptions } from '@temporalio/workflow';
import { ActivityCancellationType } from '@temporalio/workflow';
import type { NotifyActivities, RancherActivities } from '../activities/contract';
import type { Policy } from '../decision/policy';
import { notifyQueue, rancherQueue } from './contract';
import { summarised, summarisedDelivery } from './summaries';

type Limits = Pick<Policy, 'requestTimeoutMillis' | 'reachLimitMillis'>;

/** How long a worker of the environment may take to pick the very first activity up, milliseconds. */
const FIRST_PICK_UP_MILLIS = 30_000;
/** Slack for what an activity does besides its requests, milliseconds. */
const SLACK_MILLIS = 5_000;
/** How long one stretch of waiting for Rancher to come back lasts at most, milliseconds; the last one ends with the limit. */
export const OUTAGE_STRETCH_MILLIS = 600_000;

/**
 * Heartbeat time-out of an activity that acts: longer than a request can be under way, so that the attempt after a killed or frozen
 * worker never meets the request of the one before it.
 */
const actingHeartbeat = (limits: Limits): number => 2 * limits.requestTimeoutMillis + 3_000;
/** For how long it is tried to tell people, milliseconds. */
const TELLING_MILLIS = 86_400_000;
/** How long one check of a gate may take unless the gate says otherwise, milliseconds. */
const DEFAULT_CHECK_MILLIS = 10_000;
/** How long a read may take that only explains, milliseconds. */
const GLANCE_MILLIS = 10_000;
/** Reads have nothing to lose: a killed worker is noticed sooner. */
const readingHeartbeat = 10_000;

/**
 * The time-outs and retries of every activity: this table, and nothing else. All times in milliseconds; `docs/time-outs.md` is made
 * from it.
 *
 * Reads retry for as long as their stretch lasts. Actions are attempted a few times, each attempt through a new read; after that the
 * workflow itself reads and decides again.
 */
export const ACTIVITY_OPTIONS = {
  loadPolicy: () => ({
    scheduleToStartTimeout: FIRST_PICK_UP_MILLIS,
    startToCloseTimeout: SLACK_MILLIS,
    scheduleToCloseTimeout: 2 * FIRST_PICK_UP_MILLIS,
    retry: { maximumAttempts: 3 },
  }),
  resolveTarget: (limits: Limits) => ({
    startToCloseTimeout: 8 * limits.requestTimeoutMillis + SLACK_MILLIS,
    scheduleToCloseTimeout: limits.reachLimitMillis,
    heartbeatTimeout: readingHeartbeat,
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 15_000 },
  }),
  /** A first look: fails after a few attempts, so that an outage is told at once. */
  look: (limits: Limits) => ({
    startToCloseTimeout: 3 * limits.requestTimeoutMillis + SLACK_MILLIS,
    scheduleToCloseTimeout: 9 * limits.requestTimeoutMillis + 3 * SLACK_MILLIS,
    heartbeatTimeout: readingHeartbeat,
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 5_000, maximumAttempts: 3 },
  }),
  /** The reads of a known outage. */
  outage: (limits: Limits) => ({
    startToCloseTimeout: 3 * limits.requestTimeoutMillis + SLACK_MILLIS,
    scheduleToCloseTimeout: OUTAGE_STRETCH_MILLIS,
    heartbeatTimeout: readingHeartbeat,
    retry: { initialInterval: 2_000, backoffCoefficient: 2, maximumInterval: 30_000 },
  }),
  /** One check of a gate; whoever does not answer in time is asked again by the workflow. */
  check: (_limits: Limits, timeoutMillis = DEFAULT_CHECK_MILLIS) => ({
    startToCloseTimeout: timeoutMillis + SLACK_MILLIS,
    scheduleToCloseTimeout: 2 * timeoutMillis + 4 * SLACK_MILLIS,
    heartbeatTimeout: readingHeartbeat,
    retry: { maximumAttempts: 2 },
  }),
  /** What only explains: nothing waits longer for it. */
  glance: () => ({
    startToCloseTimeout: GLANCE_MILLIS,
    scheduleToCloseTimeout: GLANCE_MILLIS,
    retry: { maximumAttempts: 1 },
  }),
  /** Telling people: nobody waits for it, so it may take its time. */
  deliver: () => ({
    startToCloseTimeout: 6 * SLACK_MILLIS,
    scheduleToCloseTimeout: TELLING_MILLIS,
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 300_000 },
  }),
  /** What was decided for a release, from Temporal itself; whoever asks has time, and asks again. */
  readDecision: () => ({
    startToCloseTimeout: 2 * SLACK_MILLIS,
    scheduleToCloseTimeout: 12 * SLACK_MILLIS,
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 10_000 },
  }),
  /** Makes a service, or removes one again: several requests, each through a read, and waiting for Rancher in between. */
  copy: (limits: Limits) => ({
    startToCloseTimeout: 20 * limits.requestTimeoutMillis + 12 * SLACK_MILLIS,
    scheduleToCloseTimeout: 100 * limits.requestTimeoutMillis + 60 * SLACK_MILLIS,
    heartbeatTimeout: actingHeartbeat(limits),
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 30_000 },
  }),
  act: (limits: Limits) => ({
    startToCloseTimeout: 8 * limits.requestTimeoutMillis + SLACK_MILLIS,
    scheduleToCloseTimeout: 40 * limits.requestTimeoutMillis + 4 * SLACK_MILLIS,
    heartbeatTimeout: actingHeartbeat(limits),
    retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 30_000, maximumAttempts: 4 },
  }),
} as const satisfies Record<string, (limits: Limits) => ActivityOptions>;

/** The activities of one environment, by how they are treated. */
export interface ActivityGroups {
  readonly first: Pick<RancherActivities, 'loadPolicy' | 'admitReleaseGate'>;
  readonly resolve: Pick<
    RancherActivities,
    'resolveTarget' | 'planUpgrade' | 'listPending' | 'readStack' | 'differences' | 'showConfig'
  >;
  /** A first look for the service: fails after a few attempts, so that an outage is told at once. */
  readonly find: Pick<RancherActivities, 'resolveTarget'>;
  readonly look: Pick<RancherActivities, 'readService' | 'prepareUpgrade'>;
  /** For a stretch of an outage, milliseconds; {@link OUTAGE_STRETCH_MILLIS} at most. */
  readonly outage: (stretchMillis: number) => ActivityGroups['look'];
  /** For a gate whose checks take so long at most, milliseconds. */
  readonly check: (timeoutMillis: number) => Pick<RancherActivities, 'checkGate' | 'checkReleaseGate'>;
  readonly glance: Pick<RancherActivities, 'diagnose' | 'examine'>;
  readonly copy: Pick<RancherActivities, 'copyService' | 'removeCopied'>;
  readonly act: Pick<
    RancherActivities,
    'postUpgrade' | 'finishUpgrade' | 'rollBackUpgrade' | 'settlePending' | 'deactivateService'
  >;
}

/** The activities of an environment, on its own task queue, under the table's limits. */
export function activitiesOf(environment: string, limits: Limits): ActivityGroups {
  const taskQueue = rancherQueue(environment);
  const reading = { taskQueue, cancellationType: ActivityCancellationType.TRY_CANCEL };
  // Set explicitly: what the SDK documents as its default is not what it does, and a rollback must not race a POST under way.
  const acting = { taskQueue, cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED };
  return {
    first: summarised({ ...reading, ...ACTIVITY_OPTIONS.loadPolicy() }),
    resolve: summarised({ ...reading, ...ACTIVITY_OPTIONS.resolveTarget(limits) }),
    find: summarised({
      ...reading,
      ...ACTIVITY_OPTIONS.resolveTarget(limits),
      scheduleToCloseTimeout: Math.min(limits.reachLimitMillis, ACTIVITY_OPTIONS.look(limits).scheduleToCloseTimeout),
      retry: ACTIVITY_OPTIONS.look(limits).retry,
    }),
    look: summarised({ ...reading, ...ACTIVITY_OPTIONS.look(limits) }),
    outage: (stretchMillis) =>
      summarised({
        ...reading,
        ...ACTIVITY_OPTIONS.outage(limits),
        scheduleToCloseTimeout: Math.min(OUTAGE_STRETCH_MILLIS, stretchMillis),
      }),
    check: (timeoutMillis) => summarised({ ...reading, ...ACTIVITY_OPTIONS.check(limits, timeoutMillis) }),
    glance: summarised({ ...reading, ...ACTIVITY_OPTIONS.glance() }),
    copy: summarised({ ...acting, ...ACTIVITY_OPTIONS.copy(limits) }),
    act: summarised({ ...acting, ...ACTIVITY_OPTIONS.act(limits) }),
  };
}

/** The activity that tells one target, on its own queue. */
export function notifier(environment: string, target: string): NotifyActivities {
  return summarisedDelivery({ taskQueue: notifyQueue(environment, target), ...ACTIVITY_OPTIONS.deliver() });
}
