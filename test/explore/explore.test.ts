import { BREAK_NAMES, BREAKS, brokenSetting } from './breaks';
import { CHECKS, newTally } from './checks';
import { exploreSetting } from './explore-setting';
import { hopeless } from './liveness';
import { optionsOf } from './options';
import { Pairs } from './pairs';
import { run } from './run';
import { plain, settingsOf } from './settings';
import { START_NAMES } from './starts';
import { StateTable } from './state-table';
import { traceOf } from './trace';

const ONE_MOVE = { foreign: 1, people: 1 };

describe('the exploration, small', () => {
  const tally = newTally();

  test.each(['active', 'upgraded-to-what-was-asked', 'reset-when-upgraded'] as const)(
    'from %s, with one move of others or of a person: no counter-example, and every state ends',
    (start) => {
      const found = exploreSetting(plain(start, ONE_MOVE), Infinity, tally);
      expect(found).toMatchObject({ counterExample: null, isComplete: true });
      expect(found.states).toBeGreaterThan(1_000);
      expect(Object.keys(found.ended)).toEqual(
        expect.arrayContaining(['succeeded', 'rolled-back', 'cancelled', 'interfered']),
      );
    },
  );

  test('every check was made', () => {
    expect(Object.entries(tally).filter(([, times]) => times === 0)).toEqual([]);
  });

  test('a bound of depth cuts it off, and it says so', () => {
    const found = exploreSetting(plain('active', ONE_MOVE), 5, newTally());
    expect(found).toMatchObject({ isComplete: false, depth: 5, counterExample: null });
  });

  test('every start state is explored, under every policy', () => {
    const settings = settingsOf({ foreign: 2, people: 1 });
    for (const onPending of ['rollback', 'finish', 'wait', 'abort'])
      expect(settings.filter((one) => one.onPending === onPending).map(({ start }) => start)).toEqual(
        expect.arrayContaining(START_NAMES),
      );
    expect(settings.every(({ moves }) => moves <= 2)).toBe(true);
  });
});

describe('broken on purpose', () => {
  test.each(BREAK_NAMES)('%s is found, with the way there', (name) => {
    const from = plain('active', ONE_MOVE);
    const found = exploreSetting(brokenSetting(name, from), Infinity, newTally());
    if (found.counterExample === null) throw new Error('nothing was found');
    expect(found.counterExample.check).toBe(BREAKS[name].breaks);
    const lines = traceOf(found.counterExample).split('\n');
    expect(lines[0]).toContain(BREAKS[name].breaks);
    expect(lines[1]).toContain('0. the beginning');
    expect(lines.filter((line) => /^ *\d+\. /.test(line)).length).toBe(found.counterExample.steps.length);
  });

  test('the command says so, and ends with 1', () => {
    const said: string[] = [];
    const code = run(optionsOf(['--break', 'blind-timer', '--foreign', '0']), (text) => said.push(text));
    expect(code).toBe(1);
    expect(said.join('\n')).toMatch(/Broken on purpose: blind-timer[\s\S]*A counter-example[\s\S]*invariant 2/);
  });
});

test('the command prints what was explored and how often each check was made, and ends with 0', () => {
  const said: string[] = [];
  expect(run(optionsOf(['--start', 'removing']), (text) => said.push(text))).toBe(0);
  const text = said.join('\n');
  expect(text).toMatch(/1 start states, 4 settings: \d+ states, \d+ transitions, at most \d+ steps deep/);
  for (const check of Object.keys(CHECKS)) expect(text).toContain(`  ${check}`);
  expect(text).toContain('No counter-example.');
});

describe('the options', () => {
  test('are two moves of others and one of people unless said otherwise', () => {
    expect(optionsOf([])).toMatchObject({ bounds: { foreign: 2, people: 1 }, depth: Infinity, broken: null });
    expect(optionsOf(['--quick'])).toMatchObject({ bounds: { foreign: 1, people: 1 } });
    expect(optionsOf(['--foreign', '3', '--people', '0', '--depth', '7', '--start', 'active'])).toMatchObject({
      bounds: { foreign: 3, people: 0 },
      depth: 7,
      starts: ['active'],
    });
  });

  test.each([
    [['--start', 'nowhere'], '--start takes one of active'],
    [['--break', 'nothing'], '--break takes one of post-without-reading'],
    [['--foreign', 'many'], '--foreign takes a whole number from 0 to 3'],
    [['--depth', '-1'], '--depth'],
    [['--seed', '1'], '--seed'],
  ])('%j is refused by name', (args, text) => {
    expect(() => optionsOf(args)).toThrow(text);
  });
});

describe('the parts', () => {
  test('a state from which no ending is reached is hopeless', () => {
    const steps = new Pairs();
    // 0 → 1 → 2 (an ending); 0 → 3 ⇄ 4.
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [0, 3],
      [3, 4],
      [4, 3],
    ] as const)
      steps.add(from, to);
    expect(hopeless(5, steps, [2])).toBe(3);
    steps.add(4, 1);
    expect(hopeless(5, steps, [2])).toBeNull();
  });

  test('a state is numbered once, however many there are', () => {
    const table = new StateTable();
    for (let index = 0; index < 100_000; index += 1)
      if (table.add(index % 331, Math.floor(index / 331), -1, 0) !== index) throw new Error(`${index} is not new`);
    expect(table.add(5, 7, -1, 0)).toBe(7 * 331 + 5);
    expect(table.size).toBe(100_000);
  });
});
