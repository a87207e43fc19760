import type { Payload } from '@temporalio/common';
import type { InterventionKind } from '../../../decision/intervention';
import type { Deploying } from '../../support/rig';
import type { Scene } from '../scene';

/** An event of a history, as JSON has it. */
type Event = Readonly<Record<string, unknown>>;

/** A workflow's history, event by event. */
export async function historyOf(one: Scene, { workflowId }: Deploying): Promise<Event[]> {
  const { events } = await one.rig.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []) as unknown as Event[];
}

interface Input {
  readonly payloads?: readonly Payload[] | null;
}

/** What was sent with a message, as the history keeps it. */
function contentOf(event: Event, kind: InterventionKind): Input | null {
  const signal = event['workflowExecutionSignaledEventAttributes'] as { signalName: string; input?: Input } | null;
  if (signal?.signalName === kind) return signal.input ?? {};
  const update = event['workflowExecutionUpdateAcceptedEventAttributes'] as {
    acceptedRequest?: { input?: { name?: string; args?: Input } };
  } | null;
  const request = update?.acceptedRequest?.input;
  return request?.name === kind ? (request.args ?? {}) : null;
}

/** The last message of a kind: the texts that came with it, and where it stands. */
export function lastSaid(events: readonly Event[], kind: InterventionKind): { at: number; content: string } {
  const at = events.findLastIndex((event) => contentOf(event, kind) !== null);
  const found = events[at];
  if (found === undefined) throw new Error(`the history has no ${kind}`);
  const payloads = contentOf(found, kind)?.payloads ?? [];
  return { at, content: payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join('\n') };
}

/** The activities that were begun after an event before any timer fired; `end` where the deployment ended before. */
export function begunAtOnce(events: readonly Event[], after: number): string[] {
  const begun: string[] = [];
  for (const event of events.slice(after + 1)) {
    const scheduled = event['activityTaskScheduledEventAttributes'] as { activityType: { name: string } } | null;
    if (scheduled) begun.push(scheduled.activityType.name);
    if (event['workflowExecutionCompletedEventAttributes']) return [...begun, 'end'];
    if (event['timerFiredEventAttributes']) return begun;
  }
  return begun;
}

/** Waits until the logbook has a line. */
export async function logbookHas(one: Scene, deploying: Deploying, line: string): Promise<void> {
  for (;;) {
    const { events } = await one.rig.progress(deploying);
    if (events.some(({ text }) => text === line)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
