import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const GRACE_MILLIS = 20_000;

/** A process of this very program that the demo started. */
export class DroverProcess {
  readonly lines: string[] = [];
  readonly exited: Promise<number>;
  private readonly watchers = new Set<(line: string) => void>();

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.take(line));
    }
    // `close`, not `exit`: its last lines count.
    this.exited = new Promise((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    child.once('error', (error) => this.take(`cannot be started: ${error.message}`));
  }

  /** Starts `drover ARGS`, in a process group of its own, so that a Ctrl-C lets the demo end things in their order. */
  static start(args: readonly string[], env: NodeJS.ProcessEnv, onLine: (line: string) => void): DroverProcess {
    const entry = process.argv[1];
    if (entry === undefined) throw new Error('the demo does not know how it was started');
    const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const started = new DroverProcess(child);
    started.watchers.add(onLine);
    const killWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    void started.exited.then(() => process.removeListener('exit', killWithUs));
    return started;
  }

  /** Resolves with the first line that matches, or null where the process ends without one. */
  async lineWith(pattern: RegExp): Promise<string | null> {
    const before = this.lines.find((line) => pattern.test(line));
    if (before !== undefined) return before;
    let watcher: ((line: string) => void) | undefined;
    const found = new Promise<string>((resolve) => {
      watcher = (line) => {
        if (pattern.test(line)) resolve(line);
      };
      this.watchers.add(watcher);
    });
    const line = await Promise.race([found, this.exited.then(() => null)]);
    if (watcher !== undefined) this.watchers.delete(watcher);
    return line;
  }

  /** SIGTERM, and SIGKILL where that does not help. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MILLIS);
    await this.exited;
    clearTimeout(late);
  }

  private take(line: string): void {
    this.lines.push(line);
    for (const watcher of this.watchers) watcher(line);
  }
}
