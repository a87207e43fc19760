import { PHASES } from '../../decision/phase';
import type { Phase } from '../../decision/phase';
import type { PhaseSpan } from '../../workflows/contract';
import type { HistoryEntry } from './history-entry';

/** The phases that a history tells of, from the start up to its end, or up to now where it runs. */
export function timelineOf(entries: readonly HistoryEntry[], now: number): readonly PhaseSpan[] {
  const [first] = entries;
  if (first === undefined) return [];
  const spans: PhaseSpan[] = [];
  let phase: Phase = 'resolving';
  let from = first.at;
  const until = (to: number): void => {
    if (phase !== 'done') spans.push({ phase, from, to: Math.max(from, to) });
  };
  for (const entry of entries) {
    const next = entry.event === 'phase' ? PHASES.find((one) => one === entry.phase) : undefined;
    if (next === undefined) continue;
    until(entry.at);
    [phase, from] = [next, entry.at];
  }
  until(entries.findLast(({ event }) => event === 'verdict')?.at ?? now);
  return spans;
}
