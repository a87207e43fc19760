import { parseArgs } from 'node:util';

/** What the suite was asked for. */
export interface SuiteOptions {
  readonly deployments: number;
  readonly seed: string;
  /** Share of the requests to Rancher that fail. */
  readonly faultRate: number;
  /** So many deployments are under way at once. */
  readonly atOnce: number;
  /** Where the figures go as JSON; null: nowhere. */
  readonly json: string | null;
  readonly help: boolean;
}

/** A mistake on the command line; nothing was started. */
export class OptionsError extends Error {
  override name = 'OptionsError' as const;
}

export const USAGE = `Usage: npm run chaos:postgres -- [options]

Deploys generated services through Temporal's production server on PostgreSQL, and kills both, and workers, with -9 meanwhile: nothing
that was acknowledged may be lost, and every deployment has to end right.

Options:
  --deployments N   how many; default 20
  --seed S          decides everything that is generated; default: made anew and printed
  --fault-rate F    share of the requests to Rancher that fail; default 0.04
  --at-once N       so many deployments are under way at once; default 10
  --json FILE       the figures as JSON
  -h, --help        this text

Exit codes: 0 all passed, 1 something failed, 2 bad options.
`;

/** @throws OptionsError that says what is wrong */
export function readOptions(args: readonly string[], newSeed: () => string): SuiteOptions {
  const { values } = parsed(args);
  if (values.seed === '') throw new OptionsError('--seed: it is empty');
  return {
    deployments: whole('--deployments', values.deployments ?? '20', 1, 10_000),
    seed: values.seed ?? newSeed(),
    faultRate: share('--fault-rate', values['fault-rate'] ?? '0.04'),
    atOnce: whole('--at-once', values['at-once'] ?? '10', 1, 50),
    json: values.json ?? null,
    help: values.help ?? false,
  };
}

/** The command that does the same again. */
export function replayCommand({ deployments, seed, faultRate, atOnce }: SuiteOptions): string {
  const quoted = /^[\w.-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", `'\\''`)}'`;
  return `npm run chaos:postgres -- --deployments ${deployments} --seed ${quoted} --fault-rate ${faultRate} --at-once ${atOnce}`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        deployments: { type: 'string' },
        seed: { type: 'string' },
        'fault-rate': { type: 'string' },
        'at-once': { type: 'string' },
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

function share(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 0.5)
    throw new OptionsError(`${name} ${text}: a share from 0 to 0.5 is needed`);
  return value;
}
