import { parseArgs } from 'node:util';
import type { SectionName } from './sections';
import { SECTION_NAMES } from './sections';

/** What a run of the benchmark is asked for. */
export interface BenchOptions {
  readonly only: readonly SectionName[];
  readonly runs: number;
  readonly quick: boolean;
  /** How many deployments are in flight at most; null: what the section does by default. */
  readonly most: number | null;
  /** The fewest that are tried; null: one. */
  readonly least: number | null;
  /** Whether the figures are kept as those to compare with, beside the present ones. */
  readonly before: boolean;
  /** The file that the figures are kept in; null: they are only printed. */
  readonly json: string | null;
}

/** What is wrong with the options, in a sentence. */
export class OptionsError extends Error {}

export const USAGE = `npm run bench -- [options]

  --only NAME,…     these sections: ${SECTION_NAMES.join(', ')} (default: all)
  --runs N          how often each short thing is measured, 1 to 100 (default 5)
  --most N          load: at most so many deployments in flight, up to 5000 (default 1000); 5000 takes three quarters of an hour more.
                    throughput: at most so many at once (default 1000)
  --least N         load: at least so many
  --quick           small sizes, to see that it works; the figures are printed, and kept only with --json
  --before          keep the figures as "before", to compare with
  --json FILE       where the figures are kept (default docs/performance.json)

In minutes, about: race 4, ten-minutes 12, twenty 3, load 16, throughput 8, idle 12, start 2, histories 2.`;

const RUNS = 5;
const QUICK_RUNS = 2;
const MOST_RUNS = 100;
const MOST_IN_FLIGHT = 5_000;

/** @throws OptionsError */
export function readOptions(args: readonly string[], kept: string): BenchOptions | 'help' {
  const values = parsed(args);
  if (values.help === true) return 'help';
  const quick = values.quick === true;
  return {
    only: values.only === undefined ? SECTION_NAMES : sections(values.only),
    most: values.most === undefined ? null : whole('--most', values.most, MOST_IN_FLIGHT),
    least: values.least === undefined ? null : whole('--least', values.least, MOST_IN_FLIGHT),
    runs: values.runs === undefined ? (quick ? QUICK_RUNS : RUNS) : whole('--runs', values.runs, MOST_RUNS),
    quick,
    before: values.before === true,
    json: values.json ?? (quick ? null : kept),
  };
}

function parsed(args: readonly string[]) {
  try {
    const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
    return parseArgs({
      args: [...args],
      options: {
        only: text,
        runs: text,
        most: text,
        least: text,
        quick: flag,
        before: flag,
        json: text,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function sections(text: string): SectionName[] {
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !(SECTION_NAMES as string[]).includes(name));
  if (unknown !== undefined) {
    throw new OptionsError(
      `--only takes ${SECTION_NAMES.join(', ')}, separated by commas, not ${JSON.stringify(unknown)}`,
    );
  }
  return SECTION_NAMES.filter((name) => wanted.includes(name));
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new OptionsError(`${option} takes a whole number from 1 to ${most}, not ${JSON.stringify(text)}`);
}
