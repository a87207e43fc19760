import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { DeploymentRequest } from '../../decision/request';
import { PLAN_UPGRADE, WORKFLOW_QUEUE, workflowIdOf } from '../../workflows/contract';
import type { UpgradePlan } from '../../workflows/contract';
import { RefusedError } from '../errors/refused-error';
import { UnreachableError } from '../errors/unreachable-error';

/** How long a plan may take in all: it reads a service and answers. */
const PLAN_LIMIT = '2 minutes';

/**
 * Asks a worker what the deployment would do. It writes nothing.
 *
 * @throws RefusedError with the worker's words where the deployment could not be done; UnreachableError where Rancher does not answer
 */
export async function planDeployment(client: Client, request: DeploymentRequest): Promise<UpgradePlan> {
  const { environment, stack, service } = request;
  const target = `${environment} ${stack}/${service}`;
  try {
    return (await client.workflow.execute(PLAN_UPGRADE, {
      workflowId: `plan/${workflowIdOf(environment, stack, service)}/${randomUUID()}`,
      taskQueue: WORKFLOW_QUEUE,
      args: [request],
      workflowExecutionTimeout: PLAN_LIMIT,
      staticSummary: `plan only: ${stack}/${service} in ${environment}, by ${request.author.by}`,
    })) as UpgradePlan;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const failure = rootOf(error);
    if (failure instanceof ApplicationFailure && failure.type !== RANCHER_UNREACHABLE) {
      throw new RefusedError(failure.message, `Mend that; then plan again. Nothing was changed.`, { cause: error });
    }
    throw new UnreachableError(
      failure instanceof ApplicationFailure
        ? failure.message
        : `No plan for ${target} within ${PLAN_LIMIT}: neither Rancher nor the worker answered in time.`,
      `Look at the worker's log, and whether it reaches Rancher. Nothing was changed.`,
      { cause: error },
    );
  }
}

/** As the activities name it. */
const RANCHER_UNREACHABLE = 'RancherUnreachable';

/** The failure at the bottom: an activity's own, where an activity failed. */
function rootOf(error: WorkflowFailedError): unknown {
  let at: unknown = error.cause;
  while (at instanceof Error && !(at instanceof ApplicationFailure) && at.cause instanceof Error) at = at.cause;
  return at;
}
