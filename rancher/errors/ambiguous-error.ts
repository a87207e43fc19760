import { RancherError } from './rancher-error';
import type { RancherErrorDetails } from './rancher-error';

/** Several resources have exactly this name; `ids` tells them apart. */
export class AmbiguousError extends RancherError {
  override name = 'AmbiguousError' as const;
  override readonly outcome = 'not-found' as const;
  readonly ids: readonly string[];

  constructor(message: string, ids: readonly string[], details: RancherErrorDetails = {}) {
    super(message, details);
    this.ids = ids;
  }
}
