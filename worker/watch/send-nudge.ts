import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { Follower } from '../../activities/service-watch';
import type { Nudge } from '../../workflows/contract';
import { NUDGE } from '../../workflows/contract';
import type { Woken } from './outbox';

/** How long Temporal may take over one signal, milliseconds. */
const LIMIT_MILLIS = 5_000;

/** Sends the signal through the worker's own connection, encoded as everything else that the worker writes. */
export function nudgeSender(
  connection: NativeConnection,
  namespace: string,
  dataConverter: DataConverter,
): (follower: Follower, nudge: Nudge) => Promise<Woken> {
  const client = new Client({ connection, namespace, dataConverter });
  return async ({ workflowId, runId }, nudge) => {
    try {
      await connection.withDeadline(Date.now() + LIMIT_MILLIS, () =>
        client.workflow.getHandle(workflowId, runId).signal(NUDGE, nudge),
      );
      return 'sent';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'gone';
      throw error;
    }
  };
}
