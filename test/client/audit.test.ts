import { audit, LISTED_AFTER_MILLIS } from '../../client/audit';
import type { AuditEvent, AuditOptions, AuditSource, AuditSummary, ListedRun } from '../../client/audit';
import type { AuditGapError } from '../../client/errors/audit-gap-error';
import type { RecordedEvent } from '../../client/history/recorded-event';
import { ended, given, history, phase, signal, started } from './support/recorded';
import type { Told } from './support/recorded';
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
    knowsEnvironment: async () => true,
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
      ...{
        since: SINCE,
        until: NOW - LISTED_AFTER_MILLIS,
        deployments: 2,
        coordinators: 0,
        events: 6,
        unreadable: 0,
        encodings: [],
      },
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
      /The audit has a gap.*\n- 2 of 3 deployments, releases and pipelines that Temporal counts since .*: its list was cut/,
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

describe('an audit of what coordinates deployments', () => {
  const TOKEN = 'eyJ-canary';
  const author = { by: 'jane@host', why: 'ticket 7' };
  const begun = (input: unknown): Told => ({
    ...{ type: 'started', input: given(input), attributes: {}, identity: '1@host' },
  });
  const update = (name: string, input: unknown, second?: unknown): Told => ({
    ...{ type: 'update', name, input: given(input), identity: '2@host' },
    ...(second === undefined ? {} : { second: given(second) }),
  });
  const answer = (acceptedId: number, result: unknown): Told => ({
    ...{ type: 'update-answered', acceptedId, result: given(result), said: null },
  });
  const run = (workflowId: string): ListedRun => ({ workflowId, runId: 'a', startedAt: START });
  const release = begun({
    request: {
      ...{ requestId: 'r9', name: 'shop 2.4', author },
      services: [{ environment: 'qa', stack: 'shop', service: 'web' }],
    },
  });
  const pipeline = begun({
    ...{ requestId: 'r8', name: 'to-prod', stack: 'shop', author },
    stages: [{ name: 'first', from: 'dev', environments: ['qa', 'prod'] }],
  });

  it('tells who asked for a release, who confirmed it and what came of it, and how it ended', async () => {
    const a = history(
      ...[release, phase('confirming'), update('confirm', { by: 'pat@host', why: 'looks good' })],
      ...[answer(3, { phase: 'confirming', meaning: 'finishes' }), phase('finishing'), signal('cancel', 'kim')],
      ended('completed', given({ verdict: 'succeeded', reason: 'all finished' })),
    );
    const { events, summary } = await told(source([run('release/r0123456789ab')], { a }));
    expect(summary).toMatchObject({ deployments: 0, coordinators: 1, events: 4 });
    expect(events).toMatchObject(
      [
        { event: 'asked', by: 'jane@host', why: 'ticket 7', services: ['qa/shop/web'] },
        { id: 'a/4', event: 'intervention', name: 'confirm', by: 'pat@host', why: 'looks good', outcome: 'taken' },
        { event: 'intervention', name: 'cancel', by: 'kim', outcome: 'refused', phase: 'finishing' },
        { event: 'verdict', verdict: 'succeeded' },
      ].map((entry) => ({
        ...{ kind: 'release', releaseId: 'r0123456789ab', pipelineId: null, title: 'shop 2.4', environment: 'qa' },
        entry,
      })),
    );
  });

  it('tells what was approved and rejected in a pipeline, and never a signature', async () => {
    const a = history(
      ...[pipeline, phase('approval: first')],
      ...[update('approve', { decision: 'approve', by: 'pat@host', why: 'fine', stage: 'first', token: TOKEN })],
      ...[answer(3, { stage: 'first', counts: false, missing: 1, text: 'it is not signed by pat@host' })],
      ...[signal('approve', { decision: 'reject', by: 'kim@host', token: TOKEN }), signal('breakGlass', 'kim')],
      ...[
        update('breakGlass', { by: 'kim@host', why: 'an outage' }),
        answer(7, { phase: 'approval', meaning: 'past' }),
      ],
      ...[update('approve', { by: 'lee@host' }), ended('terminated')],
    );
    const { events } = await told(source([run('pipeline/p0123456789ab')], { a }));
    expect(events.map(({ entry }) => entry)).toMatchObject([
      { event: 'asked', by: 'jane@host', stages: ['dev → qa, prod'], breakGlass: null },
      { name: 'approve', decision: 'approve', by: 'pat@host', stage: 'first', outcome: 'refused', how: 'update' },
      { name: 'approve', decision: 'reject', by: 'kim@host', outcome: 'unknown', how: 'signal' },
      { name: 'breakGlass', by: 'kim', outcome: 'refused' },
      { name: 'breakGlass', by: 'kim@host', why: 'an outage', outcome: 'taken', phase: 'approval: first' },
      { name: 'approve', by: 'lee@host', outcome: 'unknown', id: 'a/9/unanswered' },
      { name: 'terminate', how: 'Temporal', why: 'by hand' },
      { event: 'verdict', how: 'terminated' },
    ]);
    expect(events[0]).toMatchObject({ kind: 'pipeline', pipelineId: 'p0123456789ab', title: 'to-prod' });
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });

  it('tells who let go what was held', async () => {
    const hold = { id: 'h1', environment: 'qa', stack: 'shop', images: [], why: 'rolled back', since: START };
    const a = history(
      ...[begun({ environment: 'qa', stack: 'shop' }), signal('hold', hold)],
      ...[update('letGo', 'h1', author), answer(3, { wasHeld: true, by: 'jane@host' })],
    );
    const { events } = await told(source([run('holds/qa/shop')], { a }));
    expect(events).toMatchObject([
      {
        ...{ kind: 'holds', environment: 'qa', stack: 'shop' },
        entry: { name: 'letGo', hold: 'h1', by: 'jane@host', why: 'ticket 7', outcome: 'taken' },
      },
    ]);
  });

  it('refuses an environment of which nothing is known: an empty one would look whole', async () => {
    const from = source([], {}, { knowsEnvironment: async (alias) => alias === 'prod' });
    expect((await told(from, { environment: 'prod' })).summary).toMatchObject({ events: 0 });
    expect((await told(from)).summary).toMatchObject({ events: 0 });
    const { events, gap } = await told(from, { environment: 'nope' });
    expect(events).toEqual([]);
    expect(gap).toMatchObject({ name: 'RefusedError', message: expect.stringContaining('environment "nope"') });
  });

  it('tells of one environment what is about it among others, and fails where a history is gone', async () => {
    const a = history(pipeline);
    const from = source([run('pipeline/p0123456789ab')], { a });
    expect((await told(from, { environment: 'prod' })).events).toHaveLength(1);
    expect((await told(from, { environment: 'test' })).events).toEqual([]);
    const { gap } = await told(source([run('pipeline/p0123456789ab')], {}));
    expect(gap?.missing).toEqual([expect.stringContaining('pipeline/p0123456789ab, run a')]);
  });

  it('tells the same, however much comes after it', async () => {
    const events = [release, phase('confirming'), update('confirm', author), answer(3, {}), ended('terminated')];
    const linesOf = async (count: number): Promise<readonly AuditEvent[]> =>
      (await told(source([run('release/r1')], { a: history(...events.slice(0, count)) }))).events;
    const whole = await linesOf(events.length);
    for (let count = 0; count < events.length; count += 1) {
      const part = await linesOf(count);
      expect(whole.slice(0, part.length)).toEqual(part);
    }
  });
});
