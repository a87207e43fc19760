import { RancherError } from './rancher-error';

/** The key is not accepted (401), and another one is expected within a while: it is being replaced, as far as anybody can tell. */
export class KeyChangingError extends RancherError {
  override name = 'KeyChangingError' as const;
  override readonly outcome = 'key-changing' as const;
}
