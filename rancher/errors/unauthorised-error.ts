import { RancherError } from './rancher-error';

/** The access key and secret key are not accepted (401). */
export class UnauthorisedError extends RancherError {
  override name = 'UnauthorisedError' as const;
  override readonly outcome = 'unauthorised' as const;
}
