import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from './executable';

const LOOK_AGAIN_MILLIS = 500;

/**
 * Runs `work` while holding the lock file `path`; another process that wants it waits. A lock whose owner on this host is
 * dead is broken. The lock saves work; it is not what keeps the result whole (that is the atomic rename).
 *
 * @param onWait called once, when somebody else holds the lock.
 * @param isDone asked while waiting: when the other's work made ours needless, its answer is returned.
 */
export async function withLockFile<T>(
  path: string,
  options: { onWait: (owner: string) => void; isDone: () => Promise<T | undefined> },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${process.pid} ${hostname()}`;
  let waiting = false;
  while (!(await tryToTake(path, mine))) {
    const owner = await readOwner(path);
    if (owner !== undefined && isDead(owner)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waiting && owner !== undefined) {
      waiting = true;
      options.onWait(owner);
    }
    await delay(LOOK_AGAIN_MILLIS);
    const done = await options.isDone();
    if (done !== undefined) return done;
  }
  try {
    return (await options.isDone()) ?? (await work());
  } finally {
    await rm(path, { force: true });
  }
}

async function tryToTake(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrno(error) && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch {
    return undefined; // released meanwhile
  }
}

/** Only an owner on this host can be judged; one on another host (a shared cache) is waited for. */
function isDead(owner: string): boolean {
  const [pid, host] = owner.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return isErrno(error) && error.code === 'ESRCH';
  }
}
