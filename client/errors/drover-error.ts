import type { Verdict } from '../../decision/verdict';

/** What every expected error of the client carries: the verdict (and so the exit code) it means, and what to do next. */
export abstract class DroverError extends Error {
  abstract readonly verdict: Verdict;

  constructor(
    message: string,
    /** What a person should do now. */
    readonly nextStep: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
