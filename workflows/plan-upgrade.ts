import { DEFAULT_POLICY } from '../decision/policy';
import type { DeploymentRequest } from '../decision/request';
import { activitiesOf } from './activity-options';
import type { UpgradePlan } from './contract';
import { requireRequest } from './require-request';
import { toldPlainly } from './told-plainly';

/** What an upgrade would change, asked of the environment's worker, since only workers hold keys. Reads, never writes. */
export async function planUpgrade(request: DeploymentRequest): Promise<UpgradePlan> {
  requireRequest(request);
  const limits = { ...DEFAULT_POLICY, reachLimitMillis: 60_000 };
  return toldPlainly(activitiesOf(request.environment, limits).resolve.planUpgrade(request));
}
