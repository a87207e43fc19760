import { RancherError } from './rancher-error';

/** Rancher knows no resource of this id (404, in Rancher's own words). */
export class NotFoundError extends RancherError {
  override name = 'NotFoundError' as const;
  override readonly outcome = 'not-found' as const;
}
