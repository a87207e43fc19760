import { RancherError } from './rancher-error';

/** Too many requests (429); `retryAfterMillis` where the server said when to come back. */
export class ThrottledError extends RancherError {
  override name = 'ThrottledError' as const;
  override readonly outcome = 'throttled' as const;
}
