import { STAGE_ORDERS, stageGroups } from '../../decision/pipeline';
import type { StageOrder } from '../../decision/pipeline';

describe('the environments of a stage', () => {
  test.each<[StageOrder, string[], string[][]]>([
    ['sequence', ['a', 'b', 'c'], [['a'], ['b'], ['c']]],
    ['parallel', ['a', 'b', 'c'], [['a', 'b', 'c']]],
    ['canary', ['a', 'b', 'c'], [['a'], ['b', 'c']]],
    ['canary', ['a'], [['a']]],
    ['canary', [], []],
  ])('in %s: %j go as %j', (order, environments, expected) => {
    expect(stageGroups({ environments, order })).toEqual(expected);
  });

  test.each(STAGE_ORDERS)('each is in one group, in the order of the list: %s', (order) => {
    for (let count = 0; count < 6; count += 1) {
      const environments = Array.from({ length: count }, (_, index) => `prod-${index}`);
      const groups = stageGroups({ environments, order });
      expect(groups.flat()).toEqual(environments);
      expect(groups.filter((group) => group.length === 0)).toEqual([]);
    }
  });
});
