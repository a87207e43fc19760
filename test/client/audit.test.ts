import { audit, LISTED_AFTER_MILLIS } from '../../client/audit';
import type { AuditEvent, AuditOptions, AuditSource, AuditSummary, ListedRun } from '../../client/audit';
import type { AuditGapError } from '../../client/errors/audit-gap-error';
import type { RecordedEvent } from '../../client/history/recorded-event';
import { ended, history, phase, signal, started } from './support/recorded';
import { START } from './support/samples';

const NOW = START + 3_600_000;
const SINCE = START - 1000;
const listed = (runId: string, startedAt = START): ListedRun => ({
  ...{ workflowId: 'deploy/prod/storefront/web', runId, startedAt },
});
const reset = (baseRunId: string) => ({ type: 'reset', baseRunId, reason: 'why not', identity: 'server' }) as const;

function source(
  runs: readonly ListedRun[],
  histories: Readonly<Record<string, readonly RecordedEvent[]>>,
  change: Partial<AuditSource> = {},
): AuditSource {
  return {
    retentionMillis: async () => 86_400_000,
    runs: async () => ({ listed: runs, counted: runs.length }),
    history: async ({ runId }) => histories[runId] ?? null,
    ...change,
  };
}

async function told(
  from: AuditSource,
  options: Partial<AuditOptions> = {},
): Promise<{ events: AuditEvent[]; summary: AuditSummary | null; gap: AuditGapError | null }> {
  const events: AuditEvent[] = [];
  const all = audit(from, { since: SINCE, ...options }, NOW);
  try {
    for (;;) {
      const next = await all.next();
      if (next.done === true) return { events, summary: next.value, gap: null };
      events.push(next.value);
    }
  } catch (error) {
    return { events, summary: null, gap: error as AuditGapError };
  }
}
const idsOf = (events: readonly AuditEvent[]): string[] => events.map(({ entry }) => entry.id);

describe('an audit', () => {
  it('tells runs in the order of their start, and says where the next one begins', async () => {
    const one = history(started, phase('waiting'), ended('terminated'));
    const { events, summary } = await told(source([listed('b', START + 1), listed('a')], { a: one, b: one }));
    expect(idsOf(events)).toEqual(['a/1', 'a/3', 'a/3/verdict', 'b/1', 'b/3', 'b/3/verdict']);
    expect(events[0]).toMatchObject({ environment: 'prod', stack: 'storefront', service: 'web', requestId: 'r1' });
    expect(summary).toEqual({
      ...{ since: SINCE, until: NOW - LISTED_AFTER_MILLIS, deployments: 2, events: 6, unreadable: 0, encodings: [] },
    });
  });

  it('tells only what happened within the time: exports one after the other are one export', async () => {
    const from = source([listed('a')], { a: history(started, signal('retry'), signal('cancel'), ended('terminated')) });
    const whole = await told(from);
    const first = await told(from, { until: START + 1500 });
    const second = await told(from, { since: START + 1500 });
    expect(idsOf(first.events)).toEqual(['a/1', 'a/2']);
    expect([...first.events, ...second.events]).toEqual(whole.events);
    expect(second.events[0]).toMatchObject({ requestId: 'r1', deploymentId: 'd0123456789ab' });
  });

  it('tells what resets have copied once, under the ids that it had, also through several', async () => {
    const a = history(started, signal('retry'), signal('cancel'), ended('terminated'));
    const b = history(started, signal('retry'), reset('a'), signal('retry'), ended('terminated'));
    const c = history(started, signal('retry'), reset('a'), signal('retry'), reset('b'), signal('confirm'));
    const d = history(started, reset('c'), signal('rollback'));
    const runs = ['a', 'b', 'c', 'd'].map((runId, at) => listed(runId, START + at));
    const { events } = await told(source(runs, { a, b, c, d }));
    expect(idsOf(events)).toEqual([
      ...['a/1', 'a/2', 'a/3', 'a/4', 'a/4/verdict'],
      ...['b/3', 'b/4', 'b/5', 'b/5/verdict'],
      ...['c/5', 'c/6'],
      ...['d/2', 'd/3'],
    ]);
    expect(events.map(({ runId, entry }) => entry.id.startsWith(`${runId}/`))).not.toContain(false);
  });

  it('tells from the copy what is not listed any more, and that the rest of it is gone', async () => {
    const b = history(started, signal('retry'), reset('a'), signal('confirm'));
    const { events, gap } = await told(source([listed('b')], { b }));
    expect(idsOf(events)).toEqual(['a/1', 'a/2', 'b/3', 'b/4']);
    expect(gap?.missing).toEqual([
      expect.stringMatching(/run a, reset at 2026-11-23T19:00:02\.250Z: its history is gone/),
    ]);
  });

  it('misses nothing where what was reset was over before the time', async () => {
    const b = history(started, reset('a'), signal('confirm'));
    const { gap, summary } = await told(source([listed('b')], { a: history(started), b }));
    expect([gap, summary?.events]).toEqual([null, 3]);
  });

  it('fails where it reaches further back than histories are kept, before anything is told', async () => {
    const from = source([listed('a')], { a: history(started) });
    const { events, gap } = await told(from, { since: NOW - 86_400_001 });
    expect(events).toEqual([]);
    expect(gap).toMatchObject({ name: 'AuditGapError', verdict: 'needs-attention', missing: [] });
    expect(gap?.message).toMatch(
      /asked for since 2026-11-22T20:00:00\.249Z, and this namespace keeps what is over for 1 d, since 2026-11-22T20:00:00\.250Z/,
    );
    expect((await told(from, { since: NOW - 86_400_000 })).gap).toBeNull();
    const forEver = { ...from, retentionMillis: async () => null };
    expect((await told(forEver, { since: 0 })).gap).toBeNull();
  });

  it.each([
    ['1 h', 3_600_000, '--since 55m'],
    ['a day', 86_400_000, '--since 23h'],
  ])('advises what can be asked for where histories are kept for %s', async (_kept, retention, advice) => {
    const from = source([], {}, { retentionMillis: async () => retention });
    expect((await told(from, { since: NOW - 2 * retention })).gap?.nextStep).toContain(`(${advice})`);
  });

  it('fails where the list is cut, after all that can be told', async () => {
    const runs = [listed('a')];
    const { events, gap } = await told(
      source(runs, { a: history(started) }, { runs: async () => ({ listed: runs, counted: 3 }) }),
    );
    expect(idsOf(events)).toEqual(['a/1']);
    expect(gap?.message).toMatch(
      /The audit has a gap.*\n- 2 of 3 deployments that Temporal counts since .*: its list was cut/,
    );
  });

  it('names ten of what is missing, and counts the others', async () => {
    const runs = Array.from({ length: 12 }, (_, at) => listed(`run-${String(at)}`, START + at));
    const { gap } = await told(source(runs, {}));
    expect(gap?.missing).toHaveLength(12);
    expect(gap?.message.split('\n- ')).toHaveLength(12);
    expect(gap?.message).toMatch(/- and 2 more$/);
  });

  it('is empty, and whole, where it would end before it begins', async () => {
    const { events, summary } = await told(source([], {}), { since: NOW - 1000 });
    expect([events, summary?.until]).toEqual([[], NOW - 1000]);
  });
});
