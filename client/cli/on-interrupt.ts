import type { Problem } from '../errors/invalid-input-error';
import type { Environment } from '../input/ci-build';
import { shown } from '../input/shown';
import { nearest } from './nearest';
import type { OptionSpec, ParsedArguments } from './option-spec';
import { option } from './target';

/** What SIGINT or SIGTERM does to what a command follows. */
export const ON_INTERRUPT = ['detach', 'cancel'] as const;
export type OnInterrupt = (typeof ON_INTERRUPT)[number];

/** For all of a CI system's jobs at once. */
const VARIABLE = 'DROVER_ON_INTERRUPT';

/** `--on-interrupt`. */
export const ON_INTERRUPT_OPTION: OptionSpec = {
  name: 'on-interrupt',
  kind: 'one',
  value: 'WAY',
  choices: ON_INTERRUPT,
  help: `what SIGINT or SIGTERM does, when a CI job is aborted say: detach (default; it goes on, exit code 5), or cancel (it is taken back, and watched to its verdict; a second signal stops the watching); default ${VARIABLE}`,
};

/** `--on-interrupt`, or its variable; what cannot be read goes to the problems. */
export function readOnInterrupt(args: ParsedArguments, env: Environment, problems: Problem[]): OnInterrupt {
  const given = option(args, 'on-interrupt');
  const way = given ?? (env[VARIABLE] || 'detach');
  const known = ON_INTERRUPT.find((one) => one === way);
  if (known !== undefined) return known;
  const guess = nearest(way, ON_INTERRUPT);
  problems.push({
    where: given === undefined ? VARIABLE : '--on-interrupt',
    text: `${shown(way)} is not one of ${ON_INTERRUPT.join(', ')}`,
    fix: guess === undefined ? `choose one of ${ON_INTERRUPT.join(', ')}` : `did you mean ${guess}?`,
  });
  return 'detach';
}
