import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { clockDifference } from '../../decision/checks';
import { EXAMINE } from '../../workflows/contract';
import type { EnvironmentExamined } from '../../workflows/contract';
import { UnreachableError } from '../errors/unreachable-error';
import { askWorker } from './ask-worker';
import type { Question } from './ask-worker';
import { unreadQuestion, UnreadQuestionError } from './unread-question';

/** What an environment's worker answered, and how far Temporal's clock is from ours. */
export interface WorkerAnswer {
  readonly examined: EnvironmentExamined;
  /** Milliseconds, positive where Temporal's is ahead; null where it was not told. */
  readonly clockMillis: number | null;
}

/**
 * Asks an environment's worker how things look from there. It changes nothing.
 *
 * @throws UnreadQuestionError where the worker does not have the codec's key; CodecError where its answer cannot be read; RefusedError with the worker's words; UnreachableError where it does not answer in time (a worker of an older version, say)
 */
export async function examineEnvironment(client: Client, environment: string): Promise<WorkerAnswer> {
  const workflowId = `doctor/${environment}/${randomUUID()}`;
  const askedAt = Date.now();
  const examined = await asked(client, {
    type: EXAMINE,
    workflowId,
    argument: { environment },
    summary: `read only: how things are in ${environment}`,
    what: `answer from the worker of ${environment}`,
    afterRefusal: "Look at the worker's log.",
    limit: '15 seconds',
  });
  const answeredAt = Date.now();
  const { startTime } = await client.workflow.getHandle(workflowId).describe();
  return { examined, clockMillis: clockDifference(askedAt, startTime.getTime(), answeredAt) };
}

async function asked(client: Client, question: Question): Promise<EnvironmentExamined> {
  try {
    return await askWorker<EnvironmentExamined>(client, question);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    const unread = await unreadQuestion(client, question.workflowId);
    throw unread === null ? error : new UnreadQuestionError(unread, { cause: error });
  }
}
