import { DEFAULT_POLICY } from '../decision/policy';
import { activitiesOf } from './activity-options';
import type { PendingUpgrades } from './contract';
import { toldPlainly } from './told-plainly';

/** What is pending in an environment, asked of its worker, since only workers hold keys. Reads, never writes. */
export async function listPending({ environment }: { environment: string }): Promise<PendingUpgrades> {
  // A large environment takes many pages.
  const limits = { ...DEFAULT_POLICY, reachLimitMillis: 100_000 };
  return toldPlainly(activitiesOf(environment, limits).resolve.listPending({ environment }));
}
