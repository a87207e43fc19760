import type { Client } from '@temporalio/client';
import type { RecordedEvent } from '../history/recorded-event';
import { grpcTroubleOf } from './grpc-trouble';
import { recordEvent } from './record-event';

/** Which run of which workflow. */
export interface RunOf {
  readonly workflowId: string;
  readonly runId: string;
}

/** Everything that the history of a run says of a deployment; null where Temporal has no such history (any more). Needs no worker. */
export async function readHistory(client: Client, run: RunOf): Promise<readonly RecordedEvent[] | null> {
  const { namespace, loadedDataConverter } = client.options;
  const execution = { workflowId: run.workflowId, runId: run.runId };
  const events: RecordedEvent[] = [];
  let nextPageToken: Uint8Array | null | undefined;
  try {
    do {
      const request = { namespace, execution, ...(nextPageToken == null ? {} : { nextPageToken }) };
      const page = await client.workflowService.getWorkflowExecutionHistory(request);
      for (const raw of page.history?.events ?? []) {
        const event = await recordEvent(raw, loadedDataConverter);
        if (event !== null) events.push(event);
      }
      nextPageToken = page.nextPageToken;
    } while (nextPageToken != null && nextPageToken.length > 0);
  } catch (error) {
    const failed = grpcTroubleOf(error);
    if (failed?.trouble === 'not found' && !/namespace/i.test(failed.details)) return null;
    throw error;
  }
  return events;
}
