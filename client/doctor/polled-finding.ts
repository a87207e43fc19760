import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { Finding } from '../../decision/checks';
import { isFresh, lastPoll } from '../temporal/last-poll';
import { finding } from './finding';

/** A worker that has just started may not be listed yet, milliseconds. */
const PATIENCE_MILLIS = 2_000;
const PAUSE_MILLIS = 250;

/** Which queue is looked at, and for whom. */
export interface PolledQueue {
  readonly check: 'workflow-worker' | 'worker';
  /** Null for the queue of the workflows. */
  readonly environment: string | null;
  readonly queue: string;
}

/** Whether a worker asks for the work of a queue, and when it last did. */
export async function polledFinding(
  connection: Connection,
  namespace: string,
  { check, environment, queue }: PolledQueue,
): Promise<Finding> {
  const kind = environment === null ? 'workflows' : 'activities';
  const until = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const polledAt = await lastPoll(connection, namespace, queue, kind);
    if (isFresh(polledAt))
      return finding(check, environment, 'ok', `${ago(polledAt)} a worker asked for work of ${queue}`);
    if (Date.now() >= until) {
      const whose = environment === null ? 'No worker takes workflows' : `No worker serves ${environment}`;
      const last =
        polledAt === null
          ? 'nobody asks for the work of'
          : `the last one, ${ago(polledAt)} by this machine's clock, left`;
      return finding(
        check,
        environment,
        'failed',
        `${whose}: ${last} the task queue ${queue} of the namespace ${namespace}`,
        environment === null ? 'drover worker' : `drover worker --environments ${environment}`,
      );
    }
    await delay(PAUSE_MILLIS);
  }
}

function ago(polledAt: number | null): string {
  const seconds = Math.max(0, Math.round((Date.now() - (polledAt ?? 0)) / 1000));
  return `${String(seconds)} s ago`;
}
