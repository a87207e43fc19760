import {
  finishOrder,
  orderProblemText,
  participantKey,
  releaseOrder,
  rollbackWaves,
} from '../../decision/release-order';
import type { OrderProblem, Participant } from '../../decision/release-order';
import { randomFrom } from './seeded-random';

/** `web: api db` depends on api and db; `web@2: api` is in wave 2 besides. */
function participants(...lines: string[]): Participant[] {
  return lines.map((line) => {
    const [head = '', rest = ''] = line.split(':');
    const [key = '', wave] = head.trim().split('@');
    const dependsOn = rest.split(' ').filter((word) => word !== '');
    return { key, dependsOn, ...(wave === undefined ? {} : { wave: Number(wave) }) };
  });
}

function wavesOf(list: readonly Participant[]): readonly (readonly string[])[] {
  const order = releaseOrder(list);
  if (!order.ok) throw new Error(order.problems.map(orderProblemText).join('\n'));
  return order.waves;
}

function problemsOf(list: readonly Participant[]): readonly OrderProblem[] {
  const order = releaseOrder(list);
  return order.ok ? [] : order.problems;
}

test('a participant is named by its environment, stack and service', () => {
  expect(participantKey({ environment: 'qa', stack: 'storefront', service: 'web' })).toBe('qa/storefront/web');
});

describe('the waves of a release', () => {
  test.each<[string, string[], string[][]]>([
    ['nobody', [], []],
    ['one service', ['web'], [['web']]],
    ['services that know nothing of each other', ['web', 'api', 'db'], [['web', 'api', 'db']]],
    ['a chain, however it is written', ['web: api', 'api: db', 'db'], [['db'], ['api'], ['web']]],
    ['a diamond', ['web: a b', 'a: db', 'b: db', 'db'], [['db'], ['a', 'b'], ['web']]],
    ['the longest way counts', ['web: db api', 'api: db', 'db'], [['db'], ['api'], ['web']]],
    ['a dependency that is named twice', ['web: db db', 'db'], [['db'], ['web']]],
    [
      'two that are apart',
      ['web: api', 'mail: queue', 'api', 'queue'],
      [
        ['api', 'queue'],
        ['web', 'mail'],
      ],
    ],
    ['waves by hand', ['web@2', 'api@1', 'db@1'], [['api', 'db'], ['web']]],
    ['a wave that nobody is in is left out', ['web@9', 'api@4'], [['api'], ['web']]],
    ['some by hand: the others go as early as they can', ['web: api', 'api@3', 'db'], [['db'], ['api'], ['web']]],
    ['by hand, later than it needs to be', ['web@3: db', 'api: db', 'db'], [['db'], ['api'], ['web']]],
  ])('%s', (_what, lines, expected) => {
    expect(wavesOf(participants(...lines))).toEqual(expected);
  });

  test('finish goes wave after wave, rollback exactly the other way', () => {
    const waves = wavesOf(participants('web: a b', 'a: db', 'b: db', 'db'));
    expect(finishOrder(waves)).toEqual(['db', 'a', 'b', 'web']);
    expect(rollbackWaves(waves)).toEqual([['web'], ['b', 'a'], ['db']]);
  });
});

describe('what has no order is refused, by name:', () => {
  test.each<[string, string[], OrderProblem[], string]>([
    [
      'a service that is named twice, however often',
      ['web', 'web', 'api', 'web'],
      [{ kind: 'duplicate-target', key: 'web' }],
      'web is named twice in one release',
    ],
    [
      'a dependency that is not there',
      ['web: api dp dp', 'api'],
      [{ kind: 'unknown-dependency', key: 'web', dependency: 'dp' }],
      'web depends on dp, which is not in this release',
    ],
    [
      'a service that depends on itself',
      ['web: web'],
      [{ kind: 'cycle', path: ['web', 'web'] }],
      'web depends on itself',
    ],
    [
      'a circle, without those that only wait for it',
      ['shop: web', 'web: api', 'api: db', 'db: web', 'mail'],
      [{ kind: 'cycle', path: ['web', 'api', 'db', 'web'] }],
      'these depend on each other in a circle: web → api → db → web',
    ],
    [
      'two circles, of which one waits for the other',
      ['c: d', 'd: a c', 'a: b', 'b: a'],
      [
        { kind: 'cycle', path: ['a', 'b', 'a'] },
        { kind: 'cycle', path: ['c', 'd', 'c'] },
      ],
      'these depend on each other in a circle: a → b → a',
    ],
    [
      'a dependency in a later wave',
      ['web@1: api', 'api@2'],
      [{ kind: 'dependency-in-later-wave', key: 'web', wave: 1, dependency: 'api', dependencyWave: 2 }],
      'web is in wave 1 and depends on api, which is in wave 2; it must be in an earlier one',
    ],
    [
      'a dependency in the same wave',
      ['web@1: api', 'api'],
      [{ kind: 'dependency-in-later-wave', key: 'web', wave: 1, dependency: 'api', dependencyWave: 1 }],
      'web is in wave 1 and depends on api, which is in wave 1; it must be in an earlier one',
    ],
    [
      'a wave that is none',
      ['web@0', 'api@1.5'],
      [
        { kind: 'bad-wave', key: 'web', wave: 0 },
        { kind: 'bad-wave', key: 'api', wave: 1.5 },
      ],
      'web is in wave 0; waves are whole numbers from 1 on',
    ],
  ])('%s', (_what, lines, expected, words) => {
    const problems = problemsOf(participants(...lines));
    expect(problems).toEqual(expected);
    expect(problems.map(orderProblemText)[0]).toBe(words);
  });

  test('everything at once', () => {
    const kinds = problemsOf(participants('a: a', 'b: nowhere', 'b', 'c@1: d', 'd@2', 'e@0')).map(({ kind }) => kind);
    expect(kinds).toEqual(['unknown-dependency', 'duplicate-target', 'bad-wave', 'cycle', 'dependency-in-later-wave']);
  });
});

describe('whatever depends on whatever', () => {
  const RUNS = 3000;

  /** Up to twelve participants, with dependencies upon any others: about half of them have a circle. */
  function anyRelease(seed: number): Participant[] {
    const random = randomFrom(seed);
    const keys = Array.from({ length: 1 + random.below(12) }, (_, index) => `service-${index}`);
    const density = random.below(30) / 100;
    const isForward = random.below(2) === 0;
    const list = keys.map((key, index): Participant => {
      const dependsOn = keys.filter((_, other) => random.chance(density) && (!isForward || other > index));
      return { key, dependsOn, ...(random.chance(0.1) ? { wave: 1 + random.below(4) } : {}) };
    });
    return random.shuffled(list);
  }

  /** Who needs whom over any number of others: what the order is judged by, without waves. */
  function reach(list: readonly Participant[]): ReadonlyMap<string, ReadonlySet<string>> {
    const needs = new Map(list.map(({ key, dependsOn }) => [key, new Set(dependsOn)]));
    for (const [middle, further] of needs)
      for (const set of needs.values()) if (set.has(middle)) further.forEach((one) => set.add(one));
    return needs;
  }

  const seeds = Array.from({ length: RUNS }, (_, seed) => seed);
  const all = seeds.map((seed) => {
    const list = anyRelease(seed);
    return { seed, list, order: releaseOrder(list), needs: reach(list) };
  });
  const good = all.flatMap(({ order, ...rest }) => (order.ok ? [{ ...rest, waves: order.waves }] : []));

  test('many releases have an order and many have none', () => {
    expect(good.length).toBeGreaterThan(RUNS / 4);
    expect(good.length).toBeLessThan((3 * RUNS) / 4);
  });

  test('each participant is in exactly one wave', () => {
    for (const { seed, list, waves } of good) {
      expect([seed, [...waves.flat()].sort()]).toEqual([seed, list.map(({ key }) => key).sort()]);
      expect([seed, waves.filter((wave) => wave.length === 0)]).toEqual([seed, []]);
    }
  });

  test('each dependency is in an earlier wave', () => {
    for (const { seed, list, waves } of good) {
      const waveOf = new Map(waves.flatMap((wave, index) => wave.map((key) => [key, index])));
      for (const { key, dependsOn } of list)
        for (const other of dependsOn)
          expect({ seed, key, other, earlier: Number(waveOf.get(other)) < Number(waveOf.get(key)) }).toMatchObject({
            earlier: true,
          });
    }
  });

  test('nobody who chose no wave waits longer than needed: something of the wave before is waited for, or it is the first', () => {
    let tried = 0;
    for (const { seed, list, waves } of good.filter((one) => one.list.every(({ wave }) => wave === undefined))) {
      for (const [index, wave] of waves.entries()) {
        if (index === 0) continue;
        for (const key of wave) {
          tried += 1;
          const dependsOn = list.find((one) => one.key === key)?.dependsOn ?? [];
          const before = waves[index - 1] ?? [];
          expect({ seed, key, needed: dependsOn.some((one) => before.includes(one)) }).toMatchObject({ needed: true });
        }
      }
    }
    expect(tried).toBeGreaterThan(100);
  });

  test('within a wave the order is that of the list', () => {
    for (const { list, waves } of good) {
      const keys = list.map(({ key }) => key);
      for (const wave of waves) expect(wave).toEqual(keys.filter((key) => wave.includes(key)));
    }
  });

  test('who is in which wave depends neither on the order of the list nor on that of the dependencies', () => {
    for (const { seed, list, waves } of good) {
      const random = randomFrom(seed + RUNS);
      const shuffled = random.shuffled(list).map((one) => ({ ...one, dependsOn: random.shuffled([...one.dependsOn]) }));
      expect(wavesOf(shuffled).map((wave) => [...wave].sort())).toEqual(waves.map((wave) => [...wave].sort()));
    }
  });

  test('what is rolled back is the exact reverse of what is finished', () => {
    for (const { waves } of good) expect(rollbackWaves(waves).flat()).toEqual(finishOrder(waves).reverse());
  });

  test('a circle is told just where there is one, as one that can be walked', () => {
    for (const { seed, list, needs } of all) {
      const told = problemsOf(list).flatMap((problem) => (problem.kind === 'cycle' ? [problem.path] : []));
      const isCircular = [...needs].some(([key, others]) => others.has(key));
      expect([seed, told.length > 0]).toEqual([seed, isCircular]);
      for (const path of told) {
        expect(path[0]).toBe(path.at(-1));
        for (const [index, key] of path.slice(0, -1).entries())
          expect(list.find((one) => one.key === key)?.dependsOn).toContain(path[index + 1]);
      }
    }
  });

  test('every circle shows: who is in one is in one that is told, or reaches it and is reached from it', () => {
    for (const { list, needs } of all) {
      const told = problemsOf(list).flatMap((problem) => (problem.kind === 'cycle' ? problem.path : []));
      for (const [key, others] of needs)
        if (others.has(key))
          expect(told.some((one) => others.has(one) && needs.get(one)?.has(key) === true)).toBe(true);
    }
  });

  test('without a circle it is refused just for a dependency that a chosen wave comes before', () => {
    for (const { list, order, needs } of all) {
      if (order.ok || [...needs].some(([key, others]) => others.has(key))) continue;
      for (const problem of order.problems) {
        if (problem.kind !== 'dependency-in-later-wave') throw new Error(orderProblemText(problem));
        const one = list.find(({ key }) => key === problem.key);
        expect(one?.wave).toBe(problem.wave);
        expect(one?.dependsOn).toContain(problem.dependency);
        expect(problem.dependencyWave).toBeGreaterThanOrEqual(problem.wave);
      }
    }
  });
});
