import { randomUUID } from 'node:crypto';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Acknowledgement, Intervention, InterventionName } from '../../workflows/contract';
import { RefusedError } from '../errors/refused-error';
import { grpcTroubleOf } from './grpc-trouble';

/** How an intervention was taken. */
export type Intervened =
  | { readonly how: 'acknowledged'; readonly acknowledgement: Acknowledgement }
  /** No worker answered in time, or the workflow could not take it just then: the message waits in the history. */
  | { readonly how: 'sent' };

/** How long a worker may take to acknowledge, milliseconds. */
const ACKNOWLEDGE_LIMIT_MILLIS = 5000;

/**
 * Sends an intervention as an update, which the workflow acknowledges; where no worker answers in five seconds, or the workflow's
 * task has just failed, as a signal, which Temporal keeps until a worker takes it.
 *
 * @throws RefusedError with the workflow's own words where it makes no sense now; WorkflowNotFoundError where the deployment is over
 */
export async function intervene(
  client: Client,
  run: { workflowId: string; runId: string; target: string },
  name: InterventionName,
  intervention: Intervention,
): Promise<Intervened> {
  const handle = client.workflow.getHandle(run.workflowId, run.runId);
  // The update may still be taken when its signal is: under one id they count once.
  const id = randomUUID();
  const message: Intervention = { ...intervention, id };
  try {
    const acknowledgement = await client.withDeadline(Date.now() + ACKNOWLEDGE_LIMIT_MILLIS, () =>
      handle.executeUpdate<Acknowledgement, [Intervention]>(name, {
        args: [message],
        updateId: `${name}-${id}`,
      }),
    );
    return { how: 'acknowledged', acknowledgement };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const words = error.cause instanceof Error ? error.cause.message : error.message;
      throw new RefusedError(words, `See where it is: drover status ${run.target}`, { cause: error });
    }
    if (error instanceof WorkflowNotFoundError) throw error;
    const trouble = grpcTroubleOf(error)?.trouble;
    const silent =
      error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
      trouble === 'no answer in time' ||
      trouble === 'not ready';
    if (!silent) throw error;
  }
  await handle.signal(name, message);
  return { how: 'sent' };
}
