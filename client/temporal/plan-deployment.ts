import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { DeploymentRequest } from '../../decision/request';
import { PLAN_UPGRADE, workflowIdOf } from '../../workflows/contract';
import type { UpgradePlan } from '../../workflows/contract';
import { askWorker } from './ask-worker';

/**
 * Asks a worker what the deployment would do. It writes nothing.
 *
 * @throws RefusedError with the worker's words where the deployment could not be done; UnreachableError where Rancher does not answer
 */
export function planDeployment(client: Client, request: DeploymentRequest): Promise<UpgradePlan> {
  const { environment, stack, service } = request;
  return askWorker<UpgradePlan>(client, {
    type: PLAN_UPGRADE,
    workflowId: `plan/${workflowIdOf(environment, stack, service)}/${randomUUID()}`,
    argument: request,
    summary: `plan only: ${stack}/${service} in ${environment}, by ${request.author.by}`,
    what: `plan for ${environment} ${stack}/${service}`,
    afterRefusal: 'Mend that; then plan again. Nothing was changed.',
  });
}
