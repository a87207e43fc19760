import type { SecretSource } from '../credentials/secret-source';
import { CodecError } from './codec-error';
import type { CodecKey } from './parse-keys';
import { parseKeys } from './parse-keys';

/** The keys are read again after so long, milliseconds. */
const KEPT_MILLIS = 1_000;

/**
 * The keys of the codec, as they are now: the first encrypts, all of them decrypt. They are read anew while the process runs; where they
 * cannot be read any more, or are not keys, those from before hold.
 */
export class KeyRing {
  readonly #source: SecretSource | undefined;
  #keys: readonly CodecKey[] | null = null;
  #readAt = -Infinity;

  /** @param source - undefined: there are no keys, and nothing is encrypted */
  constructor(source: SecretSource | undefined) {
    this.#source = source;
  }

  /** Whether anything is encrypted. */
  get isOn(): boolean {
    return this.#source !== undefined;
  }

  /** Where the keys are, in words. */
  get place(): string {
    return this.#source?.place ?? 'no place';
  }

  /** Ids, the one that encrypts first. */
  get ids(): readonly string[] {
    return this.#now().map(({ id }) => id);
  }

  /** @throws CodecError where the keys cannot be read, or are none */
  check(): void {
    this.#now();
  }

  /** The key that encrypts; undefined where nothing is encrypted. */
  first(): CodecKey | undefined {
    return this.#now()[0];
  }

  /** @throws CodecError naming the id, where there is no such key, also after the keys were read anew */
  async find(id: string): Promise<CodecKey> {
    const found = this.#now().find((key) => key.id === id);
    if (found !== undefined) return found;
    await this.#source?.renew();
    this.#readAt = -Infinity;
    const later = this.#now().find((key) => key.id === id);
    if (later !== undefined) return later;
    throw new CodecError(
      this.#source === undefined
        ? `this is encrypted with the codec key "${id}", and no codec is set up here; give its keys (temporal.codec.keys in drover.yaml, DROVER_CODEC_KEYS or DROVER_CODEC_KEYS_FILE)`
        : `this is encrypted with the codec key "${id}", which is not among the keys here (${this.#source.place}: ${this.ids.join(', ')}); put it there, after the first one, for as long as there are histories with it`,
    );
  }

  #now(): readonly CodecKey[] {
    if (this.#source === undefined) return [];
    if (this.#keys !== null && performance.now() - this.#readAt < KEPT_MILLIS) return this.#keys;
    try {
      this.#keys = parseKeys(this.#source.read(), this.#source.place);
    } catch (error) {
      if (this.#keys === null)
        throw error instanceof CodecError
          ? error
          : new CodecError(`the codec's keys: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#readAt = performance.now();
    return this.#keys;
  }
}
