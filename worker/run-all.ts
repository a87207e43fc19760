import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

const LOOK_AGAIN_MILLIS = 25;

/** Runs workers together: when one ends, for whatever reason, so do the others. `onReady` is called once, when all of them poll. */
export async function runAll(
  workers: readonly Worker[],
  signal: AbortSignal | undefined,
  onReady: () => void,
): Promise<void> {
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = workers.map((worker) => worker.run().finally(stop));
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const [ended] = await Promise.all([Promise.allSettled(running), tellWhenPolling(workers, onReady)]);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Whether it asks Temporal for tasks: each of ours takes those of one kind, and has a poller for no other. */
export function isPolling(worker: Pick<Worker, 'getStatus'>): boolean {
  const { workflowPollerState, activityPollerState } = worker.getStatus();
  return workflowPollerState === 'POLLING' || activityPollerState === 'POLLING';
}

async function tellWhenPolling(workers: readonly Worker[], onReady: () => void): Promise<void> {
  while (workers.every((worker) => worker.getState() === 'RUNNING')) {
    if (workers.every(isPolling)) return onReady();
    await delay(LOOK_AGAIN_MILLIS);
  }
}
