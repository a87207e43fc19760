/** Temporal, or the namespace in it, could not be reached. */
export class TemporalUnreachableError extends Error {
  override name = 'TemporalUnreachableError' as const;
}
