import type { JournalEntry } from '../../../simulator/model';
import type { ReleaseResult } from '../../../workflows/release-contract';
import type { CasePlan, PlannedService } from './case-plan';
import { casePlan } from './case-plan';
import { wrongWith } from './release-checks';
import type { ReleaseSeen, ServiceLook, ServiceSeen } from './seen';

type Releasing = Exclude<CasePlan, { kind: 'lane' }>;

const planOf = (wanted: (plan: CasePlan) => boolean): Releasing => {
  const index = Array.from({ length: 200 }, (_, at) => at).find((at) => wanted(casePlan('seed', at))) ?? -1;
  const plan = casePlan('seed', index);
  if (plan.kind === 'lane') throw new Error('no release');
  return plan;
};
const FAILS = planOf((plan) => plan.kind === 'fails' && plan.failure === 'never-starts');
const GOOD = planOf(({ kind }) => kind === 'good');
const BY_HAND = planOf(({ kind }) => kind === 'by-hand');

const look = (name: string, tag: number, scale: number): ServiceLook => ({
  ...{ state: 'active', image: `docker:example/${name}:${tag}`, version: `v${tag}` },
  running: Array.from({ length: scale }, () => `docker:example/${name}:${tag} v${tag}`),
});

class Journal {
  readonly entries: JournalEntry[] = [];

  add(name: string, action: string): void {
    this.#push(name, {
      kind: 'action',
      action,
      by: 'ACCESS',
      rawBody: action === 'upgrade' ? `"docker:example/${name}:2"` : '',
    });
    if (action !== 'upgrade') this.#push(name, { kind: 'state', from: action, to: 'active' });
  }

  #push(name: string, entry: Pick<JournalEntry, 'kind'> & Partial<JournalEntry>): void {
    const sequence = this.entries.length;
    const at = new Date(1_000_000 + 1_000 * sequence).toISOString();
    this.entries.push({ at, sequence, service: name, project: 'Main', stack: 'shop', name, versions: {}, ...entry });
  }
}

const verdictOf = (verdict: ReleaseResult['verdict']): ReleaseResult => ({ verdict, reason: 'so' }) as ReleaseResult;
const seenOf = (plan: Releasing, tag: number, more: Partial<ReleaseSeen>): ReleaseSeen => ({
  plan,
  services: plan.services.map(({ name, wave, scale }: PlannedService): ServiceSeen => ({
    ...{ name, wave, scale, verdict: tag === 1 ? 'rolled-back' : 'succeeded' },
    ...{ before: look(name, 1, scale), after: look(name, tag, scale) },
  })),
  ...{ journal: [], result: null, record: null },
  ...more,
});

function finished(plan: Releasing): ReleaseSeen {
  const journal = new Journal();
  for (const { name } of plan.services) journal.add(name, 'upgrade');
  const at = 1_000_000 + 1_000 * journal.entries.length - 500;
  for (const { name } of plan.services) journal.add(name, 'finishupgrade');
  return seenOf(plan, 2, {
    journal: journal.entries,
    result: verdictOf('succeeded'),
    record: { decision: 'commit', at },
  });
}

function wentBack(plan: Releasing): ReleaseSeen {
  const journal = new Journal();
  for (const { name } of plan.services) journal.add(name, 'upgrade');
  for (const { name } of plan.services.toReversed()) journal.add(name, 'rollback');
  const record = { decision: 'roll-back', at: 1_000_000 } as const;
  return seenOf(plan, 1, { journal: journal.entries, result: verdictOf('rolled-back'), record });
}

test('what is as it should be is right', () => {
  expect(wrongWith(finished(GOOD))).toEqual([]);
  expect(wrongWith(wentBack(FAILS))).toEqual([]);
  expect(wrongWith(finished(BY_HAND))).toEqual([]);
  expect(wrongWith({ ...wentBack(BY_HAND), result: null })).toEqual([]);
});

const without = (seen: ReleaseSeen, action: string): ReleaseSeen => ({
  ...seen,
  journal: seen.journal.filter((entry) => entry.action !== action),
});
const left = (seen: ReleaseSeen, at: number, after: Partial<ServiceLook>): ReleaseSeen => ({
  ...seen,
  services: seen.services.map((one, index) => (index === at ? { ...one, after: { ...one.after, ...after } } : one)),
});

test.each<[string, ReleaseSeen, RegExp]>([
  ['one that is left upgraded', left(wentBack(FAILS), 2, { state: 'upgraded' }), /s03 is not as before: upgraded/],
  ['one that was finished', { ...wentBack(FAILS), journal: finished(FAILS).journal }, /s01 was finished/],
  ['a false verdict', { ...wentBack(FAILS), result: verdictOf('succeeded') }, /is succeeded and not rolled-back/],
  ['a decision to finish', { ...wentBack(FAILS), record: { decision: 'commit', at: 1 } }, /recorded to finish/],
  [
    'the wrong order',
    { ...wentBack(FAILS), journal: [...wentBack(FAILS).journal].reverse() },
    /went back before .* was as before/,
  ],
  [
    'two upgrades',
    { ...finished(GOOD), journal: [...finished(GOOD).journal, ...finished(GOOD).journal] },
    /was upgraded 2 times/,
  ],
  ['a finish before the last upgrade', without(finished(GOOD), 'upgrade'), /not yet upgraded: s01/],
  [
    'a finish before the decision',
    { ...finished(GOOD), record: { decision: 'commit', at: 9e12 } },
    /before it was decided/,
  ],
  ['a finish without a decision', { ...finished(GOOD), record: null }, /nothing was decided/],
  ['one that still runs the old image', left(finished(GOOD), 0, look('s01', 1, 1)), /s01 has docker:example\/s01:1/],
  ['both sides', left(finished(BY_HAND), 0, look('s01', 1, 1)), /s01 has docker:example\/s01:1/],
  [
    'another side than the one decided',
    { ...finished(BY_HAND), record: { decision: 'roll-back', at: 1 } },
    /decided roll-back, and new/,
  ],
])('%s is found', (_what, seen, expected) => {
  expect(wrongWith(seen).join('\n')).toMatch(expected);
});
