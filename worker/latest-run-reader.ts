import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';

/** Reads the newest run of a workflow, running or over, and its memo, from Temporal. Null where there is no such workflow. */
export function latestRunReader(
  connection: NativeConnection,
  namespace: string,
  dataConverter: DataConverter = {},
): (
  workflowId: string,
) => Promise<{ readonly runId: string; readonly memo: Readonly<Record<string, unknown>> } | null> {
  const client = new Client({ connection, namespace, dataConverter });
  return async (workflowId) => {
    try {
      const { runId, memo } = await client.workflow.getHandle(workflowId).describe();
      return { runId, memo: memo ?? {} };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };
}
