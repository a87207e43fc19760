import { needingAttention } from '../../client/attention';
import { attentionText } from '../../client/cli/show-attention';
import type { CoordinatorSummary } from '../../client/coordinator/coordinator-summary';
import type { DeploymentSummary } from '../../client/deployment-summary';
import { attentionOf } from '../../client/temporal/attention-of';
import { queryOf } from '../../client/temporal/list-query';
import { inParallel } from '../../client/temporal/in-parallel';
import { isAbout, waitingPipeline, waitingRelease } from '../../client/waiting-coordinator';
import type { AttentionMemo } from '../../workflows/contract';
import { START, summary } from './support/samples';

const memo = (change: Partial<AttentionMemo> = {}): AttentionMemo => ({
  kind: 'parked',
  reason:
    'the former configuration does not come back: the service is rolling-back: no host\u001b[2J has the port 8080 free',
  mend: 'Look at the service in Rancher.',
  since: START,
  until: START + 7 * 86_400_000,
  commands: ['drover retry prod storefront/web', 'drover cancel prod storefront/web'],
  ...change,
});
const parked = (name: string, change: Partial<AttentionMemo> = {}): DeploymentSummary =>
  summary({ service: name, phase: 'parked', attention: memo(change) });
const NOW = START + 2 * 3_600_000;
const FOUND = needingAttention([
  summary({
    service: 'held',
    phase: 'confirming',
    attention: memo({
      kind: 'held',
      reason: 'verified, and held as asked',
      commands: ['drover confirm prod storefront/held'],
    }),
  }),
  parked('web'),
  summary({
    service: 'over',
    run: 'completed',
    phase: 'done',
    verdict: 'needs-attention',
    attention: memo({ kind: 'ended', until: null }),
  }),
]);
const show = (columns: number | undefined, json = false): string =>
  attentionText(FOUND, [], { json, columns, now: NOW, none: 'Nothing waits for a person.' });

describe('what waits for a person', () => {
  it('is told with what stops a service first, and of those what has waited longest', () => {
    const order = needingAttention([
      summary({ service: 'held', phase: 'confirming', attention: memo({ kind: 'held', since: 1 }) }),
      summary({ service: 'of a release', phase: 'confirming', attention: memo({ kind: 'release', since: 0 }) }),
      summary({ service: 'unsure', phase: 'confirming', attention: memo({ kind: 'unprovable', since: 2 }) }),
      parked('later', { since: 5 }),
      summary({ service: 'over', run: 'completed', verdict: 'needs-attention', attention: memo({ kind: 'ended' }) }),
      parked('sooner', { since: 4 }),
    ]).map(({ deployment }) => deployment.service);
    expect(order).toEqual(['sooner', 'later', 'over', 'unsure', 'of a release', 'held']);
  });

  it('is told also without a memo, with where to look', () => {
    expect(needingAttention([summary({ phase: 'parked' })])).toMatchObject([
      { kind: 'parked', since: START, commands: ['drover status prod storefront/web'] },
    ]);
  });

  it('offers no message to what is over', () => {
    const [over] = FOUND.filter(({ kind }) => kind === 'ended');
    expect(over).toMatchObject({
      phase: 'needs-attention',
      commands: ['drover status prod storefront/over', 'drover upgrade prod storefront/over …'],
    });
  });
});

describe('the list', () => {
  it('is a line each where the output is no terminal, with everything in it', () => {
    const lines = show(undefined).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ENVIRONMENT {2}SERVICE +PHASE +SINCE +ENDS +REASON +WHAT TO DO$/);
    expect(lines[1]).toMatch(
      /^prod +storefront\/web +parked +2026-11-23T19:00:00Z \(2 h\) +in 6 d 22 h +the former .* \[2J has the port 8080 free +drover retry prod storefront\/web; or drover cancel prod storefront\/web$/,
    );
  });

  test.each([30, 60, 80, 119, 120, 160, 240])(
    'fits a terminal of %i columns, with no command broken where there is room for it',
    (columns) => {
      const text = show(columns);
      for (const line of text.split('\n')) expect([...line].length).toBeLessThan(columns);
      expect(text).toMatch(columns >= 160 ? /^ENVIRONMENT / : columns < 120 ? /^prod storefront\/web:/ : /web/);
      if (columns >= 60) expect(text).toMatch(/drover retry prod storefront\/web$/m);
      expect(text).not.toContain('\u001b');
    },
  );

  it('is a JSON object each for machines, with times as everywhere', () => {
    const lines = show(undefined, true)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      type: 'attention',
      environment: 'prod',
      service: 'web',
      phase: 'parked',
      kind: 'parked',
      since: '2026-11-23T19:00:00.250Z',
      until: '2026-11-30T19:00:00.250Z',
      commands: ['drover retry prod storefront/web', 'drover cancel prod storefront/web'],
    });
    expect(lines[1]).toMatchObject({
      kind: 'ended',
      phase: 'needs-attention',
      verdict: 'needs-attention',
      until: null,
    });
  });

  it('says when there is nothing; nothing at all to machines', () => {
    const none = { columns: undefined, now: NOW, none: 'Nothing waits for a person.' };
    expect(attentionText([], [], { ...none, json: false })).toBe('Nothing waits for a person.\n');
    expect(attentionText([], [], { ...none, json: true })).toBe('');
  });
});

describe('releases and pipelines that wait', () => {
  const coordinator = (change: Partial<CoordinatorSummary>): CoordinatorSummary => ({
    ...{ id: 'r0123456789ab', workflowId: 'release/r0123456789ab', runId: 'run-1', requestId: 'r1', requestDigest: '' },
    ...{ requestedBy: 'jane@host', stacks: 'storefront, shop', environments: 'qa, prod', isRunning: true },
    ...{ status: 'running', phase: 'confirming', verdict: null, startedAt: START, endedAt: null, link: null },
    ...change,
  });
  const asking = coordinator({ id: 'p0123456789ab', phase: 'approval: first' });
  const held = coordinator({ id: 'pba9876543210', phase: 'held: first' });
  const WAITING = [waitingRelease(coordinator({})), waitingPipeline(asking), waitingPipeline(held)].filter(
    (one) => one !== null,
  );

  it('are told with the command that each waits for', () => {
    expect(WAITING.map(({ what, kind, commands }) => [what, kind, commands[0]])).toEqual([
      ['release', 'confirm', 'drover confirm --release r0123456789ab'],
      ['pipeline', 'approve', 'drover approve p0123456789ab'],
      ['pipeline', 'hold', 'drover holds'],
    ]);
    const how = { json: false, columns: undefined, now: NOW, none: 'none' };
    expect(attentionText([], WAITING, how)).toMatch(
      /\nqa, prod +release r0123456789ab +confirming +asked 2026-11-23T19:00:00Z \(2 h\) .*drover confirm --release r0123456789ab; or /,
    );
    const narrow = attentionText([], WAITING, { ...how, columns: 60 });
    expect(narrow).toMatch(/^ {4}drover approve p0123456789ab$/m);
    const [line = ''] = attentionText([], WAITING, { ...how, json: true }).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      ...{ type: 'attention', what: 'release', id: 'r0123456789ab', kind: 'confirm', phase: 'confirming' },
      ...{ startedAt: '2026-11-23T19:00:00.250Z', environments: 'qa, prod' },
    });
  });

  it('are none in any other phase, nor when they are over', () => {
    expect(waitingRelease(coordinator({ phase: 'upgrading' }))).toBeNull();
    expect(waitingRelease(coordinator({ isRunning: false }))).toBeNull();
    for (const phase of ['frozen: first', 'soaking: first', 'waiting'])
      expect(waitingPipeline(coordinator({ phase }))).toBeNull();
    expect(waitingPipeline({ ...asking, isRunning: false })).toBeNull();
  });

  it.each([
    [{}, 3],
    [{ environment: 'prod', stack: 'shop' }, 3],
    [{ environment: 'pro' }, 0],
    [{ stack: 'other' }, 0],
    [{ service: 'web' }, 0],
  ])('are found by each of their environments and stacks: %j', (filters, count) => {
    expect(WAITING.filter((one) => isAbout(one, filters))).toHaveLength(count);
  });
});

describe('the memo', () => {
  it('is read as it was written', () => expect(attentionOf({ attention: memo() })).toEqual(memo()));

  test.each<readonly [string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a text', 'parked'],
    ['another kind', { ...memo(), kind: 'sleeping' }],
    ['no reason', { ...memo(), reason: 7 }],
    ['no time', { ...memo(), since: 'now' }],
    ['something of a prototype', Object.create({ ...memo() })],
  ])('that cannot be read is none: %s', (_case, attention) => {
    expect(attentionOf({ attention })).toBeNull();
  });

  it('with odd parts keeps the others', () => {
    expect(attentionOf({ attention: { ...memo(), mend: 1, until: 'x', commands: ['a', 2] } })).toEqual(
      memo({ mend: '', until: null, commands: ['a'] }),
    );
  });
});

it('Temporal is asked for the phases that wait for a person', () => {
  expect(queryOf({ environment: "o'prod", running: true, phases: ['parked', 'confirming'] })).toBe(
    "WorkflowType = 'upgradeService' AND DroverEnvironment = 'o''prod' AND DroverPhase IN ('parked', 'confirming') AND ExecutionStatus = 'Running'",
  );
});

describe('work on many', () => {
  it('is done a few at a time, and answered in order', async () => {
    let now = 0;
    let most = 0;
    const done = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      now -= 1;
      return item * 10;
    });
    expect(done).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
    expect(await inParallel([], 2, () => Promise.resolve(1))).toEqual([]);
  });

  it('fails as one where one fails', async () => {
    await expect(
      inParallel([1, 2], 2, (item) => (item === 2 ? Promise.reject(new Error('no')) : Promise.resolve(item))),
    ).rejects.toThrow('no');
  });
});
