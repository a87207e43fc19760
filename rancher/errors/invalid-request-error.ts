import { RancherError } from './rancher-error';

/** Rancher rejected what was sent as invalid (400, 422), naming the field; nothing was written. */
export class InvalidRequestError extends RancherError {
  override name = 'InvalidRequestError' as const;
  override readonly outcome = 'invalid' as const;
}
