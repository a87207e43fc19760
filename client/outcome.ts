import type { Verdict } from '../decision/verdict';
import type { DeploymentResult } from '../workflows/contract';

/** How following a deployment ended. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  /** The workflow's own result; null where it goes on, or ended without one. */
  readonly result: DeploymentResult | null;
  /** The service's state when last read, where there is no result that tells it. */
  readonly state?: string;
}
