import type { FreezeWindow } from '../../decision/freeze-window';

/** From here on, and so many days: a year, and some days around it. */
const BEGIN = Date.parse('2025-12-22T00:00Z');
const DAYS = 385;
const MINUTES = DAYS * 1440;

const read = new Map<string, Float64Array>();

/** What the clocks of a zone show in each minute, as numbers such as 202603290159: read off, not calculated. */
function clocks(timeZone: string): Float64Array {
  const before = read.get(timeZone);
  if (before !== undefined) return before;
  // Sweden writes 2026-03-29 01:59. The zones that are tried here change their clocks at full half hours.
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const shown = new Float64Array(MINUTES);
  for (let minute = 0; minute < MINUTES; minute += 30) {
    const digits = Number(clock.format(BEGIN + minute * 60_000).replaceAll(/\D/g, ''));
    for (let more = 0; more < 30; more += 1) shown[minute + more] = digits + more;
  }
  read.set(timeZone, shown);
  return shown;
}

const digitsOf = (day: Date, time: string): number =>
  Number(`${day.toISOString().slice(0, 10)}${time}`.replaceAll(/\D/g, ''));

/** A window begins with the first minute that shows its `from` or more, and ends after the last one that shows less than its `to`. */
function mark(frozen: Uint8Array, shown: Float64Array, from: number, to: number, around: number): void {
  let [begin, end] = [Math.max(0, around - 3000), Math.min(MINUTES, around + 6000)];
  while (begin < end && Number(shown[begin]) < from) begin += 1;
  while (end > begin && Number(shown[end - 1]) >= to) end -= 1;
  frozen.fill(1, begin, end);
}

/** Whether each minute of a year is frozen, and until when: slow, and by other means than the code that is judged by it. */
export class FreezeOracle {
  private readonly until = new Float64Array(MINUTES);

  constructor(windows: readonly FreezeWindow[]) {
    const frozen = new Uint8Array(MINUTES);
    for (const { timeZone, from, to, ...rest } of windows) {
      const shown = clocks(timeZone);
      const days: readonly string[] = 'days' in rest ? (rest.days ?? []) : [];
      for (let number = 3; number < DAYS - 6; number += 1) {
        const day = new Date(BEGIN + number * 86_400_000);
        const weekday = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][day.getUTCDay()] ?? '';
        const end = new Date(day.getTime() + (to > from ? 0 : 86_400_000));
        if (days.length === 0 || days.includes(weekday))
          mark(frozen, shown, digitsOf(day, from), digitsOf(end, to), number * 1440);
      }
    }
    for (let minute = MINUTES - 1; minute >= 0; minute -= 1)
      this.until[minute] = frozen[minute] === 0 ? minute : (this.until[minute + 1] ?? MINUTES);
  }

  /** When the stretch ends that a moment lies in; the moment itself where it lies in none. */
  opensAt(instant: number): number {
    return BEGIN + Number(this.until[(instant - BEGIN) / 60_000]) * 60_000;
  }
}
