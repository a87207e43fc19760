import { referredBy } from './promql';

describe('what a query refers to', () => {
  test.each([
    ['up', [['up', [], []]]],
    ['sum by (le, phase) (rate(a_bucket{x=~"b|c", y!="{,}"}[5m]))', [['a_bucket', ['x', 'y'], ['le', 'phase']]]],
    [
      'histogram_quantile(0.95, sum(rate(a_bucket[$__rate_interval])) by (le)) / b_total{x="1"}',
      [
        ['a_bucket', [], ['le']],
        ['b_total', ['x'], []],
      ],
    ],
    [
      'max by (x) (a{x="\\"}"}) or b',
      [
        ['a', ['x'], ['x']],
        ['b', [], []],
      ],
    ],
    [
      'max by (x) (a) > 0 or max(b) > 0 or sum(c) by (y) > 0',
      [
        ['a', [], ['x']],
        ['b', [], []],
        ['c', [], ['y']],
      ],
    ],
    ['sum by (x) (max by (x, y) (a))', [['a', [], ['x', 'x', 'y']]]],
    [
      'a * on (x) group_left () b',
      [
        ['a', [], ['x']],
        ['b', [], ['x']],
      ],
    ],
  ] as const)('%s', (query, referred) => {
    expect(referredBy(query)).toEqual(referred.map(([metric, labels, groupedBy]) => ({ metric, labels, groupedBy })));
  });

  test.each(['sum(a', 'a{x="1"', 'a[5m)', 'a{x}', 'a{x=1}', 'a{x="1" y="2"}'])('%s is none', (query) => {
    expect(() => referredBy(query)).toThrow();
  });
});
