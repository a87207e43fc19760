import { inspect } from 'node:util';
import type { CommandSettings } from './command-output';
import { CommandOutput } from './command-output';
import { readSmallFile, whyUnread } from './read-small-file';
import { SecretError } from './secret-error';

const MOST_BYTES = 64 * 1024;

/** Where a secret comes from. One of a variable or a file is read when it is used and kept nowhere; a command's output is kept for a while. */
export interface SecretSource {
  /** @throws SecretError naming the place, never the value. */
  read(): string;
  /** The place in words: `environment variable X`, `file /run/secrets/x`, `command vault`. */
  readonly place: string;
  /** Whether it may be another one while the process runs: the environment of a process cannot change. */
  readonly mayChange: boolean;
  /** Something that was locked with it says that it is not the right one (any more): a command is run again. Never throws. */
  renew(): Promise<void>;
}

/** A secret in an environment variable. */
export function secretFromVariable(name: string, env: NodeJS.ProcessEnv): SecretSource {
  return new Secret(`environment variable ${name}`, false, () => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) throw new SecretError(`environment variable ${name} is not set`);
    return value;
  });
}

/** A secret in a file: UTF-8 text of at most 64 KiB. A line break at its end is not a part of it. */
export function secretFromFile(path: string): SecretSource {
  return new Secret(`file ${path}`, true, () => {
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

/** What a command writes to its standard output: UTF-8 text of at most 64 KiB. A line break at its end is not a part of it. */
export function secretFromCommand(settings: CommandSettings): SecretSource {
  const output = new CommandOutput(settings);
  return new Secret(
    output.place,
    true,
    () => output.read(),
    () => output.renew(),
  );
}

/** Shows as `***` wherever it may be printed. */
class Secret implements SecretSource {
  readonly #read: () => string;
  readonly #place: string;
  readonly #renew: () => Promise<void>;

  constructor(
    place: string,
    readonly mayChange: boolean,
    read: () => string,
    renew: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.#place = place;
    this.#read = read;
    this.#renew = renew;
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

  renew(): Promise<void> {
    return this.#renew();
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
