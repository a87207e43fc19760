import { RancherError } from './rancher-error';

/** What was asked of a service cannot be posted; found before anything was sent (so `request` is missing). */
export class InvalidChangeError extends RancherError {
  override name = 'InvalidChangeError' as const;
  override readonly outcome = 'invalid' as const;
}
