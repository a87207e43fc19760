import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { clockDifference } from '../../decision/checks';
import { EXAMINE } from '../../workflows/contract';
import type { EnvironmentExamined } from '../../workflows/contract';
import { askWorker } from './ask-worker';

/** What an environment's worker answered, and how far Temporal's clock is from ours. */
export interface WorkerAnswer {
  readonly examined: EnvironmentExamined;
  /** Milliseconds, positive where Temporal's is ahead; null where it was not told. */
  readonly clockMillis: number | null;
}

/**
 * Asks an environment's worker how things look from there. It changes nothing.
 *
 * @throws RefusedError with the worker's words; UnreachableError where it does not answer in time (a worker of an older version, say)
 */
export async function examineEnvironment(client: Client, environment: string): Promise<WorkerAnswer> {
  const workflowId = `doctor/${environment}/${randomUUID()}`;
  const askedAt = Date.now();
  const examined = await askWorker<EnvironmentExamined>(client, {
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
