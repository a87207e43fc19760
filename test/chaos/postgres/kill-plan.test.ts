import { SeededRandom } from '../support/random';
import { KILLED, planKills } from './kill-plan';

const plan = (seed: string, deployments: number) => planKills(new SeededRandom(seed), deployments, 2);

describe('the plan of kills', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(plan('one', 40)).toEqual(plan('one', 40));
    expect(plan('one', 40)).not.toEqual(plan('two', 40));
  });

  test('twenty deployments meet every kind once, in an order of the seed', () => {
    const orders = ['a', 'b', 'c', 'd', 'e'].map((seed) => plan(seed, 20).map(({ what }) => what));
    for (const order of orders) expect([...order].sort()).toEqual([...KILLED].sort());
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  });

  test('a hundred meet every kind five times, spread over the run, each before the last deployment is asked for', () => {
    const kills = plan('one', 100);
    for (const kind of KILLED) expect(kills.filter(({ what }) => what === kind)).toHaveLength(5);
    const after = kills.map(({ afterAsked }) => afterAsked);
    expect(after).toEqual([...after].sort((a, b) => a - b));
    expect(Math.max(...after)).toBeLessThan(100);
  });

  test('a single deployment meets one', () => {
    expect(plan('one', 1)).toMatchObject([{ afterAsked: 1 }]);
  });
});
