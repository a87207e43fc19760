import { columnsOf } from '../../../client/render/columns-of';
import { fold } from '../../../client/render/fold';
import { tableText } from '../../../client/render/table';

const HEADS = ['STARTED', 'IMAGE', 'BY'];
const ROWS = [
  ['2026-11-24', 'registry.example.com/storefront/web:2.4.1', 'gitlab storefront#12'],
  ['2026-11-23', 'web:2', ''],
];

describe('a table', () => {
  it('has a line for each row where the output is no terminal, however long', () => {
    expect(tableText(HEADS, ROWS, undefined)).toBe(
      [
        'STARTED     IMAGE                                      BY',
        '2026-11-24  registry.example.com/storefront/web:2.4.1  gitlab storefront#12',
        '2026-11-23  web:2',
        '',
      ].join('\n'),
    );
  });

  it('is the same on a terminal that is wide enough', () => {
    expect(tableText(HEADS, ROWS, 80)).toBe(tableText(HEADS, ROWS, undefined));
  });

  it('is a paragraph for each row on a narrow one: every value with its name, and none broken', () => {
    expect(tableText(HEADS, ROWS, 40)).toBe(
      [
        'started: 2026-11-24',
        '  image:',
        '    registry.example.com/storefront/web:2.4.1',
        '  by: gitlab storefront#12',
        '',
        'started: 2026-11-23',
        '  image: web:2',
        '',
      ].join('\n'),
    );
  });

  it('lets nothing through that a terminal would obey', () => {
    expect(tableText(['A'], [['x\u001b[2Jy\nz']], 80)).toBe('A\nx [2Jy z\n');
  });
});

describe('a folded text', () => {
  it('breaks at spaces only, and hangs what follows', () => {
    expect(fold('one two three four', 9, '  ')).toEqual(['one two', '  three', '  four']);
    expect(fold('see https://example.com/a/long/link now', 10)).toEqual([
      'see',
      'https://example.com/a/long/link',
      'now',
    ]);
  });

  it('keeps its indent, and stays one line where there is no width', () => {
    expect(fold('  a b', 4, '    ')).toEqual(['  a', '    b']);
    expect(fold('one two three four', undefined)).toEqual(['one two three four']);
  });
});

test('only a terminal has a width, and never one in which nothing fits', () => {
  expect([{}, { isTTY: true }, { isTTY: true, columns: 0 }, { isTTY: true, columns: 5 }].map(columnsOf)).toEqual([
    undefined,
    80,
    80,
    20,
  ]);
  expect(columnsOf({ isTTY: true, columns: 132 })).toBe(132);
});
