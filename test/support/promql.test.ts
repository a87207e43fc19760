import { referredBy } from './promql';

describe('what a query refers to', () => {
  test.each([
    ['up', [['up', []]], []],
    ['sum by (le, phase) (rate(a_bucket{x=~"b|c", y!="{,}"}[5m]))', [['a_bucket', ['x', 'y']]], ['le', 'phase']],
    [
      'histogram_quantile(0.95, sum(rate(a_bucket[$__rate_interval])) by (le)) / b_total{x="1"}',
      [
        ['a_bucket', []],
        ['b_total', ['x']],
      ],
      ['le'],
    ],
    [
      'max by (x) (a{x="\\"}"}) or b',
      [
        ['a', ['x']],
        ['b', []],
      ],
      ['x'],
    ],
  ] as const)('%s', (query, selectors, groupedBy) => {
    expect(referredBy(query)).toEqual({
      selectors: selectors.map(([metric, labels]) => ({ metric, labels })),
      groupedBy,
    });
  });

  test.each(['sum(a', 'a{x="1"', 'a[5m)', 'a{x}', 'a{x=1}', 'a{x="1" y="2"}'])('%s is none', (query) => {
    expect(() => referredBy(query)).toThrow();
  });
});
