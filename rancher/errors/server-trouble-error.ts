import { RancherError } from './rancher-error';

/** Rancher or a gateway before it answered 5xx (or 408): a mutation may have happened all the same. */
export class ServerTroubleError extends RancherError {
  override name = 'ServerTroubleError' as const;
  override readonly outcome = 'server-trouble' as const;
}
