import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { latestRunReader } from './latest-run-reader';

/** Reads the memo of a workflow, running or over, from Temporal: no worker has to answer. Null where there is no such workflow. */
export function memoReader(
  connection: NativeConnection,
  namespace: string,
  dataConverter: DataConverter = {},
): (workflowId: string) => Promise<Readonly<Record<string, unknown>> | null> {
  const latestRunOf = latestRunReader(connection, namespace, dataConverter);
  return async (workflowId) => (await latestRunOf(workflowId))?.memo ?? null;
}
