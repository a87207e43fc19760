import { DroverError } from './drover-error';

/** The request is with Temporal and waits for its turn, or for a worker; whoever asked does not wait any longer. */
export class StillWaitingError extends DroverError {
  override name = 'StillWaitingError' as const;
  readonly verdict = 'detached';
}
