import { parseExposition, valueOf } from './exposition';

const HEAD = '# HELP a_total Of all.\n# TYPE a_total counter\n';
const HISTOGRAM = '# HELP h H.\n# TYPE h histogram\n';
const LINES = 'h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3.5\nh_count 2\n';

describe('a page of metrics', () => {
  test('is read with its escapes, infinities and what is no number', () => {
    const page = parseExposition(
      `# HELP a_total All \\\\ of\\nit.\n# TYPE a_total counter\na_total{x="a\\"b\\\\c\\nd",y=","} 3\na_total 1\n` +
        `${HISTOGRAM}${LINES}# HELP g G.\n# TYPE g gauge\ng{x="1"} NaN\ng{x="2"} -Inf\ng{x="3"} 1.5e-3\n`,
    );
    expect(page.get('a_total')).toMatchObject({
      help: 'All \\ of\nit.',
      samples: [{ labels: { x: 'a"b\\c\nd', y: ',' }, value: 3 }, { value: 1 }],
    });
    expect(page.get('g')?.samples.map(({ value }) => value)).toEqual([NaN, -Infinity, 0.0015]);
    expect([valueOf(page, 'a_total'), valueOf(page, 'h_sum'), valueOf(page, 'h_count'), valueOf(page, 'no')]).toEqual([
      ...[4, 3.5, 2, 0],
    ]);
    expect(valueOf(page, 'h_bucket', { le: '1' })).toBe(1);
  });

  test.each([
    ['no line break at its end', `${HEAD}a_total 1`],
    ['no type', '# HELP a_total A.\na_total 1\n'],
    ['no help', '# TYPE a_total counter\na_total 1\n'],
    ['the help of another one', '# HELP b B.\n# TYPE a_total counter\na_total 1\n'],
    ['a type that is none', '# HELP a A.\n# TYPE a meter\na 1\n'],
    ['a sample of another metric', `${HEAD}b_total 1\n`],
    ['a metric in two places', `${HEAD}a_total 1\n# HELP b B.\n# TYPE b gauge\nb 1\n${HEAD}a_total{x="1"} 1\n`],
    ['the same series twice', `${HEAD}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
    ['the same label twice', `${HEAD}a_total{x="1",x="2"} 1\n`],
    ['a label without quotes', `${HEAD}a_total{x=1} 1\n`],
    ['a quote that is not escaped', `${HEAD}a_total{x="a"b"} 1\n`],
    ['an escape that is none', `${HEAD}a_total{x="\\t"} 1\n`],
    ['a comma too many', `${HEAD}a_total{x="1",} 1\n`],
    ['no number', `${HEAD}a_total one\n`],
    ['an empty line', `${HEAD}\na_total 1\n`],
    ['a counter below zero', `${HEAD}a_total -1\n`],
    ['a counter that is no number', `${HEAD}a_total NaN\n`],
    ['a metric without samples', `${HEAD}# HELP b B.\n# TYPE b gauge\nb 1\n`],
    ['buckets that shrink', `${HISTOGRAM}${LINES.replace('"1"} 1', '"1"} 3')}`],
    ['buckets out of order', `${HISTOGRAM}h_bucket{le="2"} 1\n${LINES}`],
    ['no last bucket', `${HISTOGRAM}${LINES.replace('h_bucket{le="+Inf"} 2\n', '')}`],
    ['another count than the last bucket', `${HISTOGRAM}${LINES.replace('count 2', 'count 3')}`],
    ['no sum', `${HISTOGRAM}${LINES.replace('h_sum 3.5\n', '')}`],
  ])('is refused with %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
