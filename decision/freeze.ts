import { readWindow, WEEKDAYS, type FreezeWindow, type WindowTimes as Times } from './freeze-window';
import { dayOf, instantOf, localAt } from './zone-time';

// The zone data are the engine's: two releases of Node may disagree about a future day. A workflow that acts upon an answer takes it from an
// activity, so that a replay finds it in the history.

/** How far ahead an end is looked for: a freeze without one is looked at again after so long. Milliseconds. */
export const FREEZE_HORIZON_MILLIS = 366 * 86_400_000;

/** Nothing is released now. */
export interface Frozen {
  /** Of the windows that hold now, the name of the one that holds longest. */
  readonly window: string;
  /** When the frozen stretch ends, windows that join included; at most {@link FREEZE_HORIZON_MILLIS} from now. */
  readonly untilMillis: number;
}

/**
 * Whether a moment lies in one of the windows, and when that ends. A window holds from the moment in which the clocks first show `from`
 * until they last show `to`; a time that they leave out is the moment of the jump.
 *
 * @throws RangeError for a window that `readWindow` would not take
 */
export function frozenUntil(windows: readonly FreezeWindow[], nowMillis: number): Frozen | null {
  const now = longestAt(windows, nowMillis);
  if (now === null) return null;
  const horizon = nowMillis + FREEZE_HORIZON_MILLIS;
  let until = now.to;
  for (let next = longestAt(windows, until); next !== null && until < horizon; next = longestAt(windows, until))
    until = next.to;
  return { window: now.name, untilMillis: Math.min(until, horizon) };
}

/** The first moment from now on in which nothing is frozen: now itself, or the end of the stretch, with its bound. */
export function opensAt(windows: readonly FreezeWindow[], nowMillis: number): number {
  return frozenUntil(windows, nowMillis)?.untilMillis ?? nowMillis;
}

/** From a moment until before another one; empty where it was swallowed by clocks that went forward. */
interface Span {
  readonly from: number;
  readonly to: number;
}

function longestAt(windows: readonly FreezeWindow[], instant: number): { name: string; to: number } | null {
  let longest: { name: string; to: number } | null = null;
  for (const window of windows)
    for (const { from, to } of spansNear(window, instant))
      if (from <= instant && instant < to && to > (longest?.to ?? -Infinity)) longest = { name: window.name, to };
  return longest;
}

/**
 * Counted from the day in UTC, which is at most one away from the local one. No window is longer than a day and the hours by which clocks are
 * changed, but where a country moved over the date line, and left a day out.
 */
const DAYS_NEAR = [-3, -2, -1, 0, 1] as const;

/** The spans of a window that can hold in a moment. */
function spansNear(window: FreezeWindow, instant: number): readonly Span[] {
  const { times, spans } = knownOf(window);
  const today = times.kind === 'single' ? 0 : dayOf(instant);
  const before = spans.get(today);
  if (before !== undefined) return before;
  const made = times.kind === 'single' ? [spanOf(window, times.from, times.to)] : spansOf(window, times, today);
  spans.set(today, made);
  return made;
}

function spansOf(window: FreezeWindow, { days, from, to }: Times & { kind: 'recurring' }, today: number): Span[] {
  const end = to > from ? to : to + 24 * 60;
  return DAYS_NEAR.map((offset) => today + offset)
    .filter((day) => days.includes(weekdayOf(day)))
    .map((day) => spanOf(window, localAt(day, from), localAt(day, end)));
}

function spanOf({ timeZone }: FreezeWindow, from: number, to: number): Span {
  return { from: instantOf(timeZone, from, 'first'), to: instantOf(timeZone, to, 'last') };
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(day: number): (typeof WEEKDAYS)[number] {
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon';
}

interface Known {
  readonly times: Times;
  /** By the day in UTC: the same days are asked for again and again. */
  readonly spans: Map<number, readonly Span[]>;
}

const known = new WeakMap<FreezeWindow, Known>();

function knownOf(window: FreezeWindow): Known {
  const before = known.get(window);
  if (before !== undefined) return before;
  const times = readWindow(window);
  if (times.kind === 'bad')
    throw new RangeError(`The freeze "${window.name}" cannot be read: ${times.at}: ${times.why}.`);
  const made = { times, spans: new Map<number, readonly Span[]>() };
  known.set(window, made);
  return made;
}
