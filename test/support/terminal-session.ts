import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A command at a terminal of its own, which `script` (util-linux) makes, and somebody who types. */
export class TerminalSession {
  /** All that the terminal showed. */
  shown = '';
  readonly ended: Promise<number | null>;
  #read = 0;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(command: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const child = spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
      ...options,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    running.add(child);
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.shown += text;
      this.#wake();
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        running.delete(child);
        resolve(code);
        this.#wake();
      });
    });
  }

  /**
   * Waits until the terminal shows a text that was not there before, then types a line.
   * @throws Error after half a minute, or at its end
   */
  async answer(prompt: string, line: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const at = this.shown.indexOf(prompt, this.#read);
      if (at >= 0) {
        this.#read = at + prompt.length;
        this.#child.stdin?.write(`${line}\r`);
        return;
      }
      if (!running.has(this.#child) || Date.now() >= deadline)
        throw new Error(`the terminal does not show ${prompt}:\n${this.shown}`);
      await new Promise<void>((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, deadline - Date.now());
        this.#waiting.add(go);
      });
    }
  }

  #wake(): void {
    for (const go of [...this.#waiting]) go();
  }
}
