import type { NeedsAttention } from '../attention';
import { formatDuration } from '../input/duration';
import { clean } from '../render/clean';
import { wrap } from '../render/wrap';
import { lineOf } from './show-list';

const HEAD = ['ENVIRONMENT', 'SERVICE', 'PHASE', 'SINCE', 'REASON', 'WHAT TO DO'] as const;
const GAP = '  ';
/** On a terminal that is narrower than this, a table would leave no room for the reasons. */
const TABLE_COLUMNS = 120;

/**
 * Deployments that need a person: JSON lines; a table with a line each, where the output is no terminal; on a terminal a table that fits,
 * or a paragraph each where it is narrow.
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
  if (columns !== undefined && columns < TABLE_COLUMNS)
    return found.map((one) => paragraph(one, columns, now)).join('\n');
  return table(found, columns, now);
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

function table(found: readonly NeedsAttention[], columns: number | undefined, now: number): string {
  const rows = found.map((one) => cellsOf(one, now));
  const fixed = [0, 1, 2, 3].map((at) => Math.max(...[HEAD, ...rows].map((row) => (row[at] ?? '').length)));
  const left =
    columns === undefined ? undefined : columns - 1 - fixed.reduce((sum, width) => sum + width + GAP.length, 0);
  // Commands are copied: they get what they need, up to half of what is left.
  const widest = Math.max(...rows.map((row) => Math.max(...(row[5] ?? '').split('\n').map((line) => line.length))));
  const doing = left === undefined ? undefined : Math.min(widest, Math.floor(left / 2));
  const reason = left === undefined || doing === undefined ? undefined : Math.max(20, left - doing - GAP.length);
  const unwrapped = reason === undefined || doing === undefined;
  const widestReason = Math.max(...[HEAD, ...rows].map((row) => (row[4] ?? '').length));
  return [HEAD as readonly string[], ...rows]
    .map((row) => {
      const cells = row.map((cell, at) => {
        if (unwrapped) return [cell.replaceAll('\n', '; or ')];
        return at < 4 ? [cell] : cell.split('\n').flatMap((line) => wrap(line, at === 4 ? reason : doing));
      });
      const widths = [...fixed, unwrapped ? widestReason : reason, 0];
      const height = Math.max(...cells.map((lines) => lines.length));
      return Array.from({ length: height }, (_, line) =>
        cells
          .map((lines, at) => (lines[line] ?? '').padEnd(widths[at] ?? 0))
          .join(GAP)
          .trimEnd(),
      ).join('\n');
    })
    .join('\n')
    .concat('\n');
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
