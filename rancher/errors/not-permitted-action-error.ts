import { RancherError } from './rancher-error';

/** This key may not do it: a read-only key's action is answered 422 `InvalidAction`, what it creates or removes 405. */
export class NotPermittedActionError extends RancherError {
  override name = 'NotPermittedActionError' as const;
  override readonly outcome = 'not-permitted' as const;
}
