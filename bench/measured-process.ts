import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Usage } from './process-meter';
import { ProcessMeter } from './process-meter';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A process from its start to its end; times are milliseconds of the clock. */
export interface MeasuredRun extends Usage {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

/** The clock in milliseconds, finer than `Date.now()`, and the same that the simulated Rancher dates its journal with. */
export const clock = (): number => performance.timeOrigin + performance.now();

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a command to its end. @throws Error where it cannot be started */
export function runMeasured({ command, args, cwd, env }: Command): Promise<MeasuredRun> {
  return new Promise((resolve, reject) => {
    const startedAt = clock();
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    child.once('error', reject);
    if (child.pid === undefined) return;
    running.add(child);
    const meter = new ProcessMeter(child.pid);
    let [output, endedAt] = ['', 0];
    const take = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('exit', () => (endedAt = clock()));
    child.once('close', (code) => {
      running.delete(child);
      resolve({ startedAt, endedAt, code, output, ...meter.stop() });
    });
  });
}
