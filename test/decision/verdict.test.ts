import type { Verdict } from '../../decision/verdict';
import { exitCodeOf, RECORDED_VERDICTS, VERDICTS } from '../../decision/verdict';

/** The design's table of verdicts and exit codes. Scripts rely on it: a code never changes its meaning. */
const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  succeeded: 0,
  unchanged: 0,
  held: 0,
  failed: 1,
  invalid: 2,
  'rolled-back': 3,
  'needs-attention': 4,
  detached: 5,
  cancelled: 6,
  refused: 7,
  superseded: 8,
  unreachable: 9,
  interfered: 10,
};

test('there are the verdicts of the design and no others', () => {
  expect(Object.keys(VERDICTS).sort()).toEqual(Object.keys(EXIT_CODES).sort());
});

test.each(Object.entries(EXIT_CODES) as [Verdict, number][])('%s exits with %i', (verdict, code) => {
  expect(exitCodeOf(verdict)).toBe(code);
});

test('only what was asked for exits with 0', () => {
  const good = (Object.keys(VERDICTS) as Verdict[]).filter((verdict) => exitCodeOf(verdict) === 0);
  expect(good).toEqual(['succeeded', 'unchanged', 'held']);
});

test('a deployment can leave any of them in its record, but what only a command says', () => {
  const others = (Object.keys(VERDICTS) as Verdict[]).filter((one) => !RECORDED_VERDICTS.some((word) => word === one));
  expect(others).toEqual(['held', 'invalid', 'detached']);
});

test('each verdict says what it means, no two the same', () => {
  const meanings = Object.values(VERDICTS).map(({ meaning }) => meaning);
  expect(new Set(meanings).size).toBe(meanings.length);
  for (const meaning of meanings) expect(meaning).toMatch(/^[A-Za-z][^.]+$/);
});

test.each(['rolled-back', 'cancelled'] as const)(
  '%s is only said with the proof of the former configuration',
  (verdict) => {
    expect(VERDICTS[verdict].meaning).toContain('proven to run');
  },
);

test.each(['invalid', 'refused', 'unreachable'] as const)('%s says that nothing was started or changed', (verdict) => {
  expect(VERDICTS[verdict].meaning).toMatch(/nothing was (started|changed)/);
});
