import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

/** What the suite was asked for. */
export interface ReleaseOptions {
  /** Cases; each has a stack of processes of its own. */
  readonly releases: number;
  readonly seed: string;
  /** The cases to run, by their indexes; null: all. */
  readonly only: readonly number[] | null;
  /** Stacks side by side. */
  readonly atOnce: number;
}

const DEFAULTS = { releases: '8', 'at-once': '3' } as const;

export const USAGE = `Usage: npm run chaos:release -- [options]

Releases of ten services, each on a stack of real processes of its own: the seventh service fails in every way there is, workers and Temporal are
killed with -9, the release is terminated and reset by hand; and fifty requests at once for one service, through its lane. All services have
to end on one side, as the verdict says.

Options:
  --releases N      how many cases; default ${DEFAULTS.releases}
  --seed S          decides every case, and every kill; default: made anew and printed
  --only INDEX[,…]  these cases alone
  --at-once N       stacks side by side; default ${DEFAULTS['at-once']}
  -h, --help        this text

Exit codes: 0 all passed, 1 something failed, 2 bad options.
`;

/** A mistake on the command line; nothing was started. */
export class OptionsError extends Error {
  override name = 'OptionsError' as const;
}

/** @throws OptionsError that says what is wrong */
export function readOptions(args: readonly string[]): ReleaseOptions | 'help' {
  const values = parsed(args);
  if (values.help === true) return 'help';
  const { seed = randomBytes(4).toString('hex') } = values;
  if (!/^[\w.-]{1,64}$/.test(seed)) throw new OptionsError('--seed takes up to 64 letters, digits, ".", "_" and "-"');
  const only = values.only?.split(',').map((index) => whole('--only', index, 0, 99_999)) ?? null;
  if (only !== null && new Set(only).size < only.length) throw new OptionsError('--only names a case twice');
  return {
    releases: whole('--releases', values.releases ?? DEFAULTS.releases, 1, 10_000),
    seed,
    only,
    atOnce: whole('--at-once', values['at-once'] ?? DEFAULTS['at-once'], 1, 20),
  };
}

/** The command that does one case again. */
export function replayCommand({ seed }: Pick<ReleaseOptions, 'seed'>, index: number): string {
  return `npm run chaos:release -- --only ${index} --seed ${seed}`;
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { releases: text, seed: text, only: text, 'at-once': text };
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OptionsError(`${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
