import type { Table } from './figures';
import { cellText, titleOf } from './format';

/** A table as the formatter of this repository would have it: cells padded, numbers to the right. */
export function markdownTable(
  columns: readonly { title: string; right: boolean }[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(escaped));
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${columns.map(({ right }, at) => pad(row[at] ?? '', widths[at] ?? 0, right)).join(' | ')} |`;
  const rule = columns.map(({ right }, at) =>
    right ? `${'-'.repeat((widths[at] ?? 3) - 1)}:` : '-'.repeat(widths[at] ?? 3),
  );
  const [head = [], ...body] = cells;
  return [line(head), `| ${rule.join(' | ')} |`, ...body.map(line)];
}

/** The figures of a table, with their units in the head. */
export function figuresTable({ columns, rows }: Table): string[] {
  return markdownTable(
    columns.map((column) => ({ title: titleOf(column), right: column.unit !== undefined })),
    rows.map((row) => row.map(cellText)),
  );
}

const escaped = (text: string): string => text.replaceAll('|', '\\|');
const pad = (text: string, width: number, right: boolean): string =>
  right ? text.padStart(width) : text.padEnd(width);
