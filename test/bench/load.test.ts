import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { looksInADay } from '../../bench/idle/section';
import { loopDelays } from '../../bench/load/loop-delay';
import { percentile } from '../../bench/load/percentile';
import type { RunRecord } from '../../bench/load/run-records';
import { mostAtOnce, timesLost } from '../../bench/load/time-lost';
import type { JournalEntry } from '../../simulator/model';

const AT = Date.parse('2026-01-01T00:00:00.000Z');

function run(service: string, startedAt: number, endedAt: number): RunRecord {
  return {
    ...{ workflowId: `deploy/load/s/${service}`, stack: 's', service, verdict: 'succeeded', events: 40, bytes: 1 },
    ...{ startedAt: AT + startedAt, endedAt: AT + endedAt },
  };
}

function entry(name: string, millis: number, what: { action: string } | { to: string }): JournalEntry {
  return {
    ...{ kind: 'action' in what ? 'action' : 'state', sequence: 1, service: '1s1', project: '1a5', stack: 's', name },
    ...{ at: new Date(AT + millis).toISOString(), versions: {}, ...what },
  };
}

test('the time lost is what Rancher itself did not need', () => {
  const journal = [
    entry('web', 300, { action: 'upgrade' }),
    entry('web', 310, { to: 'upgrading' }),
    entry('web', 5_000, { to: 'upgraded' }),
    entry('web', 5_400, { action: 'finishupgrade' }),
    entry('web', 5_500, { to: 'active' }),
    entry('half', 100, { action: 'upgrade' }),
  ];
  const [web, ...others] = timesLost([run('web', 0, 5_700), run('half', 0, 9_000)], journal);
  expect(web?.lost).toEqual({ untilPosted: 300, untilFinish: 400, untilVerdict: 200, inAll: 900 });
  expect(others).toEqual([]);
});

test('how many overlap at most: one that ends as another one begins does not', () => {
  expect(mostAtOnce([])).toBe(0);
  expect(
    mostAtOnce([
      { from: 0, to: 10 },
      { from: 10, to: 20 },
      { from: 5, to: 12 },
    ]),
  ).toBe(2);
});

test('a percentile is one of the values', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100]);
  expect(percentile([7], 50)).toBe(7);
  expect(percentile([], 50)).toBeNaN();
});

test('the delay of each thread, within the time that is asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drover-loop-'));
  const file = join(folder, 'loop.jsonl');
  const line = (at: number, thread: string, max: number): string =>
    JSON.stringify({ at, thread, p50: 1, p99: max, max, busy: 0.5, heapUsed: max, external: 0 });
  writeFileSync(
    file,
    [line(0, 'main', 900), line(10, 'main', 30), line(20, 'main', 20), line(20, 'worker 1', 5), ''].join('\n'),
  );
  expect(loopDelays(file, 5, 30)).toEqual([
    { thread: 'main', p50: 1, p99: 30, max: 30, busy: 0.5, busiest: 0.5, heapPeak: 30 },
    { thread: 'worker 1', p50: 1, p99: 5, max: 5, busy: 0.5, busiest: 0.5, heapPeak: 5 },
  ]);
  expect(loopDelays(`${file}.none`, 0, 30)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a deployment that is held looks a few hundred times a day, and a dozen while events come in', () => {
  expect(looksInADay(false)).toBeGreaterThan(250);
  expect(looksInADay(false)).toBeLessThan(400);
  expect(looksInADay(true)).toBeGreaterThan(5);
  expect(looksInADay(true)).toBeLessThan(30);
});
