import { parseDuration } from './duration';

/** A day, or a moment of it; without a zone it is UTC. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * A moment that somebody wrote, in milliseconds since the epoch: so long ago (`24h`, `7d`), a day (`2026-11-23`, its beginning), or a
 * moment (`2026-11-23T14:00`, `2026-11-23T14:00:05+01:00`); UTC where no zone is given. `undefined` where it is none.
 */
export function parseInstant(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  const ago = parseDuration(trimmed, false);
  if (ago !== undefined) return ago > now ? undefined : now - ago;
  const [, day, time = '00:00', zone = 'Z'] = ISO.exec(trimmed) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const millis = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  return Number.isFinite(millis) ? millis : undefined;
}

/** February has no 30th day; `Date` would take it for one of March. */
function isDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(day);
}
