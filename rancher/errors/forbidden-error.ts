import { RancherError } from './rancher-error';

/** The key may not see this environment, or the environment does not exist (403). */
export class ForbiddenError extends RancherError {
  override name = 'ForbiddenError' as const;
  override readonly outcome = 'forbidden' as const;
}
