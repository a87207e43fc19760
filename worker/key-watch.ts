import type { ObservedRequest } from '../rancher/observed-request';
import type { SecretSource } from '../credentials/secret-source';

/**
 * Tells a key of Rancher's that is being replaced from one that is wrong. Rancher refuses the former key from one moment to the next, and
 * the new one may reach this worker a little later (a file that is distributed, a vault's cache): for a while nobody has to step in.
 *
 * It is being replaced where Rancher has accepted a key of this environment before, and the key may change at all; a key that stands in an
 * environment variable cannot.
 */
export class KeyWatch {
  readonly #sources: readonly SecretSource[];
  readonly #graceMillis: number;
  readonly #now: () => number;
  #wasAccepted = false;
  #refusedSince: number | null = null;

  /** @param graceMillis - for how long a new key is waited for after the first refusal */
  constructor(sources: readonly SecretSource[], graceMillis: number, now: () => number = () => performance.now()) {
    this.#sources = sources;
    this.#graceMillis = graceMillis;
    this.#now = now;
  }

  /** A request has ended. Every answer but a refusal of the key says that it is accepted. */
  saw({ outcome }: Pick<ObservedRequest, 'outcome'>): void {
    if (outcome !== 'ok') return;
    this.#wasAccepted = true;
    this.#refusedSince = null;
  }

  /** The key was refused (401): answers whether another one is waited for. What tells the key by a command is run again. */
  refused(): boolean {
    for (const source of this.#sources) void source.renew();
    this.#refusedSince ??= this.#now();
    if (!this.#wasAccepted || !this.#sources.some(({ mayChange }) => mayChange)) return false;
    return this.#now() - this.#refusedSince < this.#graceMillis;
  }
}
