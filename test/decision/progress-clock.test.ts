import fc from 'fast-check';
import type { ProgressClock } from '../../decision/progress-clock';
import { reached, READ_SLACK_MILLIS, startClock, tick } from '../../decision/progress-clock';
import type { InstanceTally, ServiceSnapshot } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';
import { BASE, good, NEW, service, tally, upgradedConfig, versions } from './samples';

const TARGETS = versions({ [PRIMARY]: NEW, logs: BASE });
const START = 1_000_000;
const SECOND = 1000;

const upgrading = (
  instances: readonly InstanceTally[] | null,
  changes: Partial<ServiceSnapshot> = {},
): ServiceSnapshot =>
  service({ state: 'upgrading', transitioning: 'yes', configs: [upgradedConfig()], instances, ...changes });

/** Reads that were taken on time, ten seconds apart, one after another. */
function afterReads(...reads: readonly ServiceSnapshot[]): ProgressClock {
  return reads.reduce(
    (clock, found) => tick(clock, clock.lastReadAt + 10 * SECOND, 10 * SECOND, found, TARGETS),
    startClock(START),
  );
}

describe('what is progress', () => {
  test('without any, the time between the reads adds up', () => {
    const none = upgrading([]);
    expect(afterReads(none).stalledMillis).toBe(10 * SECOND);
    expect(afterReads(none, none, none).stalledMillis).toBe(30 * SECOND);
  });

  test('a new container of the target runs', () => {
    expect(afterReads(upgrading([]), upgrading([tally({ running: 1 })])).stalledMillis).toBe(0);
  });

  test('then one is healthy', () => {
    const running = upgrading([tally({ running: 1 })]);
    expect(afterReads(running, running, upgrading([tally({ running: 1, healthy: 1 })])).stalledMillis).toBe(0);
  });

  test('a start-once container ended well', () => {
    expect(afterReads(upgrading([]), upgrading([tally({ completed: 1 })])).stalledMillis).toBe(0);
  });

  test('the next state', () => {
    const done = upgrading([], { state: 'upgraded' });
    expect(afterReads(upgrading([]), upgrading([]), done).stalledMillis).toBe(0);
    expect(afterReads(upgrading([]), done, done).stalledMillis).toBe(10 * SECOND);
  });

  test('the first state that is read is not a next one', () => {
    expect(afterReads(upgrading([])).stalledMillis).toBe(10 * SECOND);
  });

  test('the containers of each configuration count in the version that it goes to', () => {
    const sidekick = good(1, { config: 'logs', version: BASE });
    expect(afterReads(upgrading([]), upgrading([sidekick])).stalledMillis).toBe(0);
    expect(reached(upgrading([sidekick, good(2), good(4, { version: BASE })]), TARGETS)).toEqual({
      running: 3,
      healthy: 3,
    });
  });
});

describe('what is no progress', () => {
  const one = upgrading([good(1)]);

  test('containers that come, die and are made again: only a new high-water mark counts', () => {
    const dead = upgrading([tally({ stopped: 1, moving: 1 })]);
    expect(afterReads(one, dead, one, dead, one).stalledMillis).toBe(40 * SECOND);
    expect(afterReads(one, dead, one, dead, upgrading([good(2)])).stalledMillis).toBe(0);
  });

  test('states that come again: a service that goes to and fro', () => {
    const [active, updating] = [service({}), service({ state: 'updating-active' })];
    expect(afterReads(active, updating).stalledMillis).toBe(0);
    expect(afterReads(active, updating, active, updating, active).stalledMillis).toBe(30 * SECOND);
    expect(afterReads(active, updating, active, upgrading([])).stalledMillis).toBe(0);
  });

  test('health that comes and goes', () => {
    const ill = upgrading([tally({ running: 1, healthy: 0 })]);
    expect(afterReads(one, ill, one, ill, one).stalledMillis).toBe(40 * SECOND);
  });

  test('other messages, errors among them', () => {
    const saying = (message: string): ServiceSnapshot => upgrading([good(1)], { message, transitioning: 'error' });
    expect(afterReads(one, saying('no host'), saying('no port'), saying('no image')).stalledMillis).toBe(30 * SECOND);
  });

  test('containers of other versions, and of configurations that nobody asked about', () => {
    const others = upgrading([good(1), good(3, { version: BASE }), good(5, { config: 'unknown' })]);
    expect(afterReads(one, others).stalledMillis).toBe(10 * SECOND);
  });

  test('containers that move, stop or fail', () => {
    expect(afterReads(one, upgrading([good(1, { moving: 3, stopped: 2, failed: 1 })])).stalledMillis).toBe(10 * SECOND);
  });

  test('a read without the containers; it does not lower the mark either', () => {
    const unread = upgrading(null);
    expect(afterReads(one, unread).stalledMillis).toBe(10 * SECOND);
    expect(afterReads(one, unread, one)).toMatchObject({ stalledMillis: 20 * SECOND, running: 1, healthy: 1 });
  });
});

describe('an outage is nobody’s stall', () => {
  const none = upgrading([]);

  test('of an hour without a read, no more counts than was planned and a little slack', () => {
    const clock = afterReads(none);
    const later = tick(clock, clock.lastReadAt + 3600 * SECOND, 10 * SECOND, none, TARGETS);
    expect(later.stalledMillis).toBe(10 * SECOND + 10 * SECOND + READ_SLACK_MILLIS);
    expect(later.lastReadAt).toBe(clock.lastReadAt + 3600 * SECOND);
  });

  test('a read that was early, after a nudge, counts for what it was', () => {
    expect(tick(startClock(START), START + SECOND, 45 * SECOND, none, TARGETS).stalledMillis).toBe(SECOND);
  });

  test('a clock that was set back counts nothing', () => {
    const clock = tick(startClock(START), START - 60 * SECOND, 10 * SECOND, none, TARGETS);
    expect(clock).toMatchObject({ stalledMillis: 0, lastReadAt: START - 60 * SECOND });
  });

  test('no stall grows by more than was planned, and no mark ever falls', () => {
    const anyRead = fc.record({
      gap: fc.integer({ min: -SECOND, max: 7200 * SECOND }),
      planned: fc.integer({ min: 0, max: 45 * SECOND }),
      running: fc.integer({ min: 0, max: 4 }),
      healthy: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(anyRead, { minLength: 1, maxLength: 20 }), (reads) => {
        let clock = startClock(START);
        for (const { gap, planned, running, healthy } of reads) {
          const next = tick(clock, clock.lastReadAt + gap, planned, upgrading([tally({ running, healthy })]), TARGETS);
          expect(next.stalledMillis).toBeLessThanOrEqual(clock.stalledMillis + planned + READ_SLACK_MILLIS);
          expect(next.stalledMillis).toBeGreaterThanOrEqual(0);
          expect(next.running).toBe(Math.max(clock.running, running));
          expect(next.healthy).toBe(Math.max(clock.healthy, healthy));
          if (running > clock.running || healthy > clock.healthy) expect(next.stalledMillis).toBe(0);
          clock = next;
        }
      }),
    );
  });
});
