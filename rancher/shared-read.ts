import { deepFreeze } from './deep-freeze';

/** Does a read for everybody who waits for it. `onSent` is to be called as its first request leaves. */
export type Reading<T> = (signal: AbortSignal, onSent: () => void) => Promise<T>;

/** How a {@link SharedRead} is done, and who is told of it. */
export interface SharedReadOptions<T> {
  readonly reading: Reading<T>;
  /** The failure of whoever goes while others still wait. */
  readonly calledOff: (isSent: boolean) => Error;
  /** Its first request leaves: from now on its answer may be older than what is asked. */
  readonly onSent?: () => void;
  /** It has ended, or nobody waits for it any more: no one may join it from here on. May be called again. */
  readonly onEnd: () => void;
}

/**
 * One read that several wait for. Each may go when it likes; when the last one has gone the read is called off. An answer goes to all, frozen,
 * and so does a failure.
 */
export class SharedRead<T> {
  readonly #options: SharedReadOptions<T>;
  readonly #controller = new AbortController();
  readonly #ended: Promise<T>;
  #waiters = 0;
  #isSent = false;
  #begin: () => void = () => undefined;

  constructor(options: SharedReadOptions<T>) {
    this.#options = options;
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    this.#ended = begun
      .then(() => options.reading(this.#controller.signal, () => this.#sent()))
      .then(deepFreeze)
      .finally(() => options.onEnd());
  }

  /** Waits for it, until `signal` calls that off. */
  join(signal: AbortSignal | undefined): Promise<T> {
    this.#waiters += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters -= 1;
        if (this.#waiters > 0) reject(this.#options.calledOff(this.#isSent));
        // What became of it is told by the read itself.
        else this.#callOff();
      };
      signal?.addEventListener('abort', leave, { once: true });
      void this.#ended
        .finally(() => signal?.removeEventListener('abort', leave))
        .then(resolve, (error: unknown) => reject(error as Error));
    });
  }

  /** Begins it; to be called after the first has joined. More than once is the same. */
  begin(): void {
    this.#begin();
  }

  #sent(): void {
    if (this.#isSent) return;
    this.#isSent = true;
    this.#options.onSent?.();
  }

  #callOff(): void {
    this.#options.onEnd();
    this.#controller.abort();
    this.begin();
  }
}
