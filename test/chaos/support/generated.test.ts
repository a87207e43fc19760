import { SeededRandom } from './random';
import { canariesOf, generateCase, generateCases, worldSeedOf } from './deployment-case';

describe('what is generated from a seed', () => {
  test('a fork does not depend on what was drawn before it', () => {
    const one = new SeededRandom('seed');
    const other = new SeededRandom('seed');
    for (let draw = 0; draw < 10; draw += 1) one.next();
    expect(one.fork('part').next()).toBe(other.fork('part').next());
    expect(one.fork('part').next()).not.toBe(one.fork('other part').next());
  });

  test('a deployment is the same alone and among others; another seed makes others', () => {
    const cases = generateCases('a seed', 40);
    expect(generateCase('a seed', 23)).toEqual(cases[23]);
    expect(generateCases('a seed', 3, 22)).toEqual(cases.slice(22, 25));
    expect(generateCase('another seed', 23)).not.toEqual(cases[23]);
  });

  test('names, request ids and secrets are nobody else’s', () => {
    const cases = generateCases('unique', 300);
    for (const all of [
      cases.map(({ stack }) => stack),
      cases.map(({ service }) => service),
      cases.map(({ input }) => input.requestId),
      canariesOf(cases).map(({ value }) => value),
    ])
      expect(new Set(all).size).toBe(all.length);
    expect(worldSeedOf(cases).projects[0]?.stacks).toHaveLength(300);
  });

  test('every kind of service, start and ending is among a few hundred', () => {
    const cases = generateCases('kinds', 600);
    const types = new Set(cases.map(({ serviceSeed }) => serviceSeed.type));
    expect([...types].sort()).toEqual(['dnsService', 'externalService', 'loadBalancerService', 'service']);
    const states = new Set(cases.map(({ serviceSeed }) => serviceSeed.state ?? String(serviceSeed.startOnCreate)));
    expect([...states].sort()).toEqual(['canceled-upgrade', 'false', 'undefined', 'upgraded', 'upgrading']);
    expect(new Set(cases.map(({ expected }) => expected[0]))).toEqual(
      new Set(['succeeded', 'rolled-back', 'cancelled', 'unchanged', 'refused', 'invalid']),
    );
    const good = cases.filter(({ expected }) => expected[0] === 'succeeded').length;
    expect(good / cases.length).toBeGreaterThan(0.6);
  });

  test('a bad image is among those that are asked for', () => {
    for (const { isGood, behaviours, input } of generateCases('bad', 400)) {
      if (isGood) continue;
      const [behaviour] = behaviours;
      expect([input.image, ...Object.values(input.sidekicks ?? {})]).toContain(behaviour?.image);
    }
  });
});
