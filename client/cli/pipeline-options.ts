import type { Environment } from '../input/ci-build';
import { defaultAuthor, oneLine } from '../input/build-request';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { PipelineOptions } from '../pipeline/build-pipeline';
import type { OptionSpec, ParsedArguments } from './option-spec';
import { TEMPORAL_OPTIONS } from './option-spec';
import { ON_INTERRUPT_OPTION } from './on-interrupt';
import { SUMMARY_OPTION } from './summary-files';
import { option } from './target';

/** What `drover pipeline` and `drover promote` have in common. */
export const PIPELINE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'create-missing',
    kind: 'flag',
    help: 'create what is missing in a target from its definition in the source; only a worker that serves both can',
  },
  {
    name: 'break-glass',
    kind: 'one',
    value: 'REASON',
    help: 'pass over freezes, approvals, holds and soaks; the reason is in the history for good',
  },
  {
    name: 'with-settings',
    kind: 'flag',
    help: "merge each service's environment variables from the source too (the primary's; without showing a value)",
  },
  { name: 'plan', kind: 'flag', help: 'show what each stage would change, without values; writes nothing' },
  { name: 'why', kind: 'one', value: 'TEXT', help: 'a reason, kept in the history' },
  {
    name: 'request-id',
    kind: 'one',
    value: 'ID',
    help: 'names this request: the same id again never promotes twice; default: the CI build and its attempt, else made anew',
  },
  { name: 'detach', kind: 'flag', help: 'start it and come back at once (exit code 5)' },
  {
    name: 'follow-timeout',
    kind: 'one',
    value: 'DURATION',
    help: 'the longest this command watches; it goes on; default 24h',
  },
  ON_INTERRUPT_OPTION,
  SUMMARY_OPTION,
  ...TEMPORAL_OPTIONS,
];

/** @throws InvalidInputError where the glass is broken without a reason */
export function readPipelineOptions(args: ParsedArguments, env: Environment): PipelineOptions {
  const [requestId, why, glass] = [option(args, 'request-id'), option(args, 'why'), option(args, 'break-glass')];
  if (glass !== undefined && glass.trim() === '')
    throw new InvalidInputError([
      { where: '--break-glass', text: 'it needs a reason', fix: 'write --break-glass "the shop is down: hotfix"' },
    ]);
  return {
    ...(requestId === undefined ? {} : { requestId }),
    author: { by: defaultAuthor(env), ...(why === undefined ? {} : { why: oneLine(why, 500) }) },
    createMissing: args.flags.has('create-missing'),
    withSettings: args.flags.has('with-settings'),
    planOnly: args.flags.has('plan'),
    ...(glass === undefined ? {} : { breakGlass: oneLine(glass, 500) }),
  };
}
