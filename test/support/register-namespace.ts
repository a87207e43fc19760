import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';

const NOT_FOUND = 5;
const ONE_DAY_SECONDS = 86_400;
const LIMIT_MILLIS = 30_000;

/** Registers a namespace, and waits until every part of the server knows it: they look for new ones every few seconds. */
export async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: ONE_DAY_SECONDS as never },
  });
  const deadline = Date.now() + LIMIT_MILLIS;
  for (;;) {
    try {
      await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'none' }, taskQueueType: 1 });
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== NOT_FOUND || Date.now() >= deadline) throw error;
    }
    await delay(100);
  }
}
