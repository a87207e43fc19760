import { RancherError } from './rancher-error';

/** Rancher does not offer the action in the state that the service is in (422 `ActionNotAvailable`); nothing was written. */
export class RefusedByStateError extends RancherError {
  override name = 'RefusedByStateError' as const;
  override readonly outcome = 'refused-by-state' as const;
}
