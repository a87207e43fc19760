/**
 * Reads a `Retry-After` header: seconds or an HTTP date.
 *
 * @returns milliseconds from now, at least 0 and at most a day; undefined where there is none that makes sense.
 */
export function parseRetryAfter(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const millis = /^\d{1,9}$/.test(text)
    ? Number(text) * 1000
    : /[a-z]/i.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(millis) ? undefined : Math.min(Math.max(millis, 0), 86_400_000);
}
