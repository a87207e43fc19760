import { isTimeZone } from './zone-time';

/** The days of a week, as a freeze names them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A time in which nothing is released, again and again. */
export interface RecurringWindow {
  readonly name: string;
  /** IANA: `Europe/Berlin`. */
  readonly timeZone: string;
  /** On which it begins. Default: every day. */
  readonly days?: readonly Weekday[];
  /** `HH:MM`, local. */
  readonly from: string;
  /** `HH:MM`, local; the next day's where it is not later than `from`. */
  readonly to: string;
}

/** A time in which nothing is released, once. */
export interface SingleWindow {
  readonly name: string;
  /** IANA: `Europe/Berlin`. */
  readonly timeZone: string;
  /** `YYYY-MM-DDTHH:MM`, local. */
  readonly from: string;
  /** `YYYY-MM-DDTHH:MM`, local; later than `from`. */
  readonly to: string;
}

export type FreezeWindow = RecurringWindow | SingleWindow;

/** A window with its times read. */
export type WindowTimes =
  | { readonly kind: 'recurring'; readonly days: readonly Weekday[]; readonly from: number; readonly to: number }
  /** Local times, as `zone-time.ts` has them. */
  | { readonly kind: 'single'; readonly from: number; readonly to: number };

/** Minutes from midnight of `HH:MM`; null where it is no time of a day. */
export function clockMinutes(text: string): number | null {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? null : Number(hour) * 60 + Number(minute);
}

/** The local time of `YYYY-MM-DDTHH:MM`, as `zone-time.ts` has it; null where it is none. */
export function localMillisOf(text: string): number | null {
  const [, day, time = ''] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})$/.exec(text) ?? [];
  const minutes = clockMinutes(time);
  if (day === undefined || minutes === null) return null;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // February has no 30th day; `Date` would take it for one of March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return null;
  return midnight + minutes * 60_000;
}

/** The times of a window; or what is wrong with it, and with which of its keys. */
export function readWindow(
  window: FreezeWindow,
): WindowTimes | { readonly kind: 'bad'; readonly at: keyof RecurringWindow; readonly why: string } {
  const bad = (at: keyof RecurringWindow, why: string) => ({ kind: 'bad', at, why }) as const;
  if (!isTimeZone(window.timeZone)) return bad('timeZone', 'it is no time zone that is known here');
  const days = 'days' in window ? window.days : undefined;
  if (days !== undefined && (days.length === 0 || !days.every((day) => WEEKDAYS.includes(day))))
    return bad('days', `it is no list of ${WEEKDAYS.join(', ')}`);
  const [from, to] = [clockMinutes(window.from), clockMinutes(window.to)];
  if (from !== null && to !== null) return { kind: 'recurring', days: days ?? WEEKDAYS, from, to };
  const [begin, end] = [localMillisOf(window.from), localMillisOf(window.to)];
  if (from === null && begin === null) return bad('from', 'it is neither HH:MM nor YYYY-MM-DDTHH:MM');
  if (begin === null) return bad('to', 'it is not HH:MM, as "from" is');
  if (end === null) return bad('to', 'it is not YYYY-MM-DDTHH:MM, as "from" is');
  if (end <= begin) return bad('to', 'it is not later than "from"');
  return days === undefined
    ? { kind: 'single', from: begin, to: end }
    : bad('days', 'a window that comes once has no days');
}
