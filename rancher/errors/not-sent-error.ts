import { RancherError } from './rancher-error';

/** Nothing reached Rancher: the name, the port, the route or TLS failed, or it was called off before a connection stood. */
export class NotSentError extends RancherError {
  override name = 'NotSentError' as const;
  override readonly outcome = 'not-sent' as const;
}
