import type { StoredEvent, StoredHistory } from './stored-history';

type Attributes = Readonly<Record<string, unknown>>;

/** What a history tells, as far as it is looked after that every kind of it is stored. */
export interface WhatHappened {
  readonly workflowType: string;
  /** Of the result; null where there is none, or none with a verdict. */
  readonly verdict: string | null;
  readonly activities: readonly string[];
  /** Names of signals and updates. */
  readonly messages: readonly string[];
}

/** What happened in a stored history. */
export function whatHappened({ events }: StoredHistory): WhatHappened {
  const started = attributesOf(events[0], 'workflowExecutionStartedEventAttributes');
  const completed = attributesOf(events.at(-1), 'workflowExecutionCompletedEventAttributes');
  const result = decoded(completed?.['result']);
  const verdict = typeof result === 'object' && result !== null && 'verdict' in result ? String(result.verdict) : null;
  const activities = events.flatMap((event) => nameIn(event, 'activityTaskScheduledEventAttributes', 'activityType'));
  const signals = events.flatMap((event) => {
    const name = attributesOf(event, 'workflowExecutionSignaledEventAttributes')?.['signalName'];
    return typeof name === 'string' ? [name] : [];
  });
  const updates = events.flatMap((event) => {
    const accepted = attributesOf(event, 'workflowExecutionUpdateAcceptedEventAttributes');
    const request = accepted?.['acceptedRequest'] as { input?: { name?: string } } | undefined;
    return request?.input?.name === undefined ? [] : [request.input.name];
  });
  return {
    workflowType: (started?.['workflowType'] as { name?: string } | undefined)?.name ?? 'unknown',
    verdict,
    activities: [...new Set(activities)],
    messages: [...new Set([...signals, ...updates])],
  };
}

/** Every payload of a history in clear. */
export function payloadsOf(history: StoredHistory): string {
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('data' in value && typeof value.data === 'string') texts.push(Buffer.from(value.data, 'base64').toString());
    Object.values(value).forEach(visit);
  };
  visit(history.events);
  return texts.join('\n');
}

function attributesOf(event: StoredEvent | undefined, name: string): Attributes | undefined {
  return event?.[name] as Attributes | undefined;
}

function nameIn(event: StoredEvent, attributes: string, name: string): string[] {
  const found = attributesOf(event, attributes)?.[name] as { name?: string } | undefined;
  return found?.name === undefined ? [] : [found.name];
}

function decoded(payloads: unknown): unknown {
  const [first] = (payloads as { payloads?: { data?: string }[] } | undefined)?.payloads ?? [];
  return first?.data === undefined ? null : JSON.parse(Buffer.from(first.data, 'base64').toString());
}
