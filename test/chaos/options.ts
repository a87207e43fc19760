import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

/** What a run of the suite is asked for. */
export interface ChaosOptions {
  readonly deployments: number;
  /** Of the requests to Rancher, 0 to 1. */
  readonly faultRate: number;
  readonly seed: string;
  /** Deployments under way at once. */
  readonly inFlight: number;
  /** Runs this one alone, and tells everything about it. */
  readonly only: number | null;
  /** A file for the figures. */
  readonly json: string | null;
}

/** What is wrong with the options, in a sentence. */
export class OptionsError extends Error {}

export const USAGE = `npm run chaos -- [options]

  --deployments N   how many (default 1000)
  --fault-rate R    share of Rancher's calls that fail, 0 to 0.5 (default 0.04)
  --seed S          decides everything (default: a random one, printed)
  --only INDEX      one deployment of that seed alone, with its logbook and its requests
  --in-flight N     deployments under way at once, 1 to 500 (default 96)
  --json FILE       the figures as JSON`;

/** @throws OptionsError */
export function readOptions(args: readonly string[]): ChaosOptions | 'help' {
  const values = parsed(args);
  if (values.help === true) return 'help';
  const seed = values.seed ?? randomBytes(4).toString('hex');
  if (!/^[\w.-]{1,64}$/.test(seed)) throw new OptionsError('--seed takes up to 64 letters, digits, ".", "_" and "-"');
  return {
    deployments: whole('--deployments', values.deployments ?? '1000', 1, 1_000_000),
    faultRate: share('--fault-rate', values['fault-rate'] ?? '0.04'),
    seed,
    inFlight: whole('--in-flight', values['in-flight'] ?? '96', 1, 500),
    only: values.only === undefined ? null : whole('--only', values.only, 0, 999_999),
    json: values.json ?? null,
  };
}

/** The command that runs one deployment of a run again. */
export function replayCommand({ seed, faultRate }: Pick<ChaosOptions, 'seed' | 'faultRate'>, index: number): string {
  return `npm run chaos -- --seed ${seed} --fault-rate ${faultRate} --only ${index}`;
}

type Values = Partial<Record<'deployments' | 'fault-rate' | 'seed' | 'only' | 'in-flight' | 'json', string>> & {
  help?: boolean;
};

function parsed(args: readonly string[]): Values {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      args: [...args],
      options: {
        ...{ deployments: text, 'fault-rate': text, seed: text, only: text, 'in-flight': text, json: text },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new OptionsError(`${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 0.5) return value;
  throw new OptionsError(`${name} takes a number from 0 to 0.5, not ${JSON.stringify(text)}`);
}
