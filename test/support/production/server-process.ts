import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithUs } from '../../../worker/temporal-server/end-with-us';
import type { ProcessOwner } from './postgres-user';

const STOP_GRACE_MILLIS = 10_000;

/** What a server is started with. */
export interface ServerProcessOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Its output is added here. */
  readonly logFile: string;
  /** Default: ourselves. */
  readonly owner?: ProcessOwner | null;
}

/**
 * A server of the suite's own: in a process group of its own, so that a Ctrl-C in the terminal lets us end things in their order; it
 * ends when our process does, even when that is killed. Only its own process id is ever signalled.
 */
export class ServerProcess {
  readonly exited: Promise<void>;
  /** How it ended, in words; null while it runs. */
  end: string | null = null;
  readonly #child: ChildProcess;

  constructor(
    readonly what: string,
    executable: string,
    args: readonly string[],
    private readonly options: ServerProcessOptions,
  ) {
    const { env, cwd, logFile, owner } = options;
    const log = openSync(logFile, 'a');
    try {
      this.#child = spawn(executable, args, { env, cwd, stdio: ['ignore', log, log], detached: true, ...owner });
    } finally {
      closeSync(log);
    }
    const killWithUs = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', killWithUs);
    const forget = this.#child.pid === undefined ? () => undefined : endWithUs(this.#child.pid);
    this.exited = new Promise((resolve) => {
      const over = (end: string): void => {
        this.end ??= end;
        process.removeListener('exit', killWithUs);
        forget();
        resolve();
      };
      this.#child.once('error', (error) => over(`it did not start: ${error.message}`));
      this.#child.once('exit', (code, signal) =>
        over(signal === null ? `it ended with exit code ${String(code)}` : `it was ended by ${signal}`),
      );
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.what} did not start`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.end === null;
  }

  /** Kills it with -9 and waits until it is gone. */
  async kill(): Promise<void> {
    if (!this.running)
      throw new Error(`${this.what} cannot be killed: ${this.end ?? ''}. Its log ends:\n${this.logTail()}`);
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it with `signal`, and after ten seconds by force. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    this.#child.kill(signal);
    const giveUp = new AbortController();
    const late = delay(STOP_GRACE_MILLIS, true, { signal: giveUp.signal }).catch(() => false);
    if (await Promise.race([this.exited.then(() => false), late])) this.#child.kill('SIGKILL');
    giveUp.abort();
    await this.exited;
  }

  /** The last lines of its log, for a message. */
  logTail(): string {
    return readFileSync(this.options.logFile, 'utf8').trim().split('\n').slice(-8).join('\n').slice(-3_000);
  }
}
