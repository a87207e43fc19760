import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Ticket } from '../../decision/lane';
import type { Intervention } from '../contract';
import { workflowIdOf } from '../contract';
import { LANE, laneIdOf } from '../lane-contract';
import { laneListedAs } from '../listed-as';
import { decideSignal, enterSignal, leaveSignal, retrySignal } from '../messages';
import type { ReleaseOrder } from '../release-contract';
import type { Part } from '../release-run';

/** How often a lane that ends just then is made anew. */
const ATTEMPTS = 5;

/** Brings a ticket to the lane of its service, which is made where there is none. Brought twice, it counts once. */
export async function sendToLane(ticket: Ticket): Promise<void> {
  const { environment, stack, service } = ticket.request;
  const workflowId = laneIdOf(environment, stack, service);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await startChild(LANE, {
        workflowId,
        args: [{ environment, stack, service }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        ...laneListedAs(ticket.request),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    try {
      await getExternalWorkflowHandle(workflowId).signal(enterSignal, ticket);
      return;
    } catch (error) {
      // It ended between the two.
      if (attempt >= ATTEMPTS) throw error;
    }
  }
}

/** Takes a ticket that waits out of the lane; nothing happens where it does not wait there. */
export async function takeFromLane({ request }: Ticket, by: Intervention): Promise<void> {
  const { environment, stack, service, requestId } = request;
  await signalled(() =>
    getExternalWorkflowHandle(laneIdOf(environment, stack, service)).signal(leaveSignal, requestId, by),
  );
}

/** An order, less whom it is for. */
type Told = ReleaseOrder extends infer Order ? (Order extends unknown ? Omit<Order, 'deploymentId'> : never) : never;

/**
 * Tells the deployment of a service what was decided. One that is none of this release's, and runs before or after it, passes it over.
 *
 * @returns false where none runs
 */
export function sendOrder({ ticket: { request } }: Part, told: Told): Promise<boolean> {
  const { environment, stack, service, deploymentId } = request;
  const order = { ...told, deploymentId } as ReleaseOrder;
  return signalled(() =>
    getExternalWorkflowHandle(workflowIdOf(environment, stack, service)).signal(decideSignal, order),
  );
}

/** Lets a parked deployment go on. */
export function sendRetry({ ticket: { request } }: Part, by: Intervention): Promise<boolean> {
  const { environment, stack, service } = request;
  return signalled(() => getExternalWorkflowHandle(workflowIdOf(environment, stack, service)).signal(retrySignal, by));
}

async function signalled(signal: () => Promise<void>): Promise<boolean> {
  try {
    await signal();
    return true;
  } catch {
    return false;
  }
}
