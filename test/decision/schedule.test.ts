import fc from 'fast-check';
import { DEFAULT_POLICY } from '../../decision/policy';
import { pauseMillis, waitMillis } from '../../decision/schedule';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The reads of a wait, where each comes on time, until the first that finds it over. */
function readsOf(waitMillis: number): { reads: number; noticedAfter: number } {
  let reads = 0;
  for (let elapsed = 0; ; reads += 1) {
    if (elapsed >= waitMillis) return { reads, noticedAfter: elapsed - waitMillis };
    elapsed += pauseMillis(elapsed, DEFAULT_POLICY);
  }
}

describe('the schedule of reads, with the default policy', () => {
  /** A wait, how many reads it may cost, and how late its end may be noticed. */
  const WAITS = [
    { wait: '1 s', millis: SECOND, atMost: 1, lateBy: SECOND },
    { wait: '5 s', millis: 5 * SECOND, atMost: 5, lateBy: SECOND },
    { wait: '10 s', millis: 10 * SECOND, atMost: 10, lateBy: 2 * SECOND },
    { wait: '1 min', millis: MINUTE, atMost: 20, lateBy: 12 * SECOND },
    { wait: '10 min', millis: 10 * MINUTE, atMost: 45, lateBy: 45 * SECOND },
    { wait: '1 h', millis: 60 * MINUTE, atMost: 110, lateBy: 45 * SECOND },
  ];
  const seen: string[] = [];

  test.each(WAITS)('a wait of $wait costs at most $atMost reads', ({ wait, millis, atMost, lateBy }) => {
    const { reads, noticedAfter } = readsOf(millis);
    seen.push(`${wait}: ${reads} reads, noticed ${noticedAfter / SECOND} s late`);
    expect(reads).toBeLessThanOrEqual(atMost);
    expect(noticedAfter).toBeLessThanOrEqual(lateBy);
  });

  afterAll(() => {
    process.stdout.write(`Reads by length of the wait: ${seen.join('; ')}\n`);
  });

  test('begins with the floor and ends at the cap', () => {
    expect(pauseMillis(0, DEFAULT_POLICY)).toBe(DEFAULT_POLICY.pollMinMillis);
    expect(pauseMillis(60 * MINUTE, DEFAULT_POLICY)).toBe(DEFAULT_POLICY.pollMaxMillis);
    expect(pauseMillis(MINUTE, DEFAULT_POLICY)).toBe(12 * SECOND);
  });
});

const anyLimits = fc
  .tuple(fc.integer({ min: 1, max: 60 * SECOND }), fc.integer({ min: 0, max: 60 * SECOND }))
  .map(([floor, above]) => ({ pollMinMillis: floor, pollMaxMillis: floor + above }));
const anyElapsed = fc.integer({ min: 0, max: 24 * 60 * MINUTE });

test('the pauses stay between the floor and the cap, whatever the limits', () => {
  fc.assert(
    fc.property(anyElapsed, anyLimits, (elapsed, limits) => {
      const pause = pauseMillis(elapsed, limits);
      expect(pause).toBeGreaterThanOrEqual(limits.pollMinMillis);
      expect(pause).toBeLessThanOrEqual(limits.pollMaxMillis);
      expect(Number.isInteger(pause)).toBe(true);
    }),
  );
});

test('the pauses never get shorter', () => {
  fc.assert(
    fc.property(anyElapsed, anyElapsed, anyLimits, (one, other, limits) => {
      expect(pauseMillis(Math.min(one, other), limits)).toBeLessThanOrEqual(pauseMillis(Math.max(one, other), limits));
    }),
  );
});

test('between floor and cap the end is noticed at most a fifth late', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5 * SECOND, max: 225 * SECOND }), (elapsed) => {
      expect(Math.abs(pauseMillis(elapsed, DEFAULT_POLICY) - elapsed / 5)).toBeLessThanOrEqual(50);
    }),
  );
});

describe('the pause while Rancher’s events may come in', () => {
  const limits = { watched: true, limitMillis: DEFAULT_POLICY.stallLimitMillis };

  test('is wide where they do, and leaves a read before the limit', () => {
    expect(waitMillis(0, DEFAULT_POLICY, limits)).toBe(5 * MINUTE);
    expect(waitMillis(0, DEFAULT_POLICY, { watched: true, limitMillis: 60 * MINUTE })).toBe(315 * SECOND);
  });

  test('is as wide as it has to be where very many are watched, but for the read before the limit, and never wider than two hours', () => {
    const wide = { watched: true, limitMillis: 24 * 60 * MINUTE };
    for (const [leastLookMillis, expected] of [
      [0, 315 * SECOND],
      [300 * SECOND, 315 * SECOND],
      [1_250 * SECOND, 1_250 * SECOND],
      [9 * 60 * MINUTE, 120 * MINUTE],
    ] as const)
      expect(waitMillis(0, DEFAULT_POLICY, { ...wide, leastLookMillis })).toBe(expected);
    expect(waitMillis(0, DEFAULT_POLICY, { ...limits, leastLookMillis: 60 * MINUTE })).toBe(5 * MINUTE);
    expect(waitMillis(0, DEFAULT_POLICY, { ...wide, watched: false, leastLookMillis: 60 * MINUTE })).toBe(
      pauseMillis(0, DEFAULT_POLICY),
    );
  });

  test('is the usual one where they do not', () => {
    const elapsed = fc.integer({ min: 0, max: 60 * MINUTE });
    fc.assert(
      fc.property(elapsed, (millis) => {
        const usual = pauseMillis(millis, DEFAULT_POLICY);
        expect(waitMillis(millis, DEFAULT_POLICY, { ...limits, watched: false })).toBe(usual);
        expect(waitMillis(millis, DEFAULT_POLICY, limits)).toBeGreaterThanOrEqual(usual);
      }),
    );
  });

  test('is never narrower than the usual one, however near the limit is', () => {
    expect(waitMillis(60 * MINUTE, DEFAULT_POLICY, { watched: true, limitMillis: SECOND })).toBe(45 * SECOND);
  });
});
