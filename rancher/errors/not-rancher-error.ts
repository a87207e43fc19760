import { RancherError } from './rancher-error';

/** The answer is not Rancher's: HTML, a redirect, no JSON, an unexpected shape, or larger than the bound. */
export class NotRancherError extends RancherError {
  override name = 'NotRancherError' as const;
  override readonly outcome = 'not-rancher' as const;
}
