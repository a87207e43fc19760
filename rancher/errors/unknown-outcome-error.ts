import { RancherError } from './rancher-error';

/** The connection stood when the time was up or it broke (or the reply was cut off): the request may have taken effect. */
export class UnknownOutcomeError extends RancherError {
  override name = 'UnknownOutcomeError' as const;
  override readonly outcome = 'unknown-outcome' as const;
}
