/** No Temporal server could be found or started. The message says what was tried and how to mend it. */
export class TemporalServerError extends Error {
  override name = 'TemporalServerError' as const;
}
