import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';

/** Reads the memo of a workflow, running or over, from Temporal: no worker has to answer. */
export function memoReader(
  connection: NativeConnection,
  namespace: string,
): (workflowId: string) => Promise<Readonly<Record<string, unknown>>> {
  const client = new Client({ connection, namespace });
  return async (workflowId) => (await client.workflow.getHandle(workflowId).describe()).memo ?? {};
}
