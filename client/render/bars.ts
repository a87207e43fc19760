import type { PhaseSpan } from '../../workflows/contract';

/** Fewer characters than this draw no picture. */
const LEAST_WIDTH = 8;

/**
 * Each span as a bar that stands where it was in time, at least one character long; none where there is too little room.
 *
 * @param width of all of it, characters
 * @param mark what a bar is made of
 */
export function barsOf(timeline: readonly PhaseSpan[], width: number, mark: string): readonly string[] {
  const from = timeline[0]?.from ?? 0;
  const total = Math.max(1, (timeline.at(-1)?.to ?? 0) - from);
  if (width < LEAST_WIDTH) return timeline.map(() => '');
  return timeline.map((span) => {
    const begin = Math.min(width - 1, Math.floor(((span.from - from) / total) * width));
    const end = Math.min(width, Math.max(begin + 1, Math.round(((span.to - from) / total) * width)));
    return ' '.repeat(begin) + mark.repeat(end - begin);
  });
}
