import type { Connection } from '@temporalio/client';

/** Temporal's numbers for the two kinds of a task queue. */
const KINDS = { workflows: 1, activities: 2 } as const;
/** A live poller asks anew at least once a minute; one that is gone stays listed for five. */
const FRESH_MILLIS = 75_000;

/** When a worker last asked for work of a queue, milliseconds since the epoch by Temporal's clock; null where none is listed. */
export async function lastPoll(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  name: string,
  kind: keyof typeof KINDS,
): Promise<number | null> {
  const answer = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name, kind: 1 },
    taskQueueType: KINDS[kind],
  });
  const times = answer.pollers.map((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000);
  return times.length === 0 ? null : Math.max(...times);
}

/** Whether the worker that asked then is likely to be there still. */
export function isFresh(polledAt: number | null): boolean {
  return polledAt !== null && polledAt > Date.now() - FRESH_MILLIS;
}

/** Whether a worker takes the work of a queue now. */
export async function isPolled(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  name: string,
  kind: keyof typeof KINDS,
): Promise<boolean> {
  return isFresh(await lastPoll(connection, namespace, name, kind));
}
