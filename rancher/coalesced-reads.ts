import { SharedRead } from './shared-read';
import type { Reading } from './shared-read';

/** The longest that a read waits for the same one that is under way, so that others can join it; milliseconds. */
export const JOIN_MILLIS = 100;

/** How one read is shared. */
export interface CoalescedRead<T> {
  readonly reading: Reading<T>;
  /** The failure of whoever goes while others still wait. */
  readonly calledOff: (isSent: boolean) => Error;
}

/**
 * Lets several who ask for the same thing at about the same time share one read, and yet nobody is answered by a request that had left before
 * he asked: what is read after an action shows what the action did.
 *
 * Whoever asks while the read waits for its turn joins it. Whoever asks while it is under way waits for the next one, with all others who
 * ask meanwhile; that one begins when the first one has ended, or after {@link JOIN_MILLIS}.
 */
export class CoalescedReads {
  readonly #reads = new Map<string, Pair>();
  readonly #later: (run: () => void, millis: number) => () => void;

  /** @param later runs something after so many milliseconds; what it answers calls that off */
  constructor(later: (run: () => void, millis: number) => () => void = afterAWhile) {
    this.#later = later;
  }

  /**
   * Reads, alone or with others.
   *
   * @param key what it reads: the same key must mean the same reading, and a result of the same type
   */
  read<T>(key: string, signal: AbortSignal | undefined, how: CoalescedRead<T>): Promise<T> {
    if (signal?.aborted === true) return how.reading(signal, () => undefined);
    const pair = this.#pairOf(key);
    const joined = pair.unsent as SharedRead<T> | null;
    if (joined !== null) return joined.join(signal);

    let callOffTimer = (): void => undefined;
    const read: SharedRead<T> = new SharedRead({
      ...how,
      onSent: () => {
        if (pair.unsent === read) pair.unsent = null;
        pair.sent = read;
      },
      onEnd: () => {
        callOffTimer();
        if (pair.unsent === read) pair.unsent = null;
        if (pair.sent === read) {
          pair.sent = null;
          pair.unsent?.begin();
        }
        if (pair.unsent === null && pair.sent === null && this.#reads.get(key) === pair) this.#reads.delete(key);
      },
    });
    const answer = read.join(signal);
    pair.unsent = read;
    if (pair.sent === null) read.begin();
    else callOffTimer = this.#later(() => read.begin(), JOIN_MILLIS);
    return answer;
  }

  #pairOf(key: string): Pair {
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const pair: Pair = { unsent: null, sent: null };
    this.#reads.set(key, pair);
    return pair;
  }
}

/** The reads of one thing. */
interface Pair {
  /** The one that can be joined. */
  unsent: SharedRead<unknown> | null;
  /** The latest one that is under way. */
  sent: SharedRead<unknown> | null;
}

function afterAWhile(run: () => void, millis: number): () => void {
  const timer = setTimeout(run, millis);
  return () => clearTimeout(timer);
}
