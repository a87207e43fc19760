/** Time of the simulated server: every wait is given as it was recorded and divided by the speed. */
export class Clock {
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(readonly speed: number) {}

  after(millis: number, run: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        run();
      },
      Math.max(0, millis / this.speed),
    );
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Real time at which a recorded wait that starts now is over. */
  from(millis: number): number {
    return Date.now() + millis / this.speed;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
