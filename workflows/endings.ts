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

/**
 * The end of a deployment of which nothing is posted now. Where an earlier round was, and was rolled back, or somebody else's pending
 * upgrade was settled, something was changed all the same.
 */
export function unposted(
  { roundsPosted, settledOthers }: { readonly roundsPosted: number; readonly settledOthers: string | null },
  verdict: Extract<Verdict, 'failed' | 'refused' | 'unreachable'>,
  reason: string,
  nextStep: string,
): Ended {
  if (roundsPosted === 0 && settledOthers === null)
    return new Ended(verdict, reason, `Nothing was changed. ${nextStep}`);
  if (roundsPosted === 0) return new Ended(verdict, `${reason}; ${settledOthers}`, nextStep);
  return new Ended(
    'rolled-back',
    `${reason}; the former configuration was restored before`,
    'Mend it and deploy again.',
  );
}

/** Why the former configuration has to come back, and what then: end so, or upgrade once more. */
export class RestoreNeeded extends Error {
  override name = 'RestoreNeeded' as const;

  constructor(
    readonly then: 'cancelled' | 'rolled-back' | 'superseded' | 'again',
    readonly reason: string,
    /** A person asked for it: nobody has to find out why. */
    readonly asked = false,
    /** What a person should do once it is back; null: find out why. */
    readonly nextStep: string | null = null,
  ) {
    super(reason);
  }
}
