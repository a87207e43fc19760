import { spawn } from 'node:child_process';
import type { ExecGateSettings } from '../dependencies';
import type { RawCheck } from './send-probe';
import { filled } from './send-probe';

/** Of what the program says so much is kept, its end, characters. */
const SAID_LIMIT = 2_000;
/** All of the worker's environment that a program is given: no key of Rancher's or Temporal's. */
const KEPT_VARIABLES = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];

/**
 * Runs a program without a shell and tells how it ended. It finds what it checks in `DROVER_ENVIRONMENT`, `DROVER_STACK`,
 * `DROVER_SERVICE`, `DROVER_IMAGE` and `DROVER_DEPLOYMENT`. When its time is over, it and all that it started are killed.
 */
export async function runProgram(
  { command }: ExecGateSettings,
  names: Readonly<Record<string, string>>,
  timeoutMillis: number,
  signal: AbortSignal,
): Promise<RawCheck> {
  const [program, ...given] = command;
  const args = given.map((argument) => filled(argument, names, (name) => name));
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...kept(), ...asVariables(names) },
  });
  let said = '';
  let isLate = false;
  const hear = (chunk: Buffer): void => {
    said = `${said}${chunk.toString('utf8')}`.slice(-SAID_LIMIT);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      // The whole group: what the program started must not go on either.
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, timeoutMillis);
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await new Promise<RawCheck>((resolve) => {
      child.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ passed: false, why: `it cannot be run (${error.code ?? 'unknown'})`, said: '' }),
      );
      // Not `close`: something that it started in a session of its own may keep its output open for ever.
      child.on('exit', (code, killed) => {
        if (isLate) resolve({ passed: false, why: `it did not end within ${timeoutMillis} ms`, said: lastLine(said) });
        else if (code === 0) resolve({ passed: true, why: 'exit code 0', said: '' });
        else
          resolve({
            passed: false,
            why: code === null ? `ended by ${killed ?? 'a signal'}` : `exit code ${code}`,
            said: lastLine(said),
          });
      });
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    kill();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function kept(): Record<string, string> {
  return Object.fromEntries(
    KEPT_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function asVariables(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [`DROVER_${name.toUpperCase()}`, value]));
}

/** The last line that says something: what a program ends with is mostly why. */
function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
