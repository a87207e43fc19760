import type { Tried, TriedAction } from '../decision/tried';
import { triedAgain } from '../decision/tried';

/** Longest answer that is kept, characters. */
const SAID_LIMIT = 300;

/** What was tried so far, for whoever has to look when a deployment parks. */
export class Tries {
  readonly #tries = new Map<TriedAction, Tried>();

  /** One attempt; `times` where an activity made several. */
  add(what: TriedAction, said: string, at: number, times = 1): void {
    const short = said.length > SAID_LIMIT ? `${said.slice(0, SAID_LIMIT - 1)}…` : said;
    this.#tries.set(what, triedAgain(this.#tries.get(what), { what, said: short, at, times }));
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
