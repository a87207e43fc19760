import type { LogEntry } from '@temporalio/worker';

/** What the SDK's core says of calls to a Temporal that does not answer: of each poller and each call, for each of its retries. */
const TROUBLE = /^(?:gRPC call \S+ retried \d+ times|Network error while )/;
/** The same of a workflow task that was under way at that moment; of one that Temporal refused it is said, too. */
const [UNDER_WAY, UNAVAILABLE] = [
  /^Error while completing workflow activation/,
  /currently unavailable|connect error/,
] as const;

/** How often it is asked whether Temporal answers again, milliseconds. */
const ASK_EVERY_MILLIS = 2_000;
/** For so long nothing may have been said of trouble before it counts as over: the core's own retries are up to so far apart, milliseconds. */
const QUIET_MILLIS = 10_000;

/** Everything here but `say` has a default. */
export interface TemporalWatchOptions {
  /** Takes what is to be told: once when Temporal goes, once when it is back. */
  readonly say: (text: string) => void;
  /** Milliseconds. Default: the process's own clock. */
  readonly now?: () => number;
  readonly askEveryMillis?: number;
}

/** Turns hundreds of lines about calls that are tried again into two: Temporal went, and Temporal is back. */
export class TemporalWatch {
  readonly #say: (text: string) => void;
  readonly #now: () => number;
  readonly #askEvery: number;
  #ask: (() => Promise<unknown>) | null = null;
  #since: number | null = null;
  #lastTrouble = 0;

  constructor(options: TemporalWatchOptions) {
    this.#say = options.say;
    this.#now = options.now ?? (() => performance.now());
    this.#askEvery = options.askEveryMillis ?? ASK_EVERY_MILLIS;
  }

  /** How Temporal is asked whether it answers; null where the connection is closed. Without it, silence counts as the end of the trouble. */
  askBy(ask: (() => Promise<unknown>) | null): void {
    this.#ask = ask;
  }

  /** Whether an entry is about a Temporal that does not answer: then it is told here, and nowhere else. */
  takes({ message, meta }: Pick<LogEntry, 'message' | 'meta'>): boolean {
    const error: unknown = meta?.['error'];
    const isOfTask = UNDER_WAY.test(message) && typeof error === 'string' && UNAVAILABLE.test(error);
    if (!TROUBLE.test(message) && !isOfTask) return false;
    this.#lastTrouble = this.#now();
    if (this.#since === null) {
      this.#since = this.#lastTrouble;
      const why = typeof error === 'string' ? `: ${error}` : '';
      this.#say(`Temporal does not answer; deployments wait, and go on when it is back. ${message}${why}`);
      this.#later();
    }
    return true;
  }

  #later(): void {
    setTimeout(() => void this.#look(), this.#askEvery).unref();
  }

  async #look(): Promise<void> {
    const isQuiet = this.#now() - this.#lastTrouble >= QUIET_MILLIS;
    if (!isQuiet || !(await this.#answers())) return this.#later();
    const away = Math.round((this.#now() - (this.#since ?? this.#now())) / 1000);
    this.#since = null;
    this.#say(`Temporal answers again, after about ${away} s`);
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#ask?.();
      return true;
    } catch {
      return false;
    }
  }
}
