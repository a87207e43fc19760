import { DroverError } from './drover-error';

/** The request is with Temporal: it waits for its turn, or for a worker, or its answer cannot be read; whoever asked does not wait any longer. */
export class StillWaitingError extends DroverError {
  override name = 'StillWaitingError' as const;
  readonly verdict = 'detached';
}
