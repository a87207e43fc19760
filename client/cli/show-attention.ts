import type { NeedsAttention } from '../attention';
import { formatDuration } from '../input/duration';
import { clean } from '../render/clean';
import { wrap } from '../render/wrap';
import { lineOf } from './show-list';

const HEAD = ['ENVIRONMENT', 'SERVICE', 'PHASE', 'SINCE', 'REASON', 'WHAT TO DO'] as const;
const REASON = HEAD.indexOf('REASON');
const GAP = '  ';
/** With less room than this for the reasons, a table would be a column of single words. */
const REASON_COLUMNS = 30;

/**
 * Deployments that need a person: JSON lines; a table with a line each, where the output is no terminal; on a terminal a table that fits,
 * or a paragraph each where it is too narrow for one.
 *
 * @param columns of the terminal; undefined where it is none
 */
export function attentionText(
  found: readonly NeedsAttention[],
  how: { readonly json: boolean; readonly columns: number | undefined; readonly now: number; readonly none: string },
): string {
  const { json, columns, now, none } = how;
  if (json) return found.map((one) => `${JSON.stringify(jsonOf(one))}\n`).join('');
  if (found.length === 0) return `${none}\n`;
  const rows = found.map((one) => cellsOf(one, now));
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => widthOf(row[at] ?? ''))));
  if (columns === undefined) {
    const lines = rows.map((row) => row.map((cell) => [cell.replaceAll('\n', '; or ')]));
    return table(lines, widths);
  }
  // Commands are copied, so they are never broken; what they leave is the reason's.
  const reason = columns - 1 - widths.reduce((sum, width, at) => sum + (at === REASON ? 0 : width + GAP.length), 0);
  if (reason < REASON_COLUMNS) return found.map((one) => paragraph(one, columns, now)).join('\n');
  const wrapped = rows.map((row) => row.map((cell, at) => (at === REASON ? wrap(cell, reason) : cell.split('\n'))));
  return table(wrapped, widths.with(REASON, Math.min(reason, widths[REASON] ?? 0)));
}

/** A cell's widest line. */
function widthOf(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => line.length));
}

function jsonOf({ deployment, since, until, ...rest }: NeedsAttention): object {
  return {
    ...lineOf(deployment),
    ...rest,
    type: 'attention',
    since: new Date(since).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  };
}

/** Rows of cells of lines under their heads. */
function table(rows: readonly (readonly (readonly string[])[])[], widths: readonly number[]): string {
  return [HEAD.map((head) => [head as string]), ...rows]
    .flatMap((cells) =>
      Array.from({ length: Math.max(...cells.map((lines) => lines.length)) }, (_, line) =>
        cells
          .map((lines, at) => (lines[line] ?? '').padEnd(widths[at] ?? 0))
          .join(GAP)
          .trimEnd(),
      ),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function cellsOf(one: NeedsAttention, now: number): string[] {
  const { deployment, phase, since, reason, mend, commands } = one;
  return [
    clean(deployment.environment),
    clean(`${deployment.stack}/${deployment.service}`),
    clean(phase),
    `${clock(since)} (${formatDuration(now - since)})`,
    clean(reason),
    (commands.length === 0 ? [mend] : commands).map(clean).join('\n'),
  ];
}

function paragraph(one: NeedsAttention, columns: number, now: number): string {
  const { deployment, phase, since, reason, mend, commands, until } = one;
  const target = `${deployment.environment} ${deployment.stack}/${deployment.service}`;
  const width = Math.max(20, columns - 1);
  const block = (text: string, indent: number): string[] =>
    wrap(clean(text), Math.max(10, width - indent)).map((line) => `${' '.repeat(indent)}${line}`);
  return [
    ...block(`${target}: ${phase} since ${clock(since)} (${formatDuration(now - since)})`, 0),
    ...block(reason, 2),
    ...(mend === '' ? [] : block(mend, 2)),
    ...commands.flatMap((command) => block(command, 4)),
    ...(until === null ? [] : block(`by itself it ends in ${formatDuration(until - now)}`, 2)),
    '',
  ].join('\n');
}

function clock(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
}
