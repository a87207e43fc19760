import { execFile, spawnSync } from 'node:child_process';
import { SecretError } from './secret-error';

/** A command that tells a secret, as a configuration has it. */
export interface CommandSettings {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** The folder that it runs in. */
  readonly cwd: string;
  /** All of it is given to the command: it needs its own credentials. */
  readonly env: NodeJS.ProcessEnv;
  /** How long it may take, milliseconds. Default 10 seconds. */
  readonly timeoutMillis?: number | undefined;
  /** After so long it is run again, milliseconds. Default 5 minutes. */
  readonly refreshMillis?: number | undefined;
}

const TIMEOUT_MILLIS = 10_000;
const REFRESH_MILLIS = 300_000;
/** It is not run again sooner than this, whoever asks, milliseconds. */
const LEAST_BETWEEN_MILLIS = 1_000;
const MOST_BYTES = 64 * 1024;

/**
 * What a command wrote the last time. It is waited for once, when its output is needed for the first time; later it is run beside the
 * rest, and what it wrote before holds until it has ended well: a vault that is away for a moment takes no key away.
 */
export class CommandOutput {
  /** Its arguments are left out: nobody knows what stands there. */
  readonly place: string;
  readonly #settings: CommandSettings;
  #kept: { readonly text: string; readonly at: number } | null = null;
  #running: Promise<void> | null = null;
  #startedAt = -Infinity;

  constructor(settings: CommandSettings) {
    this.#settings = settings;
    this.place = `command ${settings.command[0]}`;
  }

  /** @throws SecretError where it has never ended well, with how it ended; its standard error is not repeated */
  read(): string {
    if (this.#kept === null) return this.#readFirst();
    const { refreshMillis = REFRESH_MILLIS } = this.#settings;
    if (performance.now() - this.#kept.at >= refreshMillis) void this.renew();
    return this.#kept.text;
  }

  /** Runs it again; one that runs is waited for. What it met is told by nobody: the former output holds. */
  renew(): Promise<void> {
    if (this.#running !== null) return this.#running;
    if (performance.now() - this.#startedAt < LEAST_BETWEEN_MILLIS) return Promise.resolve();
    this.#running = this.#runBeside().finally(() => (this.#running = null));
    return this.#running;
  }

  #readFirst(): string {
    const { command, cwd, env, timeoutMillis = TIMEOUT_MILLIS } = this.#settings;
    const [program, ...args] = command;
    this.#startedAt = performance.now();
    const { error, status, signal, stdout } = spawnSync(program, args, {
      ...{ cwd, env, timeout: timeoutMillis, killSignal: 'SIGKILL', maxBuffer: MOST_BYTES },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (error !== undefined) throw this.#failed(whyNotRun(error, timeoutMillis));
    if (status !== 0)
      throw this.#failed(status === null ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${status}`);
    return this.#keep(stdout);
  }

  async #runBeside(): Promise<void> {
    const { command, cwd, env, timeoutMillis = TIMEOUT_MILLIS } = this.#settings;
    const [program, ...args] = command;
    this.#startedAt = performance.now();
    const stdout = await new Promise<Buffer | null>((resolve) => {
      const options = { cwd, env, timeout: timeoutMillis, killSignal: 'SIGKILL', maxBuffer: MOST_BYTES } as const;
      const child = execFile(program, args, { ...options, encoding: 'buffer' }, (error, written) =>
        resolve(error === null ? written : null),
      );
      child.stdin?.end();
    });
    if (stdout === null) return;
    try {
      if (stdout.toString('utf8').trim() !== '') this.#keep(stdout);
    } catch {
      // No text: as one that failed.
    }
  }

  #keep(bytes: Buffer): string {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
    } catch {
      throw this.#failed('wrote something that is not UTF-8 text');
    }
    this.#kept = { text, at: performance.now() };
    return text;
  }

  #failed(how: string): SecretError {
    return new SecretError(`${this.place} ${how}; run it by hand to see what it says (that is not repeated here)`);
  }
}

function whyNotRun(error: Error, timeoutMillis: number): string {
  const code = 'code' in error ? String(error.code) : 'unknown reason';
  switch (code) {
    case 'ETIMEDOUT':
      return `did not end within ${timeoutMillis} ms`;
    case 'ENOBUFS':
      return `wrote more than ${MOST_BYTES} bytes`;
    case 'ENOENT':
      return 'does not exist (it is looked for in PATH; no shell reads it)';
    case 'EACCES':
      return 'may not be run by this user';
    default:
      return `cannot be run (${code})`;
  }
}
