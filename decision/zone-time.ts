// Local time of IANA time zones, by the zone data that the JavaScript engine has. Local times are numbers too: the milliseconds since the
// epoch that the same date and time would have in UTC.

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** No zone is further from UTC, and none changes twice within twice as long. */
const FURTHEST = 16 * HOUR;
/** As the zone database spells them: `+01:00`, which some engines take, is none. */
const NAME = /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/;

/** Making one takes a hundred times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const two = '2-digit';
  const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
  const made = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, hourCycle: 'h23', ...fields });
  formatters.set(timeZone, made);
  return made;
}

/** Whether the engine knows a time zone of this name: `Europe/Berlin`, `UTC`. */
export function isTimeZone(name: string): boolean {
  if (!NAME.test(name)) return false;
  try {
    return formatterOf(name).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * What the clocks show.
 *
 * @throws RangeError for a time zone that is none
 */
export function localOf(timeZone: string, instantMillis: number): number {
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatterOf(timeZone).formatToParts(instantMillis))
    if (type in parts) parts[type as keyof typeof parts] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  const below = instantMillis - Math.floor(instantMillis / SECOND) * SECOND;
  return Date.UTC(year, month - 1, day, hour, minute, second) + below;
}

/**
 * The moment in which the clocks show a local time. One that is left out when they go forward is the moment of the jump; of one that comes
 * twice when they go back, `which` is meant.
 *
 * @throws RangeError for a time zone that is none
 */
export function instantOf(timeZone: string, localMillis: number, which: 'first' | 'last'): number {
  const [before, after] = [localMillis - FURTHEST, localMillis + FURTHEST];
  const offsets = [before, after].map((instant) => localOf(timeZone, instant) - instant);
  const found = offsets
    .map((offset) => localMillis - offset)
    .filter((instant) => localOf(timeZone, instant) === localMillis);
  if (found.length === 0) return changeBetween(timeZone, before, after);
  return which === 'first' ? Math.min(...found) : Math.max(...found);
}

/** The moment at which the offset changes, to the millisecond. */
function changeBetween(timeZone: string, before: number, after: number): number {
  const offsetAt = (instant: number): number => localOf(timeZone, instant) - instant;
  const offset = offsetAt(after);
  let [early, late] = [before, after];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle) === offset) late = middle;
    else early = middle;
  }
  return late;
}

/** The day of a local time (of an instant: in UTC), counted from 1970-01-01. */
export const dayOf = (localMillis: number): number => Math.floor(localMillis / DAY);

/** The local time of a day's `minute`; from 1440 on it is one of the day after. */
export const localAt = (day: number, minute: number): number => day * DAY + minute * 60 * SECOND;
