import type { Connection } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { requiredTsToMs } from '@temporalio/common/lib/time';
import type { LoadedDataConverter } from '@temporalio/common';
import { CodecError } from '../../codec/codec-error';
import { NOTHING } from '../history/recorded-event';
import type { ActivityEnd, Given, RecordedEvent, RunEnd } from '../history/recorded-event';

type HistoryPage = Awaited<ReturnType<Connection['workflowService']['getWorkflowExecutionHistory']>>;
/** An event as Temporal's API has it. */
export type RawEvent = NonNullable<NonNullable<HistoryPage['history']>['events']>[number];
type Payload = NonNullable<
  NonNullable<NonNullable<RawEvent['workflowExecutionStartedEventAttributes']>['input']>['payloads']
>[number];
type Failure = NonNullable<RawEvent['activityTaskFailedEventAttributes']>['failure'];

/** What an event says of a deployment; null where it is one of Temporal's own book-keeping. */
export async function recordEvent(raw: RawEvent, converter: LoadedDataConverter): Promise<RecordedEvent | null> {
  const told = await tellingPart(
    raw,
    (payloads) => read(payloads ?? [], converter),
    (failure) => wordsOf(failure, converter),
  );
  return told === null ? null : { id: Number(raw.eventId), at: requiredTsToMs(raw.eventTime, 'eventTime'), ...told };
}

type Reader = (payloads: readonly Payload[] | null | undefined) => Promise<Given>;
type Words = (failure: Failure) => Promise<string | null>;
type WithoutPlace<T> = T extends unknown ? Omit<T, 'id' | 'at'> : never;
type Told = WithoutPlace<RecordedEvent>;

async function tellingPart(raw: RawEvent, given: Reader, words: Words): Promise<Told | null> {
  const started = raw.workflowExecutionStartedEventAttributes;
  if (started != null) {
    const attributes = await keywords(started.searchAttributes?.indexedFields, given);
    return {
      type: 'started',
      input: await given(started.input?.payloads),
      attributes,
      identity: started.identity ?? '',
    };
  }
  const upserted = raw.upsertWorkflowSearchAttributesEventAttributes;
  if (upserted != null)
    return { type: 'attributes', attributes: await keywords(upserted.searchAttributes?.indexedFields, given) };
  const signal = raw.workflowExecutionSignaledEventAttributes;
  if (signal != null) {
    const { signalName, input, identity } = signal;
    return { type: 'signal', name: signalName ?? '', input: await given(input?.payloads), identity: identity ?? '' };
  }
  const answered = raw.workflowExecutionUpdateCompletedEventAttributes;
  if (answered != null) {
    const { acceptedEventId, outcome } = answered;
    return {
      type: 'update-answered',
      acceptedId: Number(acceptedEventId),
      result: await given(outcome?.success?.payloads),
      said: await words(outcome?.failure),
    };
  }
  const updated = raw.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
  const admitted = raw.workflowExecutionUpdateAdmittedEventAttributes?.request;
  const update = updated ?? admitted;
  if (update != null) {
    const payloads = update.input?.args?.payloads ?? [];
    return {
      type: updated == null ? 'admitted' : 'update',
      name: update.input?.name ?? '',
      input: await given(payloads),
      ...(payloads.length < 2 ? {} : { second: await given(payloads.slice(1)) }),
      identity: update.meta?.identity ?? '',
    };
  }
  const cancel = raw.workflowExecutionCancelRequestedEventAttributes;
  if (cancel != null) return { type: 'cancel-requested', cause: cancel.cause ?? '', identity: cancel.identity ?? '' };
  if (raw.workflowTaskCompletedEventAttributes != null) return { type: 'turn' };
  const failedTask = raw.workflowTaskFailedEventAttributes;
  if (failedTask != null) {
    // Only a reset names the run that the new one goes on from.
    const { baseRunId, failure, identity } = failedTask;
    if (!baseRunId) return null;
    return { type: 'reset', baseRunId, reason: (await words(failure)) ?? '', identity: identity ?? '' };
  }
  return (await activityPart(raw, given, words)) ?? endOf(raw, given, words);
}

async function activityPart(raw: RawEvent, given: Reader, words: Words): Promise<Told | null> {
  const scheduled = raw.activityTaskScheduledEventAttributes;
  if (scheduled != null)
    return {
      type: 'scheduled',
      activity: scheduled.activityType?.name ?? '',
      input: await given(scheduled.input?.payloads),
    };
  const started = raw.activityTaskStartedEventAttributes;
  if (started != null)
    return { type: 'attempt', scheduledId: Number(started.scheduledEventId), attempt: started.attempt ?? 1 };
  const completed = raw.activityTaskCompletedEventAttributes;
  const failed = raw.activityTaskFailedEventAttributes;
  const timedOut = raw.activityTaskTimedOutEventAttributes;
  const cancelled = raw.activityTaskCanceledEventAttributes;
  const ended = completed ?? failed ?? timedOut ?? cancelled;
  if (ended == null) return null;
  const how: ActivityEnd =
    completed != null ? 'completed' : failed != null ? 'failed' : timedOut != null ? 'timed-out' : 'cancelled';
  const failure = failed?.failure ?? timedOut?.failure;
  const identity = completed?.identity ?? failed?.identity ?? cancelled?.identity ?? '';
  return {
    type: 'answered',
    scheduledId: Number(ended.scheduledEventId),
    how,
    result: await given(completed?.result?.payloads),
    said: await words(failure),
    failureType: failure?.applicationFailureInfo?.type || null,
    identity,
  };
}

async function endOf(raw: RawEvent, given: Reader, words: Words): Promise<Told | null> {
  const completed = raw.workflowExecutionCompletedEventAttributes;
  const terminated = raw.workflowExecutionTerminatedEventAttributes;
  const failed = raw.workflowExecutionFailedEventAttributes;
  const end = (how: RunEnd, reason = '', identity = ''): Told => ({
    type: 'ended',
    how,
    result: NOTHING,
    reason,
    identity,
  });
  if (completed != null) return { ...end('completed'), result: await given(completed.result?.payloads) } as Told;
  if (terminated != null) return end('terminated', terminated.reason ?? '', terminated.identity ?? '');
  if (failed != null) return end('failed', (await words(failed.failure)) ?? '');
  if (raw.workflowExecutionTimedOutEventAttributes != null) return end('timed-out');
  if (raw.workflowExecutionCanceledEventAttributes != null) return end('cancelled');
  return raw.workflowExecutionContinuedAsNewEventAttributes != null ? end('continued-as-new') : null;
}

/** The first of some payloads: all that is sent in deployments is one value each. */
async function read(payloads: readonly Payload[], converter: LoadedDataConverter): Promise<Given> {
  if (payloads.length === 0) return NOTHING;
  try {
    const [value] = await decodeArrayFromPayloads(converter, [...payloads].slice(0, 1));
    return { isReadable: true, value };
  } catch (error) {
    return { isReadable: false, encoding: error instanceof CodecError ? error.message : encodingOf(payloads[0]) };
  }
}

function encodingOf(payload: Payload | undefined): string {
  const bytes = payload?.metadata?.['encoding'];
  return bytes == null ? 'no encoding is named' : new TextDecoder().decode(bytes).slice(0, 100);
}

/** Search attributes of type Keyword; others are not Drover's. */
async function keywords(
  fields: Readonly<Record<string, Payload>> | null | undefined,
  given: Reader,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, payload] of Object.entries(fields ?? {})) {
    const one = await given([payload]);
    if (one.isReadable && typeof one.value === 'string') found[name] = one.value;
  }
  return found;
}

/** A time-out of its own says little: what the last attempt met is its cause. */
async function wordsOf(failure: Failure, converter: LoadedDataConverter): Promise<string | null> {
  if (failure == null) return null;
  const said = await messageOf(failure, converter);
  const cause = failure.cause == null ? '' : await messageOf(failure.cause, converter);
  return cause === '' ? said : `${said}: ${cause}`;
}

/** Where the codec is on, the message is a payload too. */
async function messageOf(failure: NonNullable<Failure>, converter: LoadedDataConverter): Promise<string> {
  if (failure.encodedAttributes == null) return failure.message ?? '';
  const attributes = await read([failure.encodedAttributes], converter);
  if (!attributes.isReadable) return attributes.encoding;
  const { value } = attributes;
  const isSaid = typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
  return isSaid ? String(value.message) : (failure.message ?? '');
}
