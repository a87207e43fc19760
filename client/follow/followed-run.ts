import type { Progress } from '../../workflows/contract';
import type { Outcome } from '../outcome';
import type { RunPlace } from './follow-event';

/** Why a call about a deployment got no answer. */
export type Silence = 'no worker' | 'no connection';

/**
 * A running (or closed) deployment as the follower needs it; the tests have one without Temporal. Where somebody resets its workflow in
 * Temporal, the new run is the same deployment: everything here is asked of that one from then on.
 */
export interface FollowedRun {
  /** Where it is found; another place once somebody reset it in Temporal. Left out where it cannot be another. */
  readonly place?: RunPlace;
  /** Rejects with a {@link SilenceError} where nobody answers, and where `signal` is aborted. */
  progress(signal?: AbortSignal): Promise<Progress>;
  /** Whether it still runs, as Temporal itself knows it; rejects with a {@link SilenceError} where Temporal does not answer. */
  running(signal?: AbortSignal): Promise<boolean>;
  /** Resolves when it is over, however it ended; rejects with a {@link SilenceError} as above. */
  outcome(signal?: AbortSignal): Promise<Outcome>;
}
