import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { describe } from './executable';

const WORKFLOW_SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
const SERVING = 1;
const LOOK_AGAIN_MILLIS = 100;
const CALL_MILLIS = 1_000;

/**
 * Waits until the server says that it serves and `namespace` is there.
 *
 * @param whyStop asked before each look: a reason to give up at once (the process ended, say).
 * @returns `undefined` when it serves, else why it does not.
 */
export async function waitUntilServing(
  address: string,
  namespace: string,
  limitMillis: number,
  whyStop: () => string | undefined = () => undefined,
): Promise<string | undefined> {
  const deadline = Date.now() + limitMillis;
  const connection = Connection.lazy({ address, connectTimeout: CALL_MILLIS });
  let last = 'no answer yet';
  try {
    while (Date.now() < deadline) {
      const stop = whyStop();
      if (stop !== undefined) return stop;
      try {
        await connection.withDeadline(Date.now() + CALL_MILLIS, async () => {
          const { status } = await connection.healthService.check({ service: WORKFLOW_SERVICE });
          if (status !== SERVING) throw new Error(`its health service says ${String(status)}, not SERVING`);
          await connection.workflowService.describeNamespace({ namespace });
        });
        return undefined;
      } catch (error) {
        last = describe(error);
      }
      await delay(LOOK_AGAIN_MILLIS);
    }
    return `not serving after ${Math.round(limitMillis / 1000)} s: ${last}`;
  } finally {
    await connection.close();
  }
}
