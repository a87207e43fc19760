import { clean } from './clean';
import { fold } from './fold';

const GAP = '  ';

/**
 * Rows under their heads: a table with a line for each row where the output is no terminal (so that `grep` and `awk` work), or where the
 * table fits; else a paragraph for each row, which says of every value what it is.
 *
 * @param columns of the terminal; undefined where it is none
 */
export function tableText(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
): string {
  const cells = [heads, ...rows].map((row) => row.map(clean));
  const widths = heads.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const width = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
  if (columns !== undefined && width > columns - 1) return rows.map((row) => paragraph(heads, row, columns)).join('\n');
  return cells
    .map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(GAP))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function paragraph(heads: readonly string[], row: readonly string[], columns: number): string {
  return row
    .map((cell, at) => ({ cell: clean(cell), label: (heads[at] ?? '').toLowerCase(), indent: at === 0 ? '' : '  ' }))
    .filter(({ cell }) => cell !== '')
    .flatMap(({ cell, label, indent }) => fold(`${indent}${label}: ${cell}`, columns, '    '))
    .map((line) => `${line}\n`)
    .join('');
}
