/** Lines that are kept. */
const LIMIT = 200;

/** One line of a logbook, whatever it is about. */
interface Line {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** The last lines of a logbook, and how many there were in all. */
export class EventLog<Event extends Line> {
  #events: readonly Event[] = [];
  #count = 0;

  add(event: Event): void {
    this.#events = [...this.#events, event].slice(-LIMIT);
    this.#count += 1;
  }

  get events(): readonly Event[] {
    return this.#events;
  }

  get eventCount(): number {
    return this.#count;
  }
}
