import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const VERSION_TIMEOUT_MILLIS = 20_000;

/** Why `path` cannot be run, or `undefined` when it can. */
export function whyNotExecutable(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'is not a file';
  } catch (error) {
    return isErrno(error) && error.code === 'ENOENT' ? 'does not exist' : `cannot be looked at (${describe(error)})`;
  }
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return 'is not executable (chmod +x)';
  }
}

/** What we hand on to the programs that we start: everything but Rancher's keys and our own secret. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:RANCHER_|CATTLE_|DROVER_DIGEST_)/.test(name)));
}

/** The first executable called `name` in the folders of `PATH`. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => whyNotExecutable(path) === undefined);
}

/** Runs `path --version`: what is wrong with it as Temporal's CLI, or `undefined` when it is one. */
export async function whyNotTemporalCli(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return await new Promise((resolve) => {
    execFile(path, ['--version'], { env, timeout: VERSION_TIMEOUT_MILLIS }, (error, stdout) => {
      if (error) resolve(`does not run: ${firstLine(error.message)}`);
      else if (/^temporal version/m.test(stdout)) resolve(undefined);
      else resolve(`is not Temporal's CLI: --version said ${JSON.stringify(firstLine(stdout))}`);
    });
  });
}

/** An error in one line. */
export function describe(error: unknown): string {
  return firstLine(isObject(error) && typeof error.message === 'string' ? error.message : String(error));
}

/** Whether `error` carries a system error code. */
export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return isObject(error) && typeof error.code === 'string';
}

// Not `instanceof Error`: an error of Node's own is of another realm where the code runs inside a sandbox, as in jest.
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 300);
}
