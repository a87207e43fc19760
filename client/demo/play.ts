import { DroverProcess } from './process';
import type { Stage } from './stage';

/** No line is waited for longer, milliseconds: the longest that comes is that after a freeze. */
const LINE_LIMIT_MILLIS = 180_000;

/** One scene as it is played: commands are run and shown, and what comes of them is held against what must. */
export class Play {
  /** Everything that is not as it must be; empty where all is well. */
  readonly wrong: string[] = [];

  constructor(
    readonly stage: Stage,
    readonly say: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Starts `drover ARGS`, and shows the command and what it says. Ends with the demo. */
  run(args: readonly string[]): DroverProcess {
    this.say(`  $ drover ${args.map((arg) => (/[^\w./:=@,-]/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
    const process = DroverProcess.start(args, this.stage.env, (line) => this.say(`    ${line}`));
    const stop = (): void => void process.stop();
    this.signal.addEventListener('abort', stop, { once: true });
    void process.exited.then(() => this.signal.removeEventListener('abort', stop));
    return process;
  }

  /** Runs a command to its end, which must be this exit code; answers what it said. */
  async runTo(exitCode: number, args: readonly string[]): Promise<readonly string[]> {
    const process = this.run(args);
    this.expect(`the exit code of drover ${args[0] ?? ''}`, await process.exited, exitCode);
    return process.lines;
  }

  /** The exit code of a command that ends by itself where all is well so far, and is ended where something is not. */
  async endOf(process: DroverProcess): Promise<number> {
    if (this.wrong.length > 0) await process.stop();
    return process.exited;
  }

  /** Waits for a line of a command, which must come. @returns the line; empty where it does not come */
  async lineOf(process: DroverProcess, pattern: RegExp): Promise<string> {
    const late = setTimeout(() => void process.stop(), LINE_LIMIT_MILLIS);
    const line = await process.lineWith(pattern);
    clearTimeout(late);
    return line ?? this.expectLine(process.lines, pattern);
  }

  expect(what: string, is: unknown, must: unknown): void {
    if (JSON.stringify(is) !== JSON.stringify(must))
      this.wrong.push(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(must)}`);
  }

  /** A line that must be among those. @returns what its first group matched; empty where there is none */
  expectLine(lines: readonly string[], pattern: RegExp): string {
    for (const line of lines) {
      const found = pattern.exec(line);
      if (found !== null) return found[1] ?? found[0];
    }
    this.wrong.push(`no line is like ${String(pattern)}`);
    return '';
  }
}
