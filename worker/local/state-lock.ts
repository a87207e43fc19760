import { linkSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { placeOfProcesses, startOf } from './process-start';
import { StateInUseError } from './state-in-use-error';

/** Who holds the lock of a state folder. */
export interface LockHolder {
  readonly pid: number;
  /** See {@link startOf}. */
  readonly start: string;
  readonly place: string;
  readonly host: string;
  /** What it is at, for people. */
  readonly what: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A lock that is held. */
export interface StateLock {
  release(): void;
}

const REFRESH_MILLIS = 10_000;
/** A holder in another container or on another machine cannot be asked whether it lives: it is believed for as long as it renews its lock. */
const FRESH_MILLIS = 60_000;
/** Others may take and give back a lock while we look. */
const ATTEMPTS = 20;

/**
 * Takes the lock of a state folder. That of a process which is gone counts for nothing.
 *
 * Locks are numbered, and one that was left behind is followed by the next number, never removed first: of several that find it left behind,
 * one comes to have the next number, and whoever has a lower one than is there gives it back.
 *
 * @throws StateInUseError naming the holder
 */
export function takeStateLock(folder: string, what: string): StateLock {
  const start = startOf(process.pid);
  if (start === undefined) throw new Error('this process cannot be found among the running ones');
  const me: LockHolder = {
    ...{ pid: process.pid, start, place: placeOfProcesses(), host: hostname() },
    ...{ what, since: Date.now() },
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const newest = Math.max(0, ...numbersIn(folder));
    const holder = newest === 0 ? undefined : readHolder(folder, newest);
    if (holder !== undefined && isHeld(holder, folder, newest)) throw inUse(folder, holder);
    const mine = newest + 1;
    if (!made(folder, mine, me)) continue;
    const numbers = numbersIn(folder);
    if (numbers.some((number) => number > mine)) {
      rmSync(pathOf(folder, mine), { force: true });
      continue;
    }
    for (const number of numbers) if (number < mine) rmSync(pathOf(folder, number), { force: true });
    return held(pathOf(folder, mine));
  }
  throw new StateInUseError(
    `Others keep taking the state folder ${folder}. Nothing was started. Run the command again.`,
  );
}

/** Who uses a state folder now; undefined where nobody does. */
export function holderOf(folder: string): LockHolder | undefined {
  const newest = Math.max(0, ...numbersIn(folder));
  const holder = newest === 0 ? undefined : readHolder(folder, newest);
  return holder !== undefined && isHeld(holder, folder, newest) ? holder : undefined;
}

function held(path: string): StateLock {
  const refreshing = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // The folder was removed under us: there is nothing to hold.
    }
  }, REFRESH_MILLIS);
  refreshing.unref();
  return {
    release: () => {
      clearInterval(refreshing);
      rmSync(path, { force: true });
    },
  };
}

function isHeld(holder: LockHolder, folder: string, number: number): boolean {
  if (holder.place === placeOfProcesses()) return startOf(holder.pid) === holder.start;
  try {
    return Date.now() - statSync(pathOf(folder, number)).mtimeMs < FRESH_MILLIS;
  } catch {
    return false;
  }
}

function inUse(folder: string, { pid, host, what, since }: LockHolder): StateInUseError {
  const other = host === hostname() ? `process ${String(pid)}` : `process ${String(pid)} on ${host}`;
  return new StateInUseError(
    `The state folder ${folder} is in use since ${new Date(since).toISOString()} by "drover ${what}" (${other}). Nothing was started. ` +
      'Wait until that has ended, or watch it with "drover status … --local --watch"; for deployments side by side give each its own --state DIR.',
  );
}

/** With its content from the first moment on: linked into place, of two that try, one wins. */
function made(folder: string, number: number, me: LockHolder): boolean {
  const draft = join(folder, `.lock.${String(process.pid)}.${String(number)}`);
  writeFileSync(draft, `${JSON.stringify(me)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, pathOf(folder, number));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function numbersIn(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const number = /^lock\.(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function pathOf(folder: string, number: number): string {
  return join(folder, `lock.${String(number)}`);
}

/** Undefined for one that is gone meanwhile, or is none. */
function readHolder(folder: string, number: number): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(pathOf(folder, number), 'utf8'));
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, start, place, host, what, since } = value as Record<string, unknown>;
  return (
    [pid, since].every((one) => typeof one === 'number') &&
    [start, place, host, what].every((one) => typeof one === 'string')
  );
}
