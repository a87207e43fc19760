import type { CircuitChange } from '../../rancher/circuit';
import type { StreamChange } from './project-watch';

/** How long a lost stream is not talked of: where Rancher itself is away, that is noticed and told meanwhile, milliseconds. */
const [AT_FIRST_MILLIS, AFTER_AN_OUTAGE_MILLIS] = [20_000, 90_000] as const;

/**
 * Decides what of an event stream is worth a line: that it is lost, and, where that was said, that it is back. While Rancher does not answer
 * at all, one line tells that, and the stream is no news; nor is it until it had the time to be opened again.
 */
export class StreamNews {
  #lost: Extract<StreamChange, { to: 'lost' }> | null = null;
  #isSaid = false;
  #isAway = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly say: (change: StreamChange) => void) {}

  stream(change: StreamChange): void {
    if (change.to === 'lost') {
      this.#lost = change;
      return this.#sayAfter(AT_FIRST_MILLIS);
    }
    if (change.to === 'deaf' || change.to === 'heard') return this.say(change);
    if (this.#isSaid) this.say(change);
    this.#lost = null;
    this.#isSaid = false;
    this.close();
  }

  circuit({ to }: Pick<CircuitChange, 'to'>): void {
    this.#isAway = to === 'open';
    if (this.#lost !== null && !this.#isSaid && !this.#isAway) this.#sayAfter(AFTER_AN_OUTAGE_MILLIS);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #sayAfter(millis: number): void {
    this.close();
    this.#timer = setTimeout(() => {
      if (this.#lost === null || this.#isAway) return;
      this.#isSaid = true;
      this.say(this.#lost);
    }, millis).unref();
  }
}
