import { generateCases } from '../support/deployment-case';
import { DISTURBANCES, planKills } from './kill-plan';

const CASES = generateCases('plans', 400);

describe('the kills of a deployment', () => {
  test('are the same for the same seed, and others for another one', () => {
    const [one, again, other] = [generateCases('a', 20), generateCases('a', 20), generateCases('b', 20)];
    const plans = (cases: typeof one): unknown[] => cases.map((deployment) => planKills(deployment, true));
    expect(plans(again)).toEqual(plans(one));
    expect(plans(other)).not.toEqual(plans(one));
  });

  test('begin with a kill or a freeze, so that each deployment meets one', () => {
    for (const deployment of CASES) {
      const [first] = planKills(deployment, true);
      expect(first?.what).not.toBe('clock');
      expect(first?.moment.at).not.toBe('asked');
    }
  });

  test('are of every kind, at every sort of moment', () => {
    const plans = CASES.flatMap((deployment) => planKills(deployment, true));
    expect(new Set(plans.map(({ what }) => what))).toEqual(new Set(DISTURBANCES));
    expect(new Set(plans.map(({ moment }) => moment.at))).toEqual(
      new Set(['asked', 'lookup', 'started', 'taken', 'state', 'request']),
    );
  });

  test('leave the clocks alone where they cannot be moved, and are the same otherwise', () => {
    for (const deployment of CASES)
      expect(planKills(deployment, false)).toEqual(planKills(deployment, true).filter(({ what }) => what !== 'clock'));
  });

  test('meet what changes nothing at once: it is over in a tenth of a second', () => {
    const quick = CASES.filter(({ expected }) => ['unchanged', 'invalid', 'refused'].includes(expected[0] ?? ''));
    expect(quick.length).toBeGreaterThan(10);
    for (const deployment of quick) expect(planKills(deployment, true)[0]?.moment.at).toBe('lookup');
  });

  test('wait for no request of a deployment that somebody may call off before', () => {
    const called = CASES.filter(({ script }) => script.some(({ say }) => say === 'cancel'));
    expect(called.length).toBeGreaterThan(5);
    for (const deployment of called) expect(planKills(deployment, true)[0]?.moment.at).toBe('lookup');
  });
});
