import { inspect } from 'node:util';
import { readSmallFile, whyUnread } from './read-small-file';
import { SecretError } from './secret-error';

const MOST_BYTES = 64 * 1024;

/** Where a secret comes from. The secret itself is read when it is used and kept nowhere. */
export interface SecretSource {
  /** @throws SecretError naming the place, never the value. */
  read(): string;
  /** The place in words: `environment variable X`, `file /run/secrets/x`. */
  readonly place: string;
}

/** A secret in an environment variable. */
export function secretFromVariable(name: string, env: NodeJS.ProcessEnv): SecretSource {
  return new Secret(`environment variable ${name}`, () => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) throw new SecretError(`environment variable ${name} is not set`);
    return value;
  });
}

/** A secret in a file: UTF-8 text of at most 64 KiB. A line break at its end is not a part of it. */
export function secretFromFile(path: string): SecretSource {
  return new Secret(`file ${path}`, () => {
    let bytes: Buffer;
    try {
      bytes = readSmallFile(path, MOST_BYTES);
    } catch (error) {
      throw new SecretError(`file ${path} ${whyUnread(error)}`);
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
    } catch {
      throw new SecretError(`file ${path} is not UTF-8 text`);
    }
  });
}

/** Shows as `***` wherever it may be printed. */
class Secret implements SecretSource {
  readonly #read: () => string;
  readonly #place: string;

  constructor(place: string, read: () => string) {
    this.#place = place;
    this.#read = read;
  }

  get place(): string {
    return this.#place;
  }

  read(): string {
    const value = this.#read();
    if (value.trim() === '') throw new SecretError(`${this.#place} is empty`);
    if (value.includes('\0')) throw new SecretError(`${this.#place} holds a NUL, which no text has`);
    return value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
