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
