import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { ReadOptions } from '../activities/contract';
import type { FailureType } from '../activities/failure-types';
import { namedInWords, withSeenBefore } from '../decision/diagnosis';
import type { ServiceSnapshot } from '../decision/service-snapshot';
import type { ActivityGroups } from './activity-options';
import { ACTIVITY_OPTIONS } from './activity-options';
import { untouchedConfigs } from '../decision/round';
import type { Deployment } from './deployment';
import { rancherQueue } from './contract';
import { unposted } from './endings';
import { mendAccess } from './mend-access';
import { seconds } from './seconds';

/** Why an activity failed: by name, out of time, or in a way that nobody foresaw (a bug; its retries are used up by then). */
export type CallFailure = FailureType | 'TimedOut' | 'Unexpected';

/** A call that failed. */
export interface CallFailed {
  readonly kind: 'failed';
  readonly type: CallFailure;
  readonly message: string;
  /** How often it was attempted, as far as the failure tells. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly calledAt: number;
}

/** How an activity ended for the workflow. One that was interrupted has no request under way: see {@link mayBeUnderWay}. */
export type Called<T> = { readonly kind: 'value'; readonly value: T } | CallFailed | { readonly kind: 'interrupted' };

const FAILURES: readonly string[] = [
  'RancherUnreachable',
  'Unsent',
  'UnknownOutcome',
  'LeaseOver',
  'Unauthorised',
  'Forbidden',
  'NotPermitted',
  'NotFound',
  'Invalid',
  'Configuration',
] satisfies FailureType[];

/** A read that took longer than this, and than one request may, waited for a worker or for Rancher, milliseconds. */
export const LATE_MILLIS = 10_000;
/** Between two stretches of an outage, milliseconds. */
export const BETWEEN_STRETCHES_MILLIS = 15_000;

/** Runs an activity; a person who steps in meanwhile ends its waiting at once. */
export async function interruptible<T>(
  deployment: Pick<Deployment, 'pokes'>,
  call: () => Promise<T>,
): Promise<Called<T>> {
  const seen = deployment.pokes;
  const work = new CancellationScope();
  const watch = new CancellationScope();
  const ended = settled(() => work.run(call));
  const poked = watch
    .run(() => condition(() => deployment.pokes !== seen))
    .then(
      () => 'poked' as const,
      () => 'watched' as const,
    );
  const first = await Promise.race([ended, poked]);
  if (typeof first !== 'string') {
    watch.cancel();
    return first;
  }
  work.cancel();
  return ended;
}

/**
 * Reads through an outage: a first look fails soon and is told once; then long stretches, for as long as the limits allow. The answer
 * is always a fresh one: no deadline judges without it.
 *
 * @throws Ended, RestoreNeeded when somebody asked for it
 */
export async function readThrough<T>(
  deployment: Deployment,
  read: (group: ActivityGroups['look']) => Promise<T>,
): Promise<T> {
  let awaySince: number | null = null;
  for (;;) {
    deployment.throwIfRestoreAsked();
    const { look, outage } = deployment.at.activities;
    const calledAt = Date.now();
    deployment.waitsForAnswer(awaySince !== null);
    const group = awaySince === null ? look : outage(stretchOf(deployment, calledAt - awaySince));
    const called = await interruptible(deployment, () => read(group));
    if (called.kind === 'value') {
      deployment.waitsForAnswer(false);
      deployment.tries.forget('read');
      const late = Math.max(LATE_MILLIS, deployment.policy.requestTimeoutMillis);
      if (awaySince !== null || Date.now() - calledAt > late) deployment.isBack();
      if (awaySince !== null)
        deployment.note('info', `Rancher answers again, after ${seconds(Date.now() - awaySince)}`);
      return called.value;
    }
    if (called.kind === 'interrupted') continue;
    deployment.tries.failed('read', called);
    if (!isOutage(called.type)) await refusedRead(deployment, called);
    else {
      if (awaySince === null) {
        awaySince = calledAt;
        deployment.note('warning', `${outageText(deployment, called.type, called.message)}. Trying on.`);
        // Nothing is judged yet: it may have been Temporal that was away, and Rancher may answer the next read.
        continue;
      }
      const parked = await judgeOutage(
        deployment,
        Date.now() - awaySince,
        outageText(deployment, called.type, called.message),
      );
      if (parked) awaySince = null;
      // A stretch whose next attempt would come after its end is over before its time.
      else await deployment.pause(betweenStretches(deployment), 'for Rancher to come back');
    }
  }
}

/** Reads the service; on request also what Rancher logged about it since the deployment began. */
export async function readService(
  deployment: Deployment,
  instances: boolean,
  withLog = false,
): Promise<ServiceSnapshot> {
  const log = withLog ? { logSince: deployment.log.startedAt } : {};
  const containers = instances ? 'always' : 'when-settled';
  const {
    log: serviceLog,
    watched,
    leastLookMillis,
    ...service
  } = await readThrough(deployment, (group) => group.readService({ ...deployment.about, containers, ...log }));
  deployment.nudges.promised({ watched, leastLookMillis });
  deployment.saw(service, serviceLog);
  return service;
}

/** The same while Rancher replaces the containers of our upgrade: what fails is remembered, for Rancher takes it away within seconds. */
export async function readReplacing(
  deployment: Deployment,
  { containers, burst, withLog }: Pick<ReadOptions, 'containers' | 'burst'> & { readonly withLog: boolean },
): Promise<ServiceSnapshot> {
  const log = withLog ? { logSince: deployment.log.startedAt } : {};
  const { accepted } = deployment.ours;
  const upgraded = { accepted, untouched: untouchedConfigs(deployment.ours) };
  const options = { containers, upgraded, ...log, ...(burst === undefined ? {} : { burst }) };
  const {
    log: serviceLog,
    failing,
    watched,
    leastLookMillis,
    ...service
  } = await readThrough(deployment, (group) => group.readService({ ...deployment.about, ...options }));
  deployment.nudges.promised({ watched, leastLookMillis });
  const named =
    failing ?? (service.transitioning === 'error' ? namedInWords(service.message, deployment.rancherUrl) : null);
  if (named !== null) deployment.sawFailing(service, named);
  deployment.saw(service, serviceLog);
  return service;
}

/**
 * Looks what is wrong, for whoever has to mend it, as long as it can be seen. Nothing depends on it: what cannot be read is left out, and
 * a person who steps in ends it.
 */
export async function diagnose(deployment: Deployment): Promise<void> {
  if (deployment.resolved === null) return;
  const { glance } = deployment.at.activities;
  const called = await interruptible(deployment, () =>
    glance.diagnose({
      ...deployment.about,
      since: deployment.log.startedAt,
      upgraded: deployment.round?.accepted ?? null,
      untouched: deployment.round === null ? [] : untouchedConfigs(deployment.round),
      isRestoring: deployment.restoring,
    }),
  );
  if (called.kind !== 'value' || called.value === null) return;
  deployment.diagnosis = withSeenBefore(called.value, deployment.diagnosis);
  if (called.value.serviceLog.length > 0) deployment.serviceLog = called.value.serviceLog;
}

const OUTAGES: readonly CallFailure[] = [
  'RancherUnreachable',
  'Unsent',
  'UnknownOutcome',
  'LeaseOver',
  'TimedOut',
  'Unexpected',
];

export function isOutage(type: CallFailure): boolean {
  return OUTAGES.includes(type);
}

/**
 * Whether an action that ended so may still be under way. Not after an attempt that sent nothing or was called off before it did: an
 * earlier one of the same activity had sent nothing either, or its worker died, and the heartbeat time-out is longer than a request can take.
 */
export function mayBeUnderWay(called: Exclude<Called<unknown>, { kind: 'value' }>): boolean {
  return called.kind === 'failed' && called.type !== 'RancherUnreachable' && called.type !== 'Unsent';
}

/** How long an outage is borne: before anything of ours is on Rancher, and after that. */
function limitOf(deployment: Deployment): number {
  const { reachLimitMillis, outageLimitMillis } = deployment.policy;
  return nothingIsOurs(deployment) ? reachLimitMillis : outageLimitMillis;
}

/** Up to the limit, and at least long enough for one read. */
function stretchOf(deployment: Deployment, awayMillis: number): number {
  return Math.max(ACTIVITY_OPTIONS.outage(deployment.policy).startToCloseTimeout, limitOf(deployment) - awayMillis);
}

function betweenStretches(deployment: Deployment): number {
  return Math.min(BETWEEN_STRETCHES_MILLIS, deployment.policy.pollMaxMillis);
}

/** @returns whether it parked, and a person asked to go on */
async function judgeOutage(deployment: Deployment, awayMillis: number, text: string): Promise<boolean> {
  if (awayMillis < limitOf(deployment)) return false;
  if (nothingIsOurs(deployment))
    throw unposted(deployment, 'unreachable', `${text} (for ${seconds(awayMillis)})`, 'Try again when it answers.');
  await deployment.park(
    `${text} (for ${seconds(awayMillis)})`,
    'Look at Rancher, at the worker of the environment and at what is between them.',
  );
  return true;
}

/** Nothing that this deployment did is unsettled: it can end without leaving anything behind. */
function nothingIsOurs(deployment: Deployment): boolean {
  return deployment.round === null && !deployment.restoring && !deployment.settlingOthers && !deployment.underWay;
}

/** A read that is refused for good: before anything was posted that ends it; later a person has to mend the access. */
async function refusedRead(deployment: Deployment, { type, message }: CallFailed): Promise<void> {
  if (nothingIsOurs(deployment)) throw unposted(deployment, 'refused', message, 'Mend what it names and deploy again.');
  await deployment.park(message, mendAccess(type, 'read the service', deployment.request.environment));
}

/** What is away, as far as it shows: who does not answer at all may be the worker, or a Rancher on which it waits. */
export function outageText({ request }: Pick<Deployment, 'request'>, type: CallFailure, message: string): string {
  const words = message.replace(/\.+$/, '');
  if (type !== 'TimedOut') return `Rancher cannot be reached: ${words}`;
  return `no answer from a worker of ${request.environment} (task queue ${rancherQueue(request.environment)}), or Rancher hangs: ${words}`;
}

async function settled<T>(call: () => Promise<T>): Promise<Called<T>> {
  const calledAt = Date.now();
  return call().then(
    (value): Called<T> => ({ kind: 'value', value }),
    (error: unknown) => calledFailure<T>(error, calledAt),
  );
}

function calledFailure<T>(error: unknown, calledAt: number): Called<T> {
  if (isCancellation(error)) return { kind: 'interrupted' };
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) {
    const type = cause.type ?? '';
    const named = FAILURES.includes(type) ? (type as FailureType) : 'Unexpected';
    return { kind: 'failed', type: named, message: cause.message, attempts: attemptsOf(cause), calledAt };
  }
  return { kind: 'failed', type: 'TimedOut', message: cause?.message ?? error.message, attempts: 1, calledAt };
}

/** Why a call failed, for people. */
export function callFailureText(error: unknown): string {
  if (isCancellation(error)) return 'it was cancelled';
  if (!(error instanceof ActivityFailure)) throw error;
  return error.cause?.message ?? error.message;
}

/** As the activity itself counted them; a failure that does not say it stands for one. */
function attemptsOf(failure: ApplicationFailure): number {
  const [first] = failure.details ?? [];
  const isCounted = typeof first === 'object' && first !== null && 'attempt' in first;
  return isCounted && typeof first.attempt === 'number' ? first.attempt : 1;
}
