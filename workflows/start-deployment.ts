import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { ChildWorkflowCancellationType, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Ticket } from '../decision/lane';
import { UPGRADE_SERVICE, workflowIdOf } from './contract';
import type { NeverRan } from './lane-contract';
import { recordIdOf } from './lane-contract';
import { listedAs } from './listed-as';
import type { upgradeService } from './upgrade-service';

/**
 * Starts the deployment of a ticket: a child that outlives whoever started it. With `neverRan` it is the record of a request which gave
 * way or was withdrawn, under an id of its own, and ends at once.
 *
 * @throws WorkflowExecutionAlreadyStartedError where another deployment of the service runs
 */
export function startDeployment(
  ticket: Ticket,
  neverRan?: NeverRan,
): Promise<ChildWorkflowHandle<typeof upgradeService>> {
  const { environment, stack, service, deploymentId } = ticket.request;
  return startChild<typeof upgradeService>(UPGRADE_SERVICE, {
    workflowId:
      neverRan === undefined
        ? workflowIdOf(environment, stack, service)
        : recordIdOf(environment, stack, service, deploymentId),
    args: neverRan === undefined ? [ticket.request] : [ticket.request, neverRan],
    ...listedAs(ticket),
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
}
