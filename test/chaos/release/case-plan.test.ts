import type { CasePlan } from './case-plan';
import { casePlan, FAILURES, HANDS, SERVICES } from './case-plan';
import { builtRelease } from './release-world';

const many = Array.from({ length: 60 }, (_, index) => casePlan('seed', index));
const releases = many.filter((plan): plan is Exclude<CasePlan, { kind: 'lane' }> => plan.kind !== 'lane');

test('a case is the same for a seed, whatever else is run', () => {
  expect(casePlan('seed', 17)).toEqual(many[17]);
  expect(casePlan('another', 17)).not.toEqual(many[17]);
});

test('sixty cases have every way to fail, and everything that is done by hand', () => {
  expect(new Set(many.flatMap((plan) => (plan.kind === 'fails' ? [plan.failure] : [])))).toEqual(new Set(FAILURES));
  const hands = many.flatMap((plan) => (plan.kind === 'by-hand' ? [plan.hand] : []));
  expect(new Set(hands)).toEqual(new Set(HANDS));
});

test('a release has ten services in three or four waves, each of which depends on the one before it', () => {
  for (const { services, ...plan } of releases) {
    expect(services).toHaveLength(SERVICES);
    const { waves } = builtRelease({ services, ...plan });
    expect([3, 4]).toContain(waves.length);
    waves.forEach((wave, at) => {
      const names = wave.map(({ request }) => request.service);
      expect(names).toEqual(services.filter((one) => one.wave === at + 1).map(({ name }) => name));
    });
  }
});

test('good releases and lanes are struck at', () => {
  for (const { kind, strikes } of many)
    if (kind === 'good' || kind === 'lane') expect(strikes.length).toBeGreaterThan(0);
});
