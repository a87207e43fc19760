import { readFileSync } from 'node:fs';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { LogEntry } from '@temporalio/worker';
import { failure as failureInActivity } from '../../activities/classify-failure';
import { FAILURE_TYPES } from '../../activities/failure-types';
import type { FailureType } from '../../activities/failure-types';
import { rancherQueue } from '../../workflows/contract';
import { isExpectedRetry, isWorthALine, logLine } from '../../worker/log-line';

const entry = (overrides: Partial<LogEntry>): LogEntry => ({
  level: 'WARN',
  message: 'Activity failed',
  timestampNanos: 1_800_000_000_123_456_789n,
  ...overrides,
});

const sdk = readFileSync(require.resolve('@temporalio/worker/lib/worker.js'), 'utf8');

test.each(['workflow', 'activity', 'Nexus'])(
  'that a worker takes no %s tasks is no news, in the very words of the SDK',
  (kind) => {
    const said = new RegExp(`'(No [A-Za-z ]+ registered, not polling for ${kind} tasks)'`).exec(sdk)?.[1] ?? '';
    expect(said).not.toBe('');
    expect(isWorthALine({ message: said })).toBe(false);
    expect(isWorthALine({ message: `${said}!` })).toBe(true);
  },
);

test('an entry is one line: time, level, message, details, the error', () => {
  const line = logLine(
    entry({
      meta: {
        taskQueue: rancherQueue('prod'),
        workflowId: 'deploy/prod/s/w',
        attempt: 2,
        error: new TypeError('broken\n    at x'),
      },
    }),
  );
  expect(line).toBe(
    '2027-01-15T08:00:00.123Z WARN  Activity failed taskQueue=drover.rancher.prod workflowId=deploy/prod/s/w attempt=2 error="TypeError: broken     at x"',
  );
});

test('nothing else of the details is shown, and nothing breaks the line', () => {
  const line = logLine(
    entry({
      message: 'one\r\ntwo\u001b[31m',
      meta: { payload: 'canary', headers: { authorization: 'canary' }, workflowId: '' },
    }),
  );
  expect(line).toBe('2027-01-15T08:00:00.123Z WARN  one  two [31m');
});

test('a message that is no error, and one that is very long', () => {
  expect(logLine(entry({ meta: { error: 'plain' } }))).toContain('error="plain"');
  expect(logLine(entry({ message: 'x'.repeat(5000) })).length).toBeLessThan(1100);
});

describe('attempts that failed', () => {
  const failure = async (type: FailureType): Promise<ApplicationFailure> =>
    new MockActivityEnvironment().run(async () => failureInActivity(type, 'it failed'));
  const attempt = (error: unknown): Partial<LogEntry> & Pick<LogEntry, 'message'> => ({
    message: 'Activity failed',
    meta: { error, attempt: 3 },
  });

  test('the SDK says so in these words', () => {
    const activity = readFileSync(require.resolve('@temporalio/worker/lib/activity.js'), 'utf8');
    expect(activity).toContain("warn('Activity failed', { error,");
  });

  test.each(Object.keys(FAILURE_TYPES) as FailureType[])(
    '%s: what is tried again by itself is no news',
    async (type) => {
      expect(isExpectedRetry(entry(attempt(await failure(type))))).toBe(FAILURE_TYPES[type].retry);
    },
  );

  test('what nobody foresaw is', async () => {
    expect(isExpectedRetry(entry(attempt(new TypeError('a bug'))))).toBe(false);
    expect(isExpectedRetry(entry(attempt(ApplicationFailure.create({ type: 'Other' }))))).toBe(false);
    expect(isExpectedRetry(entry({ message: 'Worker failed', meta: { error: await failure('LeaseOver') } }))).toBe(
      false,
    );
  });
});
