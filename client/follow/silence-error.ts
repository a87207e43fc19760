import type { Silence } from './followed-run';

/** Nobody answered for now: worth another try. */
export class SilenceError extends Error {
  override name = 'SilenceError' as const;

  constructor(
    readonly silence: Silence,
    options?: ErrorOptions,
  ) {
    super(silence, options);
  }
}
