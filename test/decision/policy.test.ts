import type { Policy } from '../../decision/policy';
import { DEFAULT_POLICY, ON_PENDING } from '../../decision/policy';

test('the defaults are the documented ones', () => {
  expect(DEFAULT_POLICY).toEqual({
    onPending: 'rollback',
    strategy: { batchSize: 1, batchIntervalMillis: 2000, startFirst: false },
    label: true,
    stallLimitMillis: 600_000,
    timeoutMillis: 3_600_000,
    settleLimitMillis: 900_000,
    soakMillis: 0,
    maxRestarts: 3,
    gates: [],
    notify: [],
    confirm: 'none',
    onExpiry: 'rollback',
    rollbackLimitMillis: 900_000,
    finishLimitMillis: 900_000,
    confirmLimitMillis: 86_400_000,
    parkLimitMillis: 604_800_000,
    reachLimitMillis: 300_000,
    outageLimitMillis: 86_400_000,
    requestTimeoutMillis: 30_000,
    pollMinMillis: 1000,
    pollMaxMillis: 45_000,
    maxRounds: 3,
  } satisfies Policy);
});

test('every wait has an end: no limit is infinite, and none is below what it contains', () => {
  const limits = Object.entries(DEFAULT_POLICY).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  for (const [name, value] of limits) expect([name, Number.isSafeInteger(value)]).toEqual([name, true]);
  expect(DEFAULT_POLICY.pollMinMillis).toBeLessThan(DEFAULT_POLICY.pollMaxMillis);
  expect(DEFAULT_POLICY.pollMaxMillis).toBeLessThan(DEFAULT_POLICY.stallLimitMillis);
  expect(DEFAULT_POLICY.stallLimitMillis).toBeLessThan(DEFAULT_POLICY.timeoutMillis);
});

test('the policies for a pending upgrade are the documented ones', () => {
  expect(ON_PENDING).toEqual(['rollback', 'finish', 'wait', 'abort']);
});
