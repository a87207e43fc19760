import { isMet, spreadOf } from '../../bench/figures';
import { cellText, numberText } from '../../bench/format';
import { markdownTable } from '../../bench/markdown-table';
import { OptionsError, readOptions } from '../../bench/options';
import { momentsOf, timesOf } from '../../bench/own-time';
import { SECTION_NAMES } from '../../bench/sections';
import type { JournalEntry } from '../../simulator/model';

const entry = (second: number, more: Partial<JournalEntry>): JournalEntry => ({
  ...{
    kind: more.action === undefined ? 'state' : 'action',
    at: new Date(second * 1000).toISOString(),
    sequence: second,
  },
  ...{ service: '1s1', project: '1a5', stack: 'bench', name: 'web', versions: {} },
  ...more,
});

describe('the time that is lost', () => {
  const journal = [
    entry(2, { action: 'upgrade' }),
    entry(2, { from: 'active', to: 'upgrading' }),
    entry(8, { from: 'upgrading', to: 'upgraded' }),
    entry(9, { action: 'finishupgrade' }),
    entry(11, { from: 'finishing-upgrade', to: 'active' }),
  ];

  test("is the wall time less Rancher's own, and its parts add up to it", () => {
    expect(timesOf(momentsOf(journal), 1000, 14_000)).toEqual({
      ...{ wall: 13, upgrading: 6, finishing: 2, lost: 5 },
      ...{ toPost: 1, noticing: 1, toExit: 3 },
    });
  });

  test('ends with the exit for a client that never finishes', () => {
    expect(timesOf(momentsOf(journal.slice(0, 3)), 1000, 9500)).toEqual({
      ...{ wall: 8.5, upgrading: 6, finishing: 0, lost: 2.5 },
      ...{ toPost: 1, noticing: 1.5, toExit: 0 },
    });
  });

  test.each([[0], [2], [4]])('cannot be told after %i entries of the journal', (entries) => {
    expect(timesOf(momentsOf(journal.slice(0, entries)), 1000, 14_000)).toBeNull();
  });
});

describe('figures', () => {
  test.each([
    [[3, 1, 2], { median: 2, min: 1, max: 3, runs: 3 }],
    [[4, 1, 2, 3], { median: 2.5, min: 1, max: 4, runs: 4 }],
    [[null, 5], { median: 5, min: 5, max: 5, runs: 1 }],
    [[], null],
  ])('%j: the median, the least and the most', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  test('are told with as many digits as say something', () => {
    expect([0.0123, 0.5, 12.34, 123.4, 7].map(numberText)).toEqual(['0.012', '0.50', '12.3', '123', '7']);
    expect(cellText({ median: 0.52, min: 0.41, max: 0.7, runs: 5 })).toBe('0.52 [0.41–0.70]');
    expect(cellText(null)).toBe('–');
  });

  test('what could not be measured is no target that was met', () => {
    const target = { what: 'x', unit: 's', limit: 1 } as const;
    expect([0.5, 1, 1.01, null].map((measured) => isMet({ ...target, measured }))).toEqual([true, true, false, false]);
  });

  test('make tables as the formatter has them', () => {
    expect(
      markdownTable(
        [
          { title: 'a', right: false },
          { title: 'bc|d', right: true },
        ],
        [['long one', '1']],
      ),
    ).toEqual(['| a        | bc\\|d |', '| -------- | ----: |', '| long one |     1 |']);
  });
});

describe('options of the benchmark', () => {
  test('have defaults; quick figures are not kept', () => {
    expect(readOptions([], 'kept.json')).toMatchObject({
      only: SECTION_NAMES,
      runs: 5,
      quick: false,
      json: 'kept.json',
    });
    expect(readOptions(['--quick', '--only', 'start,race'], 'kept.json')).toMatchObject({
      ...{ only: ['race', 'start'], quick: true, json: null },
    });
  });

  test.each([
    [['--only', 'races'], /--only takes race, .*, not "races"/],
    [['--runs', '0'], /--runs takes a whole number from 1/],
    [['--nonsense'], /--nonsense/],
  ])('%j is refused with the reason', (args, reason) => {
    expect(() => readOptions(args, 'kept.json')).toThrow(OptionsError);
    expect(() => readOptions(args, 'kept.json')).toThrow(reason);
  });
});
