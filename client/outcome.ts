import type { Verdict } from '../decision/verdict';
import type { DeploymentResult, PersonNeeded } from '../workflows/contract';

/** How following a deployment ended. */
export interface Outcome {
  readonly verdict: Verdict;
  /** What the verdict means here, where it means something else than elsewhere. */
  readonly meaning?: string;
  readonly reason: string;
  readonly nextStep: string;
  /** The workflow's own result; null where it goes on, or ended without one. */
  readonly result: DeploymentResult | null;
  /** Why it waits for a person, where it goes on and does. */
  readonly person?: PersonNeeded;
  /** The service's state when last read, where there is no result that tells it. */
  readonly state?: string;
}
