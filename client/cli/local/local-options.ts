import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import type { OptionSpec, ParsedArguments } from '../option-spec';

/** Where `--local` keeps its state, unless `--state` says otherwise. */
export const USUAL_STATE = '.drover/local';

/** Options of the commands that can do without a Temporal server of somebody's. */
export const LOCAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'local',
    kind: 'flag',
    help: 'needs no Temporal: with a server and a worker of its own, for as long as this command runs',
  },
  {
    name: 'state',
    kind: 'one',
    value: 'DIR',
    help: `the folder that --local keeps its state in; default ${USUAL_STATE}`,
  },
];

/**
 * Whether a command is to do without a server of somebody's.
 *
 * @throws InvalidInputError for options that contradict each other
 */
export function isLocal(args: ParsedArguments): boolean {
  const problems: Problem[] = [];
  const local = args.flags.has('local');
  if (local)
    for (const name of ['address', 'namespace'])
      if (args.values.has(name))
        problems.push({
          where: `--${name}`,
          text: '--local has a Temporal server of its own',
          fix: `leave out --${name} or --local`,
        });
  if (local && args.flags.has('detach'))
    problems.push({
      where: '--detach',
      text: 'with --local nobody would carry the deployment on: its worker ends with this command',
      fix: 'leave it out; or leave out --local, and have a worker ("drover dev", "drover worker")',
    });
  for (const name of ['state', 'take-over'])
    if (!local && args.values.has(name))
      problems.push({ where: `--${name}`, text: 'it says something only with --local', fix: 'add --local' });
  if (problems.length > 0) throw new InvalidInputError(problems);
  return local;
}
