import { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Stack } from '../test/support/stack';

/** A part of a history. */
export interface HistoryPart {
  readonly events: number;
  readonly bytes: number;
}

export interface HistorySize extends HistoryPart {
  /** By the phase in which they were written; what came before the first phase was told is `starting`. */
  readonly byPhase: ReadonlyMap<string, HistoryPart>;
}

/** How much Temporal keeps of a workflow: its events, and their size as Temporal sends and stores them. */
export async function historySize(stack: Stack, workflowId: string): Promise<HistorySize> {
  const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return sizeOf(events ?? []);
}

/** The phase changes with the event that tells it to the visibility store: `DroverPhase`. */
export function sizeOf(events: readonly temporal.api.history.v1.IHistoryEvent[]): HistorySize {
  const byPhase = new Map<string, HistoryPart>();
  let phase = 'starting';
  let all: HistoryPart = { events: 0, bytes: 0 };
  for (const event of events) {
    const told =
      event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields?.['DroverPhase']?.data;
    if (told != null) phase = String(JSON.parse(Buffer.from(told).toString('utf8')));
    const { length } = temporal.api.history.v1.HistoryEvent.encode(event).finish();
    const former = byPhase.get(phase) ?? { events: 0, bytes: 0 };
    byPhase.set(phase, { events: former.events + 1, bytes: former.bytes + length });
    all = { events: all.events + 1, bytes: all.bytes + length };
  }
  return { ...all, byPhase };
}
