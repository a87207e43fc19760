/** While Rancher's events come in, a change is told at once: a read is due only in case that one is lost, and so much more seldom than else. */
const WATCHED = 7;
/** Whoever does not look for longer than this is not known to be watching any more, milliseconds. */
export const LONGEST_LOOK_MILLIS = 7_200_000;

/** How much longer than the wait has lasted so far the next pause may be: a fifth, so that noticing costs at most a fifth. */
const WIDENING = 0.2;

/**
 * The pause before the next read: it widens with the time already waited, between a floor and a cap. A fast upgrade is noticed within
 * a second or two; a ten-minute one costs about forty reads.
 *
 * @param elapsedMillis time since the wait began
 * @returns milliseconds, a whole number of hundreds
 */
export function pauseMillis(elapsedMillis: number, limits: { pollMinMillis: number; pollMaxMillis: number }): number {
  const wanted = Math.round((elapsedMillis * WIDENING) / 100) * 100;
  return Math.min(limits.pollMaxMillis, Math.max(limits.pollMinMillis, wanted));
}

/**
 * The pause before the next read while Rancher is at something that its events will tell the end of: wide, but with one more read before
 * the limit can be reached.
 *
 * @param watched its events come in; else the pause is the usual one
 * @param leastLookMillis how far apart reads by time alone are to be at least while its events come in, where the limit lets them. Default 0
 * @param limitMillis what is judged at the next reads
 */
export function waitMillis(
  elapsedMillis: number,
  limits: { pollMinMillis: number; pollMaxMillis: number },
  { watched, leastLookMillis = 0, limitMillis }: { watched: boolean; leastLookMillis?: number; limitMillis: number },
): number {
  const usual = pauseMillis(elapsedMillis, limits);
  if (!watched) return usual;
  const wide = Math.min(LONGEST_LOOK_MILLIS, Math.max(WATCHED * limits.pollMaxMillis, leastLookMillis));
  return Math.max(usual, Math.min(wide, Math.round(limitMillis / 2)));
}
