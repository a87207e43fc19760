import type { LogEntry } from '@temporalio/worker';

/** What of an entry's details is worth a place in the line. Everything else (payloads above all) stays out. */
const SHOWN = ['taskQueue', 'workflowId', 'runId', 'activityType', 'activityId', 'attempt', 'durationMs'] as const;
const MESSAGE_LIMIT = 1000;

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
