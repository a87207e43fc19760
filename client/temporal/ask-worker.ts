import type { Client } from '@temporalio/client';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { WORKFLOW_QUEUE } from '../../workflows/contract';
import { RefusedError } from '../errors/refused-error';
import { UnreachableError } from '../errors/unreachable-error';

/** How long an answer may take in all. */
const LIMIT = '2 minutes';
/** As the activities name it. */
const RANCHER_UNREACHABLE = 'RancherUnreachable';

/** A question that only a worker can answer, for it alone holds the keys: a workflow that reads and answers. */
export interface Question {
  /** Type name of the workflow. */
  readonly type: string;
  readonly workflowId: string;
  readonly argument: object;
  /** For Temporal Web. */
  readonly summary: string;
  /** What is asked for, in words that follow "No": `plan for prod storefront/web`. */
  readonly what: string;
  /** What to do after a refusal. */
  readonly afterRefusal: string;
  /** How long it may take in all; default two minutes. */
  readonly limit?: `${number} seconds` | undefined;
}

/**
 * Asks a worker, and waits for the answer. It writes nothing.
 *
 * @throws RefusedError with the worker's words where it cannot be answered; UnreachableError where Rancher does not answer
 */
export async function askWorker<T>(client: Client, question: Question): Promise<T> {
  const { type, workflowId, argument, summary, what, afterRefusal, limit = LIMIT } = question;
  try {
    return (await client.workflow.execute(type, {
      workflowId,
      taskQueue: WORKFLOW_QUEUE,
      args: [argument],
      workflowExecutionTimeout: limit,
      staticSummary: summary,
    })) as T;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const failure = rootOf(error);
    if (failure instanceof ApplicationFailure && failure.type !== RANCHER_UNREACHABLE) {
      throw new RefusedError(failure.message, afterRefusal, { cause: error });
    }
    throw new UnreachableError(
      failure instanceof ApplicationFailure
        ? failure.message
        : `No ${what} within ${limit}: neither Rancher nor the worker answered in time.`,
      `Look at the worker's log, and whether it reaches Rancher. Nothing was changed.`,
      { cause: error },
    );
  }
}

/** The failure at the bottom: an activity's own, where an activity failed. */
function rootOf(error: WorkflowFailedError): unknown {
  let at: unknown = error.cause;
  while (at instanceof Error && !(at instanceof ApplicationFailure) && at.cause instanceof Error) at = at.cause;
  return at;
}
