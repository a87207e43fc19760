import type { Client } from '@temporalio/client';
import type { Hold, HoldsMemo } from '../../workflows/pipeline-contract';
import { HOLDS } from '../../workflows/pipeline-contract';

/** Everything that must not be promoted somewhere, from the memos of the workflows that keep it; the newest first. */
export async function readHolds(client: Client): Promise<readonly Hold[]> {
  const found: Hold[] = [];
  const query = `WorkflowType = '${HOLDS}' AND ExecutionStatus = 'Running'`;
  for await (const { memo } of client.workflow.list({ query })) {
    const { holds } = (memo ?? {}) as { holds?: HoldsMemo['holds'] };
    found.push(...(holds ?? []));
  }
  return found.toSorted((one, other) => other.since - one.since);
}
