import type { JournalEntry } from '../../../simulator/model';
import type { HistoryEvent } from '../../support/stack';
import type { DeploymentCase } from './deployment-case';
import type { Evidence } from './evidence';
import { keyOf } from './planted-secrets';

export const SEED = 'by hand';
export const SECRET = 'x0123456789abcdef01234567x';
const LABEL = 'io.drover.deployment';
const { accessKey } = keyOf(SEED);

/** Written by hand, numbers beyond what a parser keeps included. */
const CONFIG = (image: string, labels: string): string =>
  `{"type":"launchConfig","imageUuid":"docker:example/web:${image}","version":"0","environment":{"SECRET":"${SECRET}"},` +
  `"labels":{${labels}},"future":{"big":12345678901234567890.0,"none":[]}}`;

export const BEFORE = `{"id":"1s1","state":"active","launchConfig":${CONFIG('1', '"team":"shop"')},"secondaryLaunchConfigs":[]}`;

export const POSTED =
  `{"inServiceStrategy":{"batchSize":1,"intervalMillis":2000,"startFirst":false,` +
  `"launchConfig":${CONFIG('2', `"team":"shop","${LABEL}":"d1.1"`)}}}`;

export const CASE: DeploymentCase = {
  index: 0,
  seed: SEED,
  stack: 'stack-c00000',
  service: 'web-c00000',
  kind: 'good',
  serviceSeed: { name: 'web-c00000', scale: 1, launchConfig: { imageUuid: 'docker:example/web:1' } },
  behaviours: [],
  input: { stack: 'stack-c00000', service: 'web-c00000', image: 'example/web:2', requestId: 'r' },
  script: [],
  askedTwice: false,
  expected: ['succeeded'],
  effectiveUpgrades: 1,
  restingStates: ['active'],
  isGood: true,
  canaries: [{ name: 'a secret', value: SECRET }],
};

let sequence = 0;

/** An accepted action; ours unless somebody else is named. */
export function action(name: string, by = accessKey, rawBody = ''): JournalEntry {
  const body: unknown = rawBody === '' ? null : JSON.parse(rawBody);
  return { ...entry('action'), action: name, by, body, rawBody };
}

export function moved(from: string, to: string): JournalEntry {
  return { ...entry('state'), from, to };
}

export const UPGRADE = action('upgrade', accessKey, POSTED);

/** An activity of the history from event `id` on: scheduled, started, completed. */
export function activity(id: number, type: string, end = id + 2): HistoryEvent[] {
  const seconds = (count: number): unknown => ({ seconds: String(count) });
  return [
    {
      eventId: String(id),
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      activityTaskScheduledEventAttributes: {
        activityType: { name: type },
        startToCloseTimeout: seconds(10),
        scheduleToCloseTimeout: seconds(60),
        heartbeatTimeout: seconds(5),
        retryPolicy: { maximumAttempts: 4 },
      },
    },
    {
      eventId: String(id + 1),
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_STARTED',
      activityTaskStartedEventAttributes: { scheduledEventId: String(id), attempt: 1 },
    },
    {
      eventId: String(end),
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
      activityTaskCompletedEventAttributes: { scheduledEventId: String(id) },
    },
  ];
}

export function timer(id: number, seconds: number): HistoryEvent {
  return {
    eventId: String(id),
    eventType: 'EVENT_TYPE_TIMER_STARTED',
    timerStartedEventAttributes: { startToFireTimeout: { seconds: String(seconds) } },
  };
}

const payload = (value: unknown): unknown => ({
  payloads: [{ data: Buffer.from(JSON.stringify(value)).toString('base64') }],
});

/** The policy first, as the workflow records it: nothing may wait for longer than a minute. */
export const POLICY_EVENTS = activity(1, 'loadPolicy').map((event) =>
  event.eventType.endsWith('COMPLETED')
    ? {
        ...event,
        activityTaskCompletedEventAttributes: { scheduledEventId: '1', result: payload({ stallLimitMillis: 60_000 }) },
      }
    : event,
);

export const COMPLETED: HistoryEvent = { eventId: '99', eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED' };

/** A deployment with which nothing is wrong. */
export function goodEvidence(): Evidence {
  return {
    case: CASE,
    before: BEFORE,
    journal: [
      UPGRADE,
      moved('active', 'upgrading'),
      moved('upgrading', 'upgraded'),
      action('finishupgrade'),
      moved('upgraded', 'finishing-upgrade'),
      moved('finishing-upgrade', 'active'),
    ],
    history: [
      ...POLICY_EVENTS,
      ...activity(5, 'postUpgrade'),
      timer(9, 1),
      ...activity(10, 'finishUpgrade'),
      COMPLETED,
    ],
    outcome: {
      verdict: 'succeeded',
      reason: 'primary runs example/web:2, proven by version',
      nextStep: '',
      result: {
        verdict: 'succeeded',
        ...{ reason: '', nextStep: '', deploymentId: 'd1', requestId: 'r', environment: 'chaos' },
        ...{ stack: CASE.stack, service: CASE.service, serviceId: '1s1', images: [], rounds: 1, state: 'active' },
        ...{
          rancherUrl: null,
          startedAt: 0,
          endedAt: 0,
          timeline: [],
          diagnosis: null,
          tried: [],
          requestedBy: 'x',
          requestedWhy: null,
        },
      },
    },
    after: {
      service: {
        state: 'active',
        scale: 1,
        launchConfig: { imageUuid: 'docker:example/web:2', version: 'v2' },
        secondaryLaunchConfigs: [],
      },
      instances: [{ imageUuid: 'docker:example/web:2', version: 'v2', state: 'running' }],
    },
    said: [],
    again: null,
  };
}

function entry(kind: JournalEntry['kind']): JournalEntry {
  sequence += 1;
  return {
    ...{ kind, sequence, at: '2026-01-01T00:00:00.000Z', service: '1s1', project: 'Chaos' },
    ...{ stack: CASE.stack, name: CASE.service, versions: {} },
  };
}
