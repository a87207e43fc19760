import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';

/** Reads the memo of a workflow, running or over, from Temporal: no worker has to answer. Null where there is no such workflow. */
export function memoReader(
  connection: NativeConnection,
  namespace: string,
): (workflowId: string) => Promise<Readonly<Record<string, unknown>> | null> {
  const client = new Client({ connection, namespace });
  return async (workflowId) => {
    try {
      return (await client.workflow.getHandle(workflowId).describe()).memo ?? {};
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };
}
