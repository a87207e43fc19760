import { DroverError } from './drover-error';

/** Temporal, or a worker for the environment, did not answer: nothing was changed. */
export class UnreachableError extends DroverError {
  override name = 'UnreachableError' as const;
  readonly verdict = 'unreachable';
}
