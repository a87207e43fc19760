import { DroverError } from './drover-error';

/** One thing that is wrong with what was given. */
export interface Problem {
  /** Where it was found: an option, an argument, an environment variable. */
  readonly where: string;
  /** What is wrong, and what was expected. Never the value where it could be a secret. */
  readonly text: string;
  /** What to do instead. */
  readonly fix: string;
}

/** Bad input, all of it at once; nothing was started. */
export class InvalidInputError extends DroverError {
  override name = 'InvalidInputError' as const;
  readonly verdict = 'invalid';

  constructor(readonly problems: readonly Problem[]) {
    super(
      problems.map((problem) => `${problem.where}: ${problem.text}`).join('\n'),
      problems.map((problem) => problem.fix).join('\n'),
    );
  }
}
