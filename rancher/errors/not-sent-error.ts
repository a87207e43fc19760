import { RancherError } from './rancher-error';

/**
 * Nothing reached Rancher: the name, the port, the route or TLS failed, it was called off before a connection stood, or it was held back
 * since Rancher does not answer anybody (then with `retryAfterMillis`).
 */
export class NotSentError extends RancherError {
  override name = 'NotSentError' as const;
  override readonly outcome = 'not-sent' as const;
}
