import { DroverError } from './drover-error';

/** Not allowed, not found, over, or busy with something else: nothing was changed. */
export class RefusedError extends DroverError {
  override name = 'RefusedError' as const;
  readonly verdict = 'refused';
}
