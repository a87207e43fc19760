import { DroverError } from './drover-error';

/** An audit cannot be whole: what is missing, and since when. */
export class AuditGapError extends DroverError {
  override name = 'AuditGapError' as const;
  readonly verdict = 'needs-attention';

  constructor(
    message: string,
    nextStep: string,
    /** What cannot be told; empty where nothing was read at all. */
    readonly missing: readonly string[] = [],
  ) {
    super(message, nextStep);
  }
}
