import { ApplicationFailure } from '@temporalio/common';
import type { LogEntry } from '@temporalio/worker';
import { FAILURE_TYPES } from '../activities/failure-types';

/** What of an entry's details is worth a place in the line. Everything else (payloads above all) stays out. */
const SHOWN = ['taskQueue', 'workflowId', 'runId', 'activityType', 'activityId', 'attempt', 'durationMs'] as const;
const MESSAGE_LIMIT = 1000;

/**
 * What the SDK says at every start of a worker that takes tasks of one kind only. Ours do so on purpose: one takes the workflows,
 * another the activities, and nobody has Nexus services. As warnings they would look like something to mend.
 */
const AS_INTENDED: readonly string[] = [
  'No workflows registered, not polling for workflow tasks',
  'No activities registered, not polling for activity tasks',
  'No Nexus services registered, not polling for Nexus tasks',
];

/** Whether an entry says something worth a line: all but the messages, word for word, that tell what is so on purpose. */
export function isWorthALine({ message }: Pick<LogEntry, 'message'>): boolean {
  return !AS_INTENDED.includes(message);
}

/** The SDK's message about each attempt of an activity that failed. */
const ATTEMPT_FAILED = 'Activity failed';

/**
 * Whether an entry tells of an attempt that failed as expected and is tried again. In an outage there is one for each deployment every
 * few seconds; that Rancher is away, and back, has a line of its own, and the deployment's logbook tells what it meant there.
 */
export function isExpectedRetry({ message, meta }: Pick<LogEntry, 'message' | 'meta'>): boolean {
  const error: unknown = meta?.['error'];
  if (message !== ATTEMPT_FAILED || !(error instanceof ApplicationFailure)) return false;
  const known = Object.entries(FAILURE_TYPES).find(([type]) => type === error.type);
  return known !== undefined && known[1].retry;
}

/** An entry of Temporal's logger as one plain line: time, level, message, a few details, and an error's first line. */
export function logLine(entry: LogEntry): string {
  const meta: Record<string, unknown> = { ...entry.meta };
  const details = SHOWN.filter((name) => meta[name] !== undefined && meta[name] !== '').map(
    (name) => `${name}=${oneLine(String(meta[name]))}`,
  );
  const error = meta['error'];
  const cause = error === undefined ? [] : [`error=${JSON.stringify(oneLine(wordsOf(error)))}`];
  const time = new Date(Number(entry.timestampNanos / 1_000_000n)).toISOString();
  return [time, entry.level.padEnd(5), oneLine(entry.message), ...details, ...cause].join(' ');
}

function wordsOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === 'string' ? error : 'unknown';
}

function oneLine(text: string): string {
  return [...text]
    .map((character) => (character < ' ' || character === '\u007f' ? ' ' : character))
    .join('')
    .slice(0, MESSAGE_LIMIT);
}
