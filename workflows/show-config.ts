import { ApplicationFailure } from '@temporalio/workflow';
import type { ShowConfigRequest } from '../activities/contract';
import { DEFAULT_POLICY } from '../decision/policy';
import { isRecord, whyNoNames } from '../decision/why-no-request';
import { activitiesOf } from './activity-options';
import type { ShownConfig } from './contract';
import { toldPlainly } from './told-plainly';

/** A stack as compose files, asked of the environment's worker, which takes every value out that may be secret. Reads, never writes. */
export async function showConfig(request: ShowConfigRequest): Promise<ShownConfig> {
  const why = isRecord(request) ? whyNoNames({ ...request }, ['environment', 'stack']) : 'the input is no object';
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was read: ${why}.`, 'InvalidInput');
  const limits = { ...DEFAULT_POLICY, reachLimitMillis: 60_000 };
  return toldPlainly(activitiesOf(request.environment, limits).resolve.showConfig(request));
}
