/** A clock and its timers, moved by a test. */
export class HandClock {
  #now = 1_000;
  readonly #timers = new Map<symbol, { readonly at: number; readonly run: () => void }>();

  readonly now = (): number => this.#now;

  readonly later = (run: () => void, millis: number): (() => void) => {
    const id = Symbol('timer');
    this.#timers.set(id, { at: this.#now + millis, run });
    return () => void this.#timers.delete(id);
  };

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves on; every timer runs at its own time, and what promises lead to has happened before the next one. */
  async pass(millis: number): Promise<void> {
    const until = this.#now + millis;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [id, { at, run }] = next;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = until;
    await settled();
  }
}

/** When the promises of now have had their turns. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
