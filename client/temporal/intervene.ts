import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Acknowledgement, Intervention, InterventionName } from '../../workflows/contract';
import { INTERVENTION_VERSION } from '../../workflows/contract';
import { RefusedError } from '../errors/refused-error';
import { grpcTroubleOf } from './grpc-trouble';

/** How an intervention was taken. */
export type Intervened =
  | { readonly how: 'acknowledged'; readonly acknowledgement: Acknowledgement }
  /** The message waits in the history: no worker answered in time, or the workflow could not take it just then. */
  | { readonly how: 'sent'; readonly because: 'no worker answered' | 'it could not be taken just then' };

/** How long a worker may take to acknowledge, milliseconds. */
const ACKNOWLEDGE_LIMIT_MILLIS = 5000;
/** A workflow's task that has just failed is tried again at once: so often the update is, too, and after such a pause, milliseconds. */
const ATTEMPTS = 3;
const PAUSE_MILLIS = 250;

/**
 * Sends an intervention as an update, which the workflow acknowledges; where no worker answers in five seconds, or the workflow's
 * task fails again and again, as a signal, which Temporal keeps until a worker takes it.
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
  const message: Intervention = { version: INTERVENTION_VERSION, ...intervention, id };
  const deadline = Date.now() + ACKNOWLEDGE_LIMIT_MILLIS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const acknowledgement = await client.withDeadline(deadline, () =>
        handle.executeUpdate<Acknowledgement, [Intervention]>(name, {
          args: [message],
          updateId: `${name}-${id}`,
        }),
      );
      return { how: 'acknowledged', acknowledgement };
    } catch (error) {
      const because = whyNotTaken(error, run.target);
      if (because === 'it could not be taken just then' && attempt < ATTEMPTS && Date.now() + PAUSE_MILLIS < deadline) {
        await delay(PAUSE_MILLIS);
        continue;
      }
      await handle.signal(name, message);
      return { how: 'sent', because };
    }
  }
}

/** Why an update was not answered, where Temporal can still keep the message; everything else is thrown. */
function whyNotTaken(error: unknown, target: string): Extract<Intervened, { how: 'sent' }>['because'] {
  if (error instanceof WorkflowUpdateFailedError) {
    const words = error.cause instanceof Error ? error.cause.message : error.message;
    throw new RefusedError(words, `See where it is: ${seeOf(target)}`, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) throw error;
  const trouble = grpcTroubleOf(error)?.trouble;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || trouble === 'no answer in time')
    return 'no worker answered';
  if (trouble === 'not ready') return 'it could not be taken just then';
  throw error;
}

/** A release is named by its option; a deployment by its service. */
function seeOf(target: string): string {
  return target.startsWith('--release ')
    ? `drover releases ${target.slice('--release '.length)}`
    : `drover status ${target}`;
}
