import type { HistoryEvent } from '../../support/stack';
import { UPGRADE_SERVICE } from '../../../workflows/contract';

/** What one run of a lane did, in the order of its history. */
export type LaneStep =
  | {
      readonly did: 'entered';
      readonly requestId: string;
      readonly whenBusy: string;
      /** Where it waited in a lane before this one: since when. */
      readonly since?: number;
    }
  /** Its deployment was started. */
  | { readonly did: 'started'; readonly requestId: string };

/** Reads a lane's history: who came to the door, and who was let in. */
export function laneStory(history: readonly HistoryEvent[]): LaneStep[] {
  const initiated = new Map<string, string>();
  return history.flatMap((event): LaneStep[] => {
    switch (event.eventType) {
      case 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED':
        return entered(at(event, 'workflowExecutionUpdateAcceptedEventAttributes', 'acceptedRequest', 'input'), 'args');
      case 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED': {
        const signal = at(event, 'workflowExecutionSignaledEventAttributes');
        return at(signal, 'signalName') === 'enter' ? entered(signal, 'input') : [];
      }
      case 'EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED': {
        const child = at(event, 'startChildWorkflowExecutionInitiatedEventAttributes');
        // A lane also starts what tells people that a deployment was terminated.
        if (at(child, 'workflowType', 'name') !== UPGRADE_SERVICE) return [];
        const [request, neverRan] = payloads(at(child, 'input'));
        if (neverRan === undefined) initiated.set(event.eventId, String(at(request, 'requestId')));
        return [];
      }
      case 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED': {
        const id = String(at(event, 'childWorkflowExecutionStartedEventAttributes', 'initiatedEventId'));
        const requestId = initiated.get(id);
        return requestId === undefined ? [] : [{ did: 'started', requestId }];
      }
      default:
        return [];
    }
  });
}

function entered(input: unknown, name: string): LaneStep[] {
  const [ticket] = payloads(at(input, name));
  const requestId = at(ticket, 'request', 'requestId');
  if (typeof requestId !== 'string') return [];
  const since = at(ticket, 'since');
  const told = typeof since === 'number' ? { since } : {};
  return [{ did: 'entered', requestId, whenBusy: String(at(ticket, 'whenBusy')), ...told }];
}

function payloads(from: unknown): unknown[] {
  const all = at(from, 'payloads');
  if (!Array.isArray(all)) return [];
  return all.map((payload) => {
    const data = at(payload, 'data');
    return typeof data === 'string' ? (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as unknown) : null;
  });
}

function at(from: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Readonly<Record<string, unknown>>)[key];
  }, from);
}
