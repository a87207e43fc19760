import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { rancherQueue, WORKFLOW_QUEUE } from '../../workflows/contract';
import { UnreachableError } from '../errors/unreachable-error';
import { isPolled } from './last-poll';

/** A worker that has just started may not be listed yet. */
const PATIENCE_MILLIS = 5000;
const PAUSE_MILLIS = 500;

/**
 * Makes sure that somebody would take the work before anything is started.
 *
 * @throws UnreachableError where no worker polls, naming both things it can mean
 */
export async function requireWorkers(connection: Connection, namespace: string, environment: string): Promise<void> {
  const until = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const [workflows, activities] = await Promise.all([
      isPolled(connection, namespace, WORKFLOW_QUEUE, 'workflows'),
      isPolled(connection, namespace, rancherQueue(environment), 'activities'),
    ]);
    if (workflows && activities) return;
    if (Date.now() >= until) throw noWorker(environment, namespace, workflows);
    await delay(PAUSE_MILLIS);
  }
}

function noWorker(environment: string, namespace: string, anyWorker: boolean): UnreachableError {
  const start = `start one with "drover worker --environments ${environment}"`;
  return anyWorker
    ? new UnreachableError(
        `No worker serves the environment "${environment}": either its worker is down, or the name is mistyped. Nothing was started.`,
        `Write the alias as it stands under "environments:" in the worker's drover.yaml (the worker prints them when it starts),` +
          ` or ${start}. Nobody polls the task queue ${rancherQueue(environment)}.`,
      )
    : new UnreachableError(
        `No Drover worker is connected to this Temporal (namespace ${namespace}). Nothing was started.`,
        `${start[0]?.toUpperCase() ?? ''}${start.slice(1)}, or on this machine everything at once with "drover dev";` +
          ` or another Temporal was meant: see TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.`,
      );
}
