import { parseArgs } from 'node:util';
import type { BreakName } from './breaks';
import { BREAK_NAMES, BREAKS } from './breaks';
import type { Bounds } from './settings';
import type { StartName } from './starts';
import { START_NAMES } from './starts';

/** What `npm run explore -- …` was asked for. */
export interface Options {
  readonly help: boolean;
  readonly bounds: Bounds;
  /** Steps from the beginning; Infinity: until nothing new is found. */
  readonly depth: number;
  readonly starts: readonly StartName[];
  readonly broken: BreakName | null;
}

export const HELP = `npm run explore -- [options]

  --foreign N    what others do by hand, at most (default 2)
  --people N     messages of people, at most (default 1); both together at most the larger of the two
  --quick        the same as --foreign 1
  --depth N      no more than N steps from a beginning (default: until nothing new is found)
  --start NAME   only this start state; may be given several times
  --break NAME   make a decision wrong on purpose, and see it found (exit code 1)

Start states: ${START_NAMES.join(', ')}

To break:
${BREAK_NAMES.map((name) => `  ${name}\n      ${BREAKS[name].breaks}: ${BREAKS[name].what}`).join('\n')}
`;

/** @throws Error that names what is not understood */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      foreign: { type: 'string' },
      people: { type: 'string' },
      depth: { type: 'string' },
      start: { type: 'string', multiple: true },
      break: { type: 'string' },
    },
  });
  const bounds = {
    foreign: numberIn('--foreign', values.foreign, values.quick ? 1 : 2, 3),
    people: numberIn('--people', values.people, 1, 3),
  };
  return {
    help: values.help,
    bounds,
    depth: values.depth === undefined ? Infinity : numberIn('--depth', values.depth, 0, 10_000),
    starts: values.start === undefined ? START_NAMES : values.start.map((name) => oneOf('--start', name, START_NAMES)),
    broken: values.break === undefined ? null : oneOf('--break', values.break, BREAK_NAMES),
  };
}

function numberIn(option: string, value: string | undefined, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > most)
    throw new Error(`${option} takes a whole number from 0 to ${most}, not "${value}"`);
  return number;
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found === undefined) throw new Error(`${option} takes one of ${known.join(', ')}; not "${value}"`);
  return found;
}
