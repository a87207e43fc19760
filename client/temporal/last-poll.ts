import type { Connection } from '@temporalio/client';

/** Temporal's numbers for the two kinds of a task queue. */
const KINDS = { workflows: 1, activities: 2 } as const;
/** What a task queue has tasks of. */
export type QueueKind = keyof typeof KINDS;

type Queue = Awaited<ReturnType<Connection['workflowService']['describeTaskQueue']>>;

/** A live poller asks anew at least once a minute; one that is gone stays listed for five. */
const FRESH_MILLIS = 75_000;

/** What Temporal tells about a task queue: who asks it for work, of which builds, and which build takes it. */
export function describeQueue(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  name: string,
  kind: QueueKind,
): Promise<Queue> {
  return connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name, kind: 1 },
    taskQueueType: KINDS[kind],
  });
}

/** When a poller last asked, milliseconds since the epoch by Temporal's clock, in whole seconds. */
export function polledAt({ lastAccessTime }: Queue['pollers'][number]): number {
  return Number(lastAccessTime?.seconds ?? 0) * 1000;
}

/** When a worker last asked for work of a queue, milliseconds since the epoch by Temporal's clock; null where none is listed. */
export async function lastPoll(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  name: string,
  kind: QueueKind,
): Promise<number | null> {
  const { pollers } = await describeQueue(connection, namespace, name, kind);
  return pollers.length === 0 ? null : Math.max(...pollers.map(polledAt));
}

/** Whether the worker that asked then is likely to be there still. */
export function isFresh(at: number | null): boolean {
  return at !== null && at > Date.now() - FRESH_MILLIS;
}
