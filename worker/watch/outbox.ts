import { setMaxListeners } from 'node:events';
import type { Follower } from '../../activities/service-watch';
import type { Nudge } from '../../workflows/contract';

/** What became of one attempt to wake a workflow. */
export type Woken = 'sent' | 'gone';

/** What an {@link Outbox} sends by. */
export interface OutboxOptions {
  /** Sends one nudge; may throw, then it is tried again. */
  readonly send: (follower: Follower, nudge: Nudge) => Promise<Woken>;
  readonly onSent?: ((nudge: Nudge) => void) | undefined;
  /** There is no such workflow any more. */
  readonly onGone: (follower: Follower) => void;
  /** It was tried as often as it is worth: the workflow reads by its own timer. */
  readonly onGivenUp?: ((nudge: Nudge, follower: Follower) => void) | undefined;
  /** Before the second attempt, milliseconds; each later pause is twice as long. Default 500. */
  readonly firstPauseMillis?: number;
  /** Default 5. */
  readonly attempts?: number;
}

/** Signals under way at once. */
const AT_ONCE = 20;

/** What always makes a workflow read goes before a state, which it may know, and that before what it is only told. */
const RANK: Readonly<Record<Nudge['saw'], number>> = {
  transitioning: 0,
  message: 1,
  health: 2,
  check: 3,
  state: 4,
  'nearly-done': 5,
  progress: 6,
};

/**
 * The nudges that are on their way: for each workflow at most one that is being sent and one that waits, which of several is the most
 * telling. It never throws.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string, { readonly follower: Follower; readonly nudge: Nudge }>();
  readonly #sending = new Map<string, Promise<void>>();
  readonly #ended = new AbortController();
  #flush: NodeJS.Immediate | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    // As many wait for it as are being sent: Node would warn of a leak.
    setMaxListeners(0, this.#ended.signal);
  }

  put(follower: Follower, nudge: Nudge): void {
    if (this.#ended.signal.aborted) return;
    const key = keyOf(follower);
    const former = this.#waiting.get(key);
    if (former === undefined || RANK[nudge.saw] <= RANK[former.nudge.saw]) this.#waiting.set(key, { follower, nudge });
    // The frames of one moment come together: the last container's, and the state's.
    this.#flush ??= setImmediate(() => {
      this.#flush = null;
      this.#next();
    });
  }

  /** Resolves when all that was put is sent or given up, or after so long, milliseconds. */
  async drained(millis: number): Promise<void> {
    const over = AbortSignal.timeout(millis);
    while (!over.aborted && (this.#waiting.size > 0 || this.#sending.size > 0)) await pause(10, over);
  }

  /** Sends nothing more; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#waiting.clear();
    if (this.#flush !== null) clearImmediate(this.#flush);
    await Promise.all(this.#sending.values());
  }

  #next(): void {
    for (const [key, { follower, nudge }] of this.#waiting) {
      if (this.#sending.size >= AT_ONCE) return;
      if (this.#sending.has(key)) continue;
      this.#waiting.delete(key);
      const sending = this.#send(follower, nudge).finally(() => {
        this.#sending.delete(key);
        this.#next();
      });
      this.#sending.set(key, sending);
    }
  }

  async #send(follower: Follower, nudge: Nudge): Promise<void> {
    const { send, onSent, onGone, onGivenUp, firstPauseMillis = 500, attempts = 5 } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if ((await send(follower, nudge)) === 'gone') onGone(follower);
        else onSent?.(nudge);
        return;
      } catch {
        if (this.#ended.signal.aborted) return;
        if (attempt >= attempts) return onGivenUp?.(nudge, follower);
        await pause(firstPauseMillis * 2 ** (attempt - 1), this.#ended.signal);
      }
    }
  }
}

const keyOf = ({ workflowId, runId }: Follower): string => `${workflowId} ${runId}`;

/** Resolves after so long, or when it is called off; holds no process up. */
export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, millis).unref();
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
