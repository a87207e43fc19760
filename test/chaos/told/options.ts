import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

/** What a run is asked for. */
export interface ToldOptions {
  readonly deployments: number;
  readonly seed: string;
  /** Deployments under way at once. */
  readonly inFlight: number;
}

export const USAGE = `npm run chaos:told -- [options]

  --deployments N   how many (default 200)
  --seed S          decides the deployments, the kills and what the webhook answers (default: a random one, printed)
  --in-flight N     deployments under way at once (default 16)
`;

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): ToldOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { deployments: text, seed: text, 'in-flight': text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return 'help';
  const { seed = randomBytes(4).toString('hex') } = values;
  if (!/^[\w.-]{1,64}$/.test(seed)) throw new Error('--seed takes up to 64 letters, digits, ".", "_" and "-"');
  return {
    deployments: whole('--deployments', values.deployments ?? '200', 10_000),
    seed,
    inFlight: whole('--in-flight', values['in-flight'] ?? '16', 500),
  };
}

function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new Error(`${name} takes a whole number from 1 to ${max}, not ${JSON.stringify(text)}`);
}
