import { ApplicationFailure } from '@temporalio/workflow';
import type { DeploymentRequest } from '../decision/request';
import { whyNoRequest } from '../decision/why-no-request';

/**
 * Also for a request that is newer than this worker, or that asks for what it does not know.
 *
 * @throws ApplicationFailure of type `InvalidInput`, which ends the workflow, where it was started with something else than a request
 */
export function requireRequest(request: DeploymentRequest): void {
  const why = whyNoRequest(request);
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was started: ${why}.`, 'InvalidInput');
}
