import { INTERVENTION_NAMES } from '../../decision/intervention';
import type { Progress, ProgressEvent } from '../../workflows/contract';
import { entryText } from './entry-text';
import type { HistoryEntry } from './history-entry';

/** A line of a deployment's logbook. */
export interface LogbookLine extends Omit<ProgressEvent, 'phase'> {
  readonly phase: string;
  /** Who wrote it: the deployment itself, or this client, from the history. */
  readonly from: 'workflow' | 'history';
}

/** Everything that can be told of what happened, in order. */
export interface Logbook {
  readonly lines: readonly LogbookLine[];
  /** Lines that the deployment wrote and does not keep: the history tells what happened then, in other words. */
  readonly cut: number;
  /** Null where no worker answered, and so none of the deployment's own lines is here. */
  readonly kept: number | null;
}

/**
 * The whole logbook. A deployment keeps its last lines itself, in its own words; what happened before them, and all of it where no worker
 * answers, is told from the history.
 */
export function logbookOf(entries: readonly HistoryEntry[], progress: Progress | null): Logbook {
  if (progress === null) return { lines: fromHistory(entries), cut: 0, kept: null };
  const lines = progress.events.map((event): LogbookLine => ({ ...event, from: 'workflow' }));
  const cut = Math.max(0, progress.eventCount - lines.length);
  const earlier = cut === 0 ? [] : fromHistory(entries, earlierOf(entries, progress.events));
  // What ended the workflow from outside it could not write down itself.
  const last = lines.at(-1)?.at ?? 0;
  const after = progress.result === null ? endedFromOutside(entries).filter(({ at }) => at >= last) : [];
  return { lines: [...earlier, ...lines, ...after], cut, kept: lines.length };
}

/** Says what is not the deployment's own words; empty where all is. */
export function logbookNote({ cut, kept }: Logbook): string {
  if (kept === null)
    return 'No worker answers, so this is told from the history in Temporal: everything that was done, not all that was said.';
  if (cut === 0) return '';
  return `The deployment keeps its last ${String(kept)} lines. The ${String(cut)} before them are gone; what happened then is told from the history in Temporal.`;
}

/**
 * What happened before the first line that is kept. A deployment writes a message down when it gets to it, so the time does not tell
 * which of them are among its lines: the last so many are.
 */
function earlierOf(entries: readonly HistoryEntry[], kept: readonly ProgressEvent[]): ReadonlySet<HistoryEntry> {
  const messages = entries.filter(isWrittenDown);
  const told = kept.filter(({ text }) => WRITTEN_DOWN.test(text)).length;
  const untold = new Set(messages.slice(0, Math.max(0, messages.length - told)));
  const from = kept[0]?.at ?? 0;
  return new Set(entries.filter((entry) => (isWrittenDown(entry) ? untold.has(entry) : entry.at < from)));
}

/** How a deployment writes down that somebody stepped in. */
const WRITTEN_DOWN = new RegExp(`^(${INTERVENTION_NAMES.join('|')}) by `);

function isWrittenDown(entry: HistoryEntry): boolean {
  if (entry.event !== 'intervention' || !INTERVENTION_NAMES.some((name) => name === entry.name)) return false;
  return entry.outcome === 'taken' || entry.outcome === 'refused';
}

function fromHistory(
  entries: readonly HistoryEntry[],
  wanted: ReadonlySet<HistoryEntry> = new Set(entries),
): LogbookLine[] {
  let phase = 'resolving';
  return entries.flatMap((entry) => {
    if (entry.event === 'phase') phase = entry.phase;
    return wanted.has(entry) ? [{ at: entry.at, phase, from: 'history', ...entryText(entry) } as const] : [];
  });
}

function endedFromOutside(entries: readonly HistoryEntry[]): LogbookLine[] {
  const end = entries.findIndex(({ event }) => event === 'verdict');
  const isTerminated = entries.some((entry) => entry.event === 'intervention' && entry.name === 'terminate');
  return end < 0 ? [] : fromHistory(entries).slice(isTerminated ? end - 1 : end);
}
