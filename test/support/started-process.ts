import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** How a process ended, and what it wrote. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of the product, started by a test: only this one is ever signalled, by its id. */
export class StartedProcess {
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #end: Ended | null = null;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(
    readonly what: string,
    main: string,
    args: readonly string[],
    options: { cwd: string; env: NodeJS.ProcessEnv; input?: string },
  ) {
    const { cwd, env, input } = options;
    const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: 'pipe' });
    this.#child = child;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#wrote(() => (this.stdout += text)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#wrote(() => (this.stderr += text)));
    // A process that reads nothing may be gone before its input is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        this.#end = { code, signal, stdout: this.stdout, stderr: this.stderr };
        this.#wrote(() => undefined);
        resolve(this.#end);
      });
    });
  }

  get running(): boolean {
    return this.#end === null;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.what} did not start`);
    return this.#child.pid;
  }

  /** Sends a signal; ends nothing when the process has ended already. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.signal(signal);
    return this.ended;
  }

  /** Ends it in order; by force when that takes more than ten seconds. */
  async stop(): Promise<Ended> {
    const late = setTimeout(() => this.signal('SIGKILL'), 10_000);
    const ended = await this.kill('SIGTERM');
    clearTimeout(late);
    return ended;
  }

  /**
   * Waits until standard output matches.
   * @throws Error with everything that it wrote, when it ends before, or after `limitMillis` (a minute)
   */
  async saysOnStdout(pattern: RegExp, limitMillis = 60_000): Promise<RegExpExecArray> {
    return this.#says(() => this.stdout, pattern, limitMillis);
  }

  /** The same, on its standard error. */
  async saysOnStderr(pattern: RegExp, limitMillis = 60_000): Promise<RegExpExecArray> {
    return this.#says(() => this.stderr, pattern, limitMillis);
  }

  async #says(written: () => string, pattern: RegExp, limitMillis: number): Promise<RegExpExecArray> {
    const deadline = Date.now() + limitMillis;
    for (;;) {
      const found = pattern.exec(written());
      if (found !== null) return found;
      if (!this.running || Date.now() >= deadline) {
        const why = this.running ? 'did not say' : `ended (${String(this.#end?.code)}) without saying`;
        throw new Error(`${this.what} ${why} ${String(pattern)}.\nstdout: ${this.stdout}\nstderr: ${this.stderr}`);
      }
      await this.#nextWrite(deadline - Date.now());
    }
  }

  #nextWrite(limitMillis: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, limitMillis);
      this.#waiting.add(go);
    });
  }

  #wrote(take: () => void): void {
    take();
    for (const go of [...this.#waiting]) go();
  }
}
