import type { HistoryEvent } from '../../support/stack';

/** One activity of a history, from its scheduling to its end. */
export interface ActivityRecord {
  readonly scheduledAt: number;
  readonly type: string;
  readonly startToCloseMillis: number;
  readonly scheduleToCloseMillis: number;
  readonly heartbeatMillis: number;
  readonly maximumAttempts: number;
  /** Position of the event that ended it; null while it is under way. */
  readonly endedAt: number | null;
  readonly end: 'completed' | 'failed' | 'timed out' | 'canceled' | null;
  /** It was called off; a read is then not waited for. */
  readonly calledOff: boolean;
  /** Attempts as the last started event counts them; 0 where none was started. */
  readonly attempts: number;
  /** Why the attempt before the last one failed. */
  readonly lastFailure: string | null;
}

/** A durable timer. */
export interface TimerRecord {
  readonly eventId: string;
  readonly millis: number;
}

type Attributes = Readonly<Record<string, unknown>>;

const ENDS = {
  activityTaskCompletedEventAttributes: 'completed',
  activityTaskFailedEventAttributes: 'failed',
  activityTaskTimedOutEventAttributes: 'timed out',
  activityTaskCanceledEventAttributes: 'canceled',
} as const;

/** Attributes of an event, where it is of that kind. */
export function attributesOf(event: HistoryEvent, name: string): Attributes | undefined {
  const value = event[name];
  return typeof value === 'object' && value !== null ? (value as Attributes) : undefined;
}

/** All activities of a history in the order in which they were scheduled; positions are event ids. */
export function activitiesIn(history: readonly HistoryEvent[]): ActivityRecord[] {
  const records = new Map<string, { -readonly [K in keyof ActivityRecord]: ActivityRecord[K] }>();
  for (const event of history) {
    const scheduled = attributesOf(event, 'activityTaskScheduledEventAttributes');
    if (scheduled !== undefined) records.set(event.eventId, scheduledRecord(event, scheduled));
    const started = attributesOf(event, 'activityTaskStartedEventAttributes');
    const begun = started === undefined ? undefined : records.get(String(started['scheduledEventId']));
    if (started !== undefined && begun !== undefined) {
      begun.attempts = Number(started['attempt'] ?? 0);
      begun.lastFailure = failureText(started['lastFailure']);
    }
    const asked = attributesOf(event, 'activityTaskCancelRequestedEventAttributes');
    const calledOff = asked === undefined ? undefined : records.get(String(asked['scheduledEventId']));
    if (calledOff !== undefined) calledOff.calledOff = true;
    for (const [name, end] of Object.entries(ENDS)) {
      const ended = attributesOf(event, name);
      const record = ended === undefined ? undefined : records.get(String(ended['scheduledEventId']));
      if (record !== undefined) Object.assign(record, { end, endedAt: Number(event.eventId) });
    }
  }
  return [...records.values()];
}

export function timersIn(history: readonly HistoryEvent[]): TimerRecord[] {
  return history.flatMap((event) => {
    const started = attributesOf(event, 'timerStartedEventAttributes');
    return started === undefined
      ? []
      : [{ eventId: event.eventId, millis: durationMillis(started['startToFireTimeout']) }];
  });
}

/** The JSON that a payload holds; undefined where it holds none. */
export function decoded(payloads: unknown, index = 0): unknown {
  const list = (payloads as { payloads?: readonly { data?: string }[] } | null | undefined)?.payloads;
  const data = list?.[index]?.data;
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** The result of the first completed activity of a type. */
export function resultOf(history: readonly HistoryEvent[], type: string): unknown {
  const scheduled = new Set(
    history
      .filter((event) => typeOf(attributesOf(event, 'activityTaskScheduledEventAttributes')) === type)
      .map(({ eventId }) => eventId),
  );
  for (const event of history) {
    const completed = attributesOf(event, 'activityTaskCompletedEventAttributes');
    if (completed !== undefined && scheduled.has(String(completed['scheduledEventId'])))
      return decoded(completed['result']);
  }
  return undefined;
}

function scheduledRecord(event: HistoryEvent, scheduled: Attributes): ActivityRecord {
  const retry = scheduled['retryPolicy'] as { maximumAttempts?: number } | undefined;
  return {
    scheduledAt: Number(event.eventId),
    type: typeOf(scheduled) ?? '',
    startToCloseMillis: durationMillis(scheduled['startToCloseTimeout']),
    scheduleToCloseMillis: durationMillis(scheduled['scheduleToCloseTimeout']),
    heartbeatMillis: durationMillis(scheduled['heartbeatTimeout']),
    maximumAttempts: retry?.maximumAttempts ?? 0,
    endedAt: null,
    end: null,
    calledOff: false,
    attempts: 0,
    lastFailure: null,
  };
}

function typeOf(scheduled: Attributes | undefined): string | undefined {
  return (scheduled?.['activityType'] as { name?: string } | undefined)?.name;
}

/** Milliseconds of a duration as the export writes it: `{seconds, nanos}`, or text such as `2.5s`. */
export function durationMillis(value: unknown): number {
  if (typeof value === 'string') return Number(value.replace(/s$/, '')) * 1000;
  const { seconds, nanos } = (value ?? {}) as { seconds?: string | number; nanos?: number };
  return Number(seconds ?? 0) * 1000 + Math.round((nanos ?? 0) / 1e6);
}

function failureText(value: unknown): string | null {
  const { message } = (value ?? {}) as { message?: string };
  return message ?? null;
}
