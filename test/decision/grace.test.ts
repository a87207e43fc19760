import fc from 'fast-check';
import { graceMillis, isOverdue, isStuck } from '../../decision/grace';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { ProgressClock } from '../../decision/progress-clock';
import { startClock, tick } from '../../decision/progress-clock';
import { pauseMillis } from '../../decision/schedule';
import { PRIMARY } from '../../decision/service-snapshot';
import { NEW, service, tally, upgradedConfig, versions } from './samples';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TARGETS = versions({ [PRIMARY]: NEW });

/** When Rancher, or whoever reads it, is away: from, and for how long; milliseconds since the upgrade was accepted. */
interface Outage {
  readonly from: number;
  readonly lasts: number;
}

/** Containers that run at a time, milliseconds since the upgrade was accepted. */
type Running = (at: number) => number;

/** A wait as the workflow does it, under the product's own limits, on a clock of its own: when it gives up, and what it had read last. */
function waitFor(
  running: Running,
  outages: readonly Outage[],
  until: number,
): { gaveUpAt: number; why: string } | null {
  const { stallLimitMillis, timeoutMillis, pollMinMillis } = DEFAULT_POLICY;
  let clock: ProgressClock = startClock(0);
  let backSince: number | null = null;
  let planned = pollMinMillis;
  for (let now = 0; now < until;) {
    now += planned;
    const away = outages.find(({ from, lasts }) => now >= from && now < from + lasts);
    if (away !== undefined) {
      now = away.from + away.lasts;
      backSince = now;
    }
    const runs = running(now);
    const read = service({
      state: 'upgrading',
      transitioning: 'yes',
      configs: [upgradedConfig()],
      instances: [tally({ running: runs, healthy: runs })],
    });
    clock = tick(clock, now, planned, read, TARGETS);
    if (clock.stalledMillis === 0 && graceMillis(backSince, now, stallLimitMillis) > 0) backSince = now;
    const grace = graceMillis(backSince, now, stallLimitMillis);
    if (isOverdue(now, timeoutMillis, grace)) return { gaveUpAt: now, why: 'cap' };
    if (isStuck(clock, stallLimitMillis, grace)) return { gaveUpAt: now, why: 'stall' };
    const left = Math.max(pollMinMillis, stallLimitMillis - clock.stalledMillis);
    planned = Math.min(left, pauseMillis(now, DEFAULT_POLICY));
  }
  return null;
}

const never: Running = () => 0;

describe('an hour away, under the limits as they are by default', () => {
  test('whenever it begins, an upgrade that gets on afterwards, as slowly as is allowed, is never given up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 * MINUTE }),
        fc.integer({ min: 1 * MINUTE, max: 9 * MINUTE }),
        (from, eachTakes) => {
          // Rancher was down as well: nothing gets on meanwhile.
          const worked = (at: number): number => (at < from ? at : Math.max(from, at - HOUR));
          const running: Running = (at) => Math.floor(worked(at) / eachTakes);
          // The cap of an hour counts only as far as it passes before anybody was away.
          expect(waitFor(running, [{ from, lasts: HOUR }], 3 * HOUR)).toBeNull();
        },
      ),
      { numRuns: 200 },
    );
  });

  test('one that stalled before and stalls on is given up within a stall limit and two pauses of the return', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 * MINUTE }), (from) => {
        const ended = waitFor(never, [{ from, lasts: HOUR }], 5 * HOUR);
        expect(ended?.gaveUpAt).toBeGreaterThanOrEqual(from + HOUR + DEFAULT_POLICY.stallLimitMillis);
        expect(ended?.gaveUpAt).toBeLessThanOrEqual(
          from + HOUR + DEFAULT_POLICY.stallLimitMillis + 2 * DEFAULT_POLICY.pollMaxMillis,
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('the deadlines hold all the same', () => {
  test('without an outage: the stall limit, and the cap for what gets on too slowly', () => {
    expect(waitFor(never, [], 5 * HOUR)).toMatchObject({ why: 'stall' });
    const ended = waitFor((at) => Math.floor(at / (5 * MINUTE)), [], 5 * HOUR);
    expect(ended).toMatchObject({ why: 'cap' });
    expect(ended?.gaveUpAt).toBeLessThanOrEqual(HOUR + DEFAULT_POLICY.pollMaxMillis);
  });

  test('a Rancher that goes for a moment every few minutes does not put them off for ever', () => {
    const flapping = Array.from({ length: 200 }, (_, index) => ({
      from: (index + 1) * 4 * MINUTE,
      lasts: 20 * SECOND,
    }));
    const ended = waitFor(never, flapping, 10 * HOUR);
    expect(ended).toMatchObject({ why: 'stall' });
    expect(ended?.gaveUpAt).toBeLessThan(2 * DEFAULT_POLICY.stallLimitMillis + 10 * MINUTE);
  });
});
