import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';

/** Reads which run of a workflow is under way, from Temporal: no worker has to answer. Null where none is. */
export function runReader(
  connection: NativeConnection,
  namespace: string,
  dataConverter: DataConverter = {},
): (workflowId: string) => Promise<string | null> {
  const client = new Client({ connection, namespace, dataConverter });
  return async (workflowId) => {
    try {
      const { status, runId } = await client.workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING' ? runId : null;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };
}
