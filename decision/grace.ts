import type { ProgressClock } from './progress-clock';

/**
 * After an outage no limit judges at once: what came up meanwhile, or is about to, gets the stall limit to show it. A Rancher that was
 * killed during an upgrade resumes it, and needed about two minutes for what was left.
 *
 * @param backSince when Rancher, the worker or Temporal came back, or something got better after that; null where nobody was away
 * @returns milliseconds that are left of it; 0 where there is none
 */
export function graceMillis(backSince: number | null, now: number, stallLimitMillis: number): number {
  return backSince === null ? 0 : Math.max(0, backSince + stallLimitMillis - now);
}

/**
 * Whether nothing got better for as long as a limit. Where the grace still runs, the limit has to have passed twice: a Rancher that comes
 * and goes must not put it off for ever.
 */
export function isStuck(
  { stalledMillis }: Pick<ProgressClock, 'stalledMillis'>,
  limitMillis: number,
  grace: number,
): boolean {
  return stalledMillis >= (grace > 0 ? 2 : 1) * limitMillis;
}

/**
 * Whether the absolute cap has passed and may be judged.
 *
 * @param elapsedMillis since the start, time spent waiting for people left out; outages count
 */
export function isOverdue(elapsedMillis: number, timeoutMillis: number, grace: number): boolean {
  return grace === 0 && elapsedMillis >= timeoutMillis;
}
