import type { HistoryEvent } from '../../support/stack';
import { attributesOf } from '../support/history';

/** What Temporal had told of one deployment right before a kill. */
export interface Snapshot {
  readonly service: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly events: readonly HistoryEvent[];
}

/** The phase that a history had come to: the last one that was written into it. */
export function phaseIn(events: readonly HistoryEvent[]): string {
  const phases = events.flatMap((event) => {
    const attributes =
      attributesOf(event, 'upsertWorkflowSearchAttributesEventAttributes') ??
      attributesOf(event, 'workflowExecutionStartedEventAttributes');
    const { indexedFields } = (attributes?.['searchAttributes'] ?? {}) as {
      indexedFields?: Readonly<Record<string, { readonly data?: string }>>;
    };
    const data = indexedFields?.['DroverPhase']?.data;
    return data === undefined ? [] : [String(JSON.parse(Buffer.from(data, 'base64').toString('utf8')))];
  });
  return phases.at(-1) ?? 'nothing yet';
}

/**
 * Holds a history against what had been told of it before a kill: whatever somebody has seen must be there still, unchanged, at the same
 * place.
 *
 * @returns what is not, in words
 */
export function lostEvents(before: Snapshot, after: readonly HistoryEvent[]): string[] {
  return before.events.flatMap((event, index) => {
    const now = after[index];
    const what = `event ${event.eventId} (${event.eventType}) of ${before.workflowId}`;
    if (now === undefined) return [`${what} was there before the kill, and is lost`];
    return canonical(now) === canonical(event) ? [] : [`${what} is another one after the kill`];
  });
}

/** As text, whatever order the keys come in: Temporal sends the entries of a map in any. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
