import { VERDICTS } from '../../../decision/verdict';
import type { Verdict } from '../../../decision/verdict';
import type { JournalEntry } from '../../../simulator/model';
import { contradictions, isLeftAs } from './record';
import { DROVER_KEY } from './environments';
import { ROWS } from './table';

/** Reached by no row, and why. */
const NOT_YET: readonly Verdict[] = [
  // A newer deployment takes a place in a lane only, and there are none yet.
  'superseded',
];

describe('the table itself', () => {
  it('reaches every verdict that can be reached', () => {
    const reached = new Set(ROWS.flatMap(({ row: { verdict, interim } }) => [verdict, interim?.verdict ?? verdict]));
    expect([...reached].sort()).toEqual(
      (Object.keys(VERDICTS) as Verdict[]).filter((verdict) => !NOT_YET.includes(verdict)).sort(),
    );
  });

  it('names each way once', () => {
    const titles = ROWS.map(({ row }) => row.title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it.each(ROWS)('$service, $row.title: the exit code and what is left fit the verdict', ({ row }) => {
    const { verdict, exitCode, interim, leaves } = row;
    expect(VERDICTS[verdict].exitCode).toBe(exitCode);
    if (interim !== undefined) expect(VERDICTS[interim.verdict].exitCode).toBe(interim.exitCode);
    expect(isLeftAs(verdict, leaves)).toBe(true);
  });
});

describe("what contradicts a verdict in the simulator's own record", () => {
  const entry = (action: string, by = DROVER_KEY, label = 'd1.1', service = '1s1'): JournalEntry => ({
    kind: 'action',
    at: '2026-11-25T12:00:00.000Z',
    sequence: 1,
    project: '1a5',
    stack: '1st1',
    name: 'web',
    service,
    versions: {},
    action,
    by,
    body: { inServiceStrategy: { launchConfig: { labels: { 'io.drover.deployment': label } } } },
  });

  it('is nothing for an upgrade and its finish, or its rollback', () => {
    expect(contradictions([entry('upgrade'), entry('finishupgrade')], 'succeeded', 'd1')).toEqual([]);
    expect(contradictions([entry('upgrade'), entry('rollback')], 'rolled-back', 'd1')).toEqual([]);
    expect(contradictions([entry('upgrade', DROVER_KEY, 'd2.1')], 'refused', 'd1')).toEqual([]);
  });

  it.each([
    ['two upgrades of a round', [entry('upgrade'), entry('rollback'), entry('upgrade')], 'succeeded', /two upgrades/],
    ['an upgrade of what is refused', [entry('upgrade')], 'refused', /an upgrade was posted/],
    [
      'a cancelled upgrade that is finished',
      [entry('cancelupgrade', 'person'), entry('finishupgrade')],
      'succeeded',
      /finished a cancelled/,
    ],
    ['an upgrade that is continued', [entry('continueupgrade')], 'succeeded', /continued/],
    ['an upgrade that Drover cancels', [entry('cancelupgrade')], 'cancelled', /cancelled an upgrade/],
    [
      'another service of the name',
      [entry('upgrade'), entry('rollback', DROVER_KEY, 'd1.1', '1s2')],
      'interfered',
      /two services/,
    ],
  ] as const)('is %s', (_what, journal, verdict, told) => {
    expect(contradictions(journal, verdict, 'd1')).toEqual([expect.stringMatching(told)]);
  });
});
