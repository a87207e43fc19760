import type { Progress, ProgressEvent } from '../../workflows/contract';

/** The logbook's lines that were not seen yet. */
export interface NewEvents {
  readonly events: readonly ProgressEvent[];
  /** Lines that are gone: the query answers only the newest. */
  readonly missed: number;
  /** How many lines there are in all. */
  readonly seen: number;
}

/** Which events of an answer are new, when so many were seen before. */
export function newEventsOf(progress: Pick<Progress, 'events' | 'eventCount'>, seen: number): NewEvents {
  const first = progress.eventCount - progress.events.length;
  const missed = Math.max(0, first - seen);
  return {
    events: progress.events.slice(Math.max(0, seen - first)),
    missed,
    seen: Math.max(seen, progress.eventCount),
  };
}

/** How many lines of a run that was reset are those of the run before: a replay writes them again, with their times. */
export function toldBefore(progress: Pick<Progress, 'events' | 'eventCount'>, toldAt: number): number {
  const first = progress.eventCount - progress.events.length;
  return first + progress.events.filter(({ at }) => at <= toldAt).length;
}
