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
  const [first] = lines;
  const earlier = cut === 0 || first === undefined ? [] : fromHistory(entries).filter(({ at }) => at < first.at);
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

function fromHistory(entries: readonly HistoryEntry[]): LogbookLine[] {
  let phase = 'resolving';
  return entries.map((entry) => {
    if (entry.event === 'phase') phase = entry.phase;
    return { at: entry.at, phase, from: 'history', ...entryText(entry) };
  });
}

function endedFromOutside(entries: readonly HistoryEntry[]): LogbookLine[] {
  const end = entries.findIndex(({ event }) => event === 'verdict');
  const isTerminated = entries.some((entry) => entry.event === 'intervention' && entry.name === 'terminate');
  return end < 0 ? [] : fromHistory(entries).slice(isTerminated ? end - 1 : end);
}
