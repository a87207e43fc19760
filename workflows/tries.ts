import type { Tried, TriedAction } from '../decision/tried';
import { triedAgain } from '../decision/tried';

/** What a failed call tells of its attempts. */
interface FailedCall {
  readonly message: string;
  readonly attempts: number;
  readonly calledAt: number;
}

/** Longest answer that is kept, characters. */
const SAID_LIMIT = 300;

/** What was tried so far, for whoever has to look when a deployment parks. */
export class Tries {
  readonly #tries = new Map<TriedAction, Tried>();

  /** A call that was answered. */
  answered(what: TriedAction, said: string): void {
    const now = Date.now();
    this.#add({ what, said, times: 1, firstAt: now, lastAt: now });
  }

  /** A call that failed, with all of its attempts. */
  failed(what: TriedAction, { message, attempts, calledAt }: FailedCall): void {
    this.#add({ what, said: message, times: attempts, firstAt: calledAt, lastAt: Date.now() });
  }

  #add(attempt: Tried): void {
    const { what, said } = attempt;
    const short = said.length > SAID_LIMIT ? `${said.slice(0, SAID_LIMIT - 1)}…` : said;
    this.#tries.set(what, triedAgain(this.#tries.get(what), { ...attempt, said: short }));
  }

  /** It worked: what failed before is of no interest any more. */
  forget(what: TriedAction): void {
    this.#tries.delete(what);
  }

  /** The last tried last. */
  get list(): Tried[] {
    return [...this.#tries.values()].sort((one, other) => one.lastAt - other.lastAt);
  }
}
