import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { SecretError } from './secret-error';

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
    const value = env[name];
    if (value === undefined) throw new SecretError(`environment variable ${name} is not set`);
    return value;
  });
}

/** A secret in a file. A line break at its end is not a part of it. */
export function secretFromFile(path: string): SecretSource {
  return new Secret(`file ${path}`, () => {
    try {
      return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      const code =
        typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
      const why = { ENOENT: 'does not exist', EACCES: 'may not be read by this user', EISDIR: 'is a folder' }[code];
      throw new SecretError(`file ${path} ${why ?? `cannot be read (${code})`}`);
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
