import { RancherError } from './rancher-error';
import type { RancherErrorDetails } from './rancher-error';

/** No environment, stack or service of exactly this name; `suggestions` are names that exist (best first, may be empty). */
export class LookupError extends RancherError {
  override name = 'LookupError' as const;
  override readonly outcome = 'not-found' as const;
  readonly suggestions: readonly string[];

  constructor(message: string, suggestions: readonly string[], details: RancherErrorDetails = {}) {
    super(message, details);
    this.suggestions = suggestions;
  }
}
