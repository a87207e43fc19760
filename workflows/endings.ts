import type { Verdict } from '../decision/verdict';

/** How a deployment ends: thrown by a step, turned into the result by the workflow. It never leaves the workflow. */
export class Ended extends Error {
  override name = 'Ended' as const;

  constructor(
    readonly verdict: Verdict,
    readonly reason: string,
    readonly nextStep: string,
  ) {
    super(reason);
  }
}

/** Why the former configuration has to come back, and what then: end so, or upgrade once more. */
export class RestoreNeeded extends Error {
  override name = 'RestoreNeeded' as const;

  constructor(
    readonly then: 'cancelled' | 'rolled-back' | 'again',
    readonly reason: string,
  ) {
    super(reason);
  }
}
