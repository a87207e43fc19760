import { DEFAULT_POLICY } from '../decision/policy';
import { activitiesOf } from './activity-options';
import type { EnvironmentExamined } from './contract';
import { toldPlainly } from './told-plainly';

/** How an environment looks from its worker, asked of it for `drover doctor`, since only workers hold keys. Reads, never writes. */
export async function examine({ environment }: { environment: string }): Promise<EnvironmentExamined> {
  return toldPlainly(activitiesOf(environment, DEFAULT_POLICY).glance.examine({ environment }));
}
