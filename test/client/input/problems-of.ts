import { InvalidInputError, type Problem } from '../../../client/errors/invalid-input-error';

/** What was refused, and why; fails where nothing was. */
export function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
  throw new Error('expected an InvalidInputError');
}
