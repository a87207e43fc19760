import { spawn } from 'node:child_process';

/** How a command ended. */
export interface CommandResult {
  /** Exit code; null when it was ended by a signal or never started. */
  readonly code: number | null;
  /** What it printed on both streams, the last 20 lines. */
  readonly tail: readonly string[];
  /** Why we ended it, if we did. */
  readonly ended: string | undefined;
}

/** What a long-running command is given. */
export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Text on the command's standard input; by default none. */
  readonly input?: string;
  /** Called every `intervalMillis` with the whole seconds since the start and the command's last line. */
  readonly onTick: (seconds: number, lastLine: string) => void;
  readonly intervalMillis: number;
  /** Asked every half second: a reason to end the command, or `undefined` to let it go on. */
  readonly whyEnd?: (sinceStartMillis: number) => string | undefined;
}

const LINES_KEPT = 20;
const WATCH_MILLIS = 500;

/** Runs a command, reports that it is still at it, and ends it (SIGKILL, by its own id) when told to or when we exit. */
export async function runWithProgress(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const start = Date.now();
  const child = spawn(command, args, { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let ended: string | undefined;
  const collect = (chunk: Buffer): void => {
    lines.push(
      ...chunk
        .toString('utf8')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    );
    lines.splice(0, lines.length - LINES_KEPT);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.stdin.on('error', () => undefined); // a command that never reads may be gone before we wrote
  child.stdin.end(options.input ?? '');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ticking = setInterval(
    () => options.onTick(Math.round((Date.now() - start) / 1000), lines.at(-1) ?? ''),
    options.intervalMillis,
  );
  const watching = setInterval(() => {
    ended ??= options.whyEnd?.(Date.now() - start);
    if (ended !== undefined) kill();
  }, WATCH_MILLIS);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', (error) => {
        collect(Buffer.from(error.message));
        resolve(null);
      });
      child.once('close', resolve);
    });
    return { code, tail: lines, ended };
  } finally {
    clearInterval(ticking);
    clearInterval(watching);
    process.removeListener('exit', kill);
  }
}
