import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { DEFAULT_POLICY } from '../decision/policy';
import type { DeploymentRequest } from '../decision/request';
import { activitiesOf } from './activity-options';
import type { UpgradePlan } from './contract';
import { requireRequest } from './require-request';

/** What an upgrade would change, asked of the environment's worker, since only workers hold keys. Reads, never writes. */
export async function planUpgrade(request: DeploymentRequest): Promise<UpgradePlan> {
  requireRequest(request);
  const limits = { ...DEFAULT_POLICY, reachLimitMillis: 60_000 };
  try {
    return await activitiesOf(request.environment, limits).resolve.planUpgrade(request);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.nonRetryable(error.cause.message, error.cause.type ?? 'Unexpected');
  }
}
