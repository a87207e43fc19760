import { parseArgs } from 'node:util';

/** What the suite was asked for. */
export interface SuiteOptions {
  readonly deployments: number;
  readonly seed: string;
  /** The deployments to run, by their indexes; null: all. */
  readonly only: readonly number[] | null;
  /** Isolated stacks of processes side by side. */
  readonly stacks: number;
  /** Deployments under way at once, in each stack. */
  readonly atOnce: number;
  /** Whether no worker's clock is moved. */
  readonly withoutFaketime: boolean;
  /** Where the figures go as JSON; null: nowhere. */
  readonly json: string | null;
  readonly help: boolean;
}

/** A mistake on the command line; nothing was started. */
export class OptionsError extends Error {
  override name = 'OptionsError' as const;
}

const DEFAULTS = { deployments: '30', stacks: '3', 'at-once': '6' } as const;

export const USAGE = `Usage: npm run chaos:kill -- [options]

Deploys generated services through stacks of processes, and kills those with -9, each at a moment of the seed's own: workers, Temporal's
dev server, the command that follows, and the simulated Rancher. Workers are frozen past their heartbeats, and their clocks are moved.
Every deployment has to end right, with one effective upgrade.

Options:
  --deployments N      how many; default ${DEFAULTS.deployments}
  --seed S             decides everything that is generated, and every kill; default: made anew and printed
  --only INDEX[,…]     these deployments alone, with their kills
  --stacks N           isolated stacks of processes side by side; default ${DEFAULTS.stacks}
  --at-once N          deployments under way at once in each stack; default ${DEFAULTS['at-once']}
  --without-faketime   move no worker's clock (else libfaketime has to be there, or is installed with apt-get)
  --json FILE          the figures as JSON
  -h, --help           this text

Exit codes: 0 all passed, 1 something failed, 2 bad options.
`;

/** @throws OptionsError that says what is wrong */
export function readOptions(args: readonly string[], newSeed: () => string): SuiteOptions {
  const { values } = parsed(args);
  const deployments = whole('--deployments', values.deployments ?? DEFAULTS.deployments, 1, 10_000);
  if (values.seed === '') throw new OptionsError('--seed must not be empty');
  const only = values.only?.split(',').map((index) => whole('--only', index, 0, 9_999_999)) ?? null;
  if (only !== null && new Set(only).size < only.length) throw new OptionsError('--only names a deployment twice');
  const count = only?.length ?? deployments;
  return {
    deployments,
    seed: values.seed ?? newSeed(),
    only,
    stacks: Math.min(whole('--stacks', values.stacks ?? DEFAULTS.stacks, 1, 20), count),
    atOnce: whole('--at-once', values['at-once'] ?? DEFAULTS['at-once'], 1, 50),
    withoutFaketime: values['without-faketime'] ?? false,
    json: values.json ?? null,
    help: values.help ?? false,
  };
}

/** The command that does the same again; for one deployment alone where an index is given. */
export function replayCommand(options: SuiteOptions, index?: number): string {
  const { deployments, seed, only, stacks, atOnce, withoutFaketime } = options;
  const quoted = /^[\w.-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", `'\\''`)}'`;
  const which =
    index === undefined
      ? only === null
        ? `--deployments ${deployments}`
        : `--only ${only.join()}`
      : `--only ${index}`;
  const many = index === undefined ? ` --stacks ${stacks} --at-once ${atOnce}` : '';
  return `npm run chaos:kill -- ${which} --seed ${quoted}${many}${withoutFaketime ? ' --without-faketime' : ''}`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        deployments: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string' },
        stacks: { type: 'string' },
        'at-once': { type: 'string' },
        'without-faketime': { type: 'boolean' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new OptionsError(`${name} ${text}: a whole number from ${least} to ${most} is needed`);
  return value;
}
