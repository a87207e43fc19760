import { RancherError } from './rancher-error';

/** A setting of the client (URL, keys, CA, limits) cannot be used; nothing was sent. */
export class InvalidSettingError extends RancherError {
  override name = 'InvalidSettingError' as const;
  override readonly outcome = 'invalid' as const;
}
