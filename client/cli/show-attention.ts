import type { NeedsAttention } from '../attention';
import { formatDuration } from '../input/duration';
import { clean } from '../render/clean';
import { wrap } from '../render/wrap';
import type { WaitingCoordinator } from '../waiting-coordinator';
import { lineOf } from './show-list';

const HEAD = ['ENVIRONMENT', 'SERVICE', 'PHASE', 'SINCE', 'ENDS', 'REASON', 'WHAT TO DO'] as const;
const REASON = HEAD.indexOf('REASON');
const GAP = '  ';
/** With less room than this for the reasons, a table would be a column of single words. */
const REASON_COLUMNS = 30;

/**
 * What needs a person, deployments before releases and pipelines: JSON lines; a table with a line each, where the output is no terminal; on a terminal a table that fits,
 * or a paragraph each where it is too narrow for one.
 *
 * @param columns of the terminal; undefined where it is none
 */
export function attentionText(
  found: readonly NeedsAttention[],
  coordinators: readonly WaitingCoordinator[],
  how: { readonly json: boolean; readonly columns: number | undefined; readonly now: number; readonly none: string },
): string {
  const { json, columns, now, none } = how;
  if (json)
    return [...found.map(jsonOf), ...coordinators.map(jsonOfCoordinator)]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join('');
  const shown = [...found.map((one) => shownOf(one, now)), ...coordinators.map((one) => shownCoordinator(one, now))];
  if (shown.length === 0) return `${none}\n`;
  const rows = shown.map((one) => cellsOf(one, now));
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => widthOf(row[at] ?? ''))));
  if (columns === undefined) {
    const lines = rows.map((row) => row.map((cell) => [cell.replaceAll('\n', '; or ')]));
    return table(lines, widths);
  }
  // Commands are copied, so they are never broken; what they leave is the reason's.
  const reason = columns - 1 - widths.reduce((sum, width, at) => sum + (at === REASON ? 0 : width + GAP.length), 0);
  if (reason < REASON_COLUMNS) return shown.map((one) => paragraph(one, columns, now)).join('\n');
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

function jsonOfCoordinator({ what, summary, ...rest }: WaitingCoordinator): object {
  const { startedAt, endedAt, ...place } = summary;
  return {
    ...{ type: 'attention', what, ...place, ...rest },
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}

/** What is shown of anything that needs a person. */
interface Shown {
  readonly environment: string;
  readonly name: string;
  readonly phase: string;
  readonly since: string;
  /** That is when it was asked for. */
  readonly isAsked: boolean;
  readonly reason: string;
  readonly mend: string;
  readonly commands: readonly string[];
  readonly until: number | null;
}

function shownOf({ deployment, since, ...rest }: NeedsAttention, now: number): Shown {
  const { environment, stack, service } = deployment;
  return {
    ...rest,
    environment,
    name: `${stack}/${service}`,
    isAsked: false,
    since: `${clock(since)} (${formatDuration(now - since)})`,
  };
}

/** Temporal lists when it was asked for, and not when it began to wait. */
function shownCoordinator({ what, summary, reason, commands }: WaitingCoordinator, now: number): Shown {
  const { environments, id, phase, startedAt } = summary;
  return {
    ...{ environment: environments, name: `${what} ${id}`, phase, reason, mend: '', commands, until: null },
    isAsked: true,
    since: `asked ${clock(startedAt)} (${formatDuration(now - startedAt)})`,
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

function cellsOf({ environment, name, phase, since, until, reason, mend, commands }: Shown, now: number): string[] {
  return [
    ...[environment, name, phase].map(clean),
    since,
    until === null ? '-' : `in ${formatDuration(Math.max(0, until - now))}`,
    clean(reason),
    (commands.length === 0 ? [mend] : commands).map(clean).join('\n'),
  ];
}

function paragraph(one: Shown, columns: number, now: number): string {
  const { environment, name, phase, since, isAsked, reason, mend, commands, until } = one;
  const width = Math.max(20, columns - 1);
  const block = (text: string, indent: number): string[] =>
    wrap(clean(text), Math.max(10, width - indent)).map((line) => `${' '.repeat(indent)}${line}`);
  return [
    ...block(`${environment} ${name}: ${phase}${isAsked ? ', ' : ' since '}${since}`, 0),
    ...block(reason, 2),
    ...(mend === '' ? [] : block(mend, 2)),
    ...commands.flatMap((command) => block(command, 4)),
    ...(until === null
      ? []
      : block(`by itself it ends at ${clock(until)}, in ${formatDuration(Math.max(0, until - now))}`, 2)),
    '',
  ].join('\n');
}

function clock(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
}
