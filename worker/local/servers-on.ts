import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startOf } from './process-start';

/** A Temporal dev server that was started on a certain database file. */
export interface ServerOnFile {
  readonly pid: number;
  /** See {@link startOf}. */
  readonly start: string;
  /** Of its gRPC service. */
  readonly port: number;
}

const LOOK_AGAIN_MILLIS = 100;
const END_GRACE_MILLIS = 10_000;

/**
 * The dev servers of this user that have `database` open, by what they were started with: it names the file, so no other server is taken
 * for one of ours, and one whose starter was killed before it could write down anything is found too.
 */
export function serversOn(database: string): ServerOnFile[] {
  return commandLines().flatMap(({ pid, args }) => {
    const port = Number(valueOf(args, '--port'));
    const start = startOf(pid);
    const isOurs = args.includes('start-dev') && valueOf(args, '--db-filename') === database;
    return isOurs && start !== undefined && port > 0 ? [{ pid, start, port }] : [];
  });
}

/** Ends a server and waits until it is gone: SIGTERM, and after ten seconds SIGKILL. */
export async function endServer({ pid, start }: ServerOnFile): Promise<void> {
  const lives = (): boolean => startOf(pid) === start;
  const began = Date.now();
  for (let signal: NodeJS.Signals = 'SIGTERM'; lives(); await delay(LOOK_AGAIN_MILLIS)) {
    if (Date.now() - began > END_GRACE_MILLIS) signal = 'SIGKILL';
    if (signal === 'SIGKILL' || Date.now() - began < LOOK_AGAIN_MILLIS) send(pid, signal);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone by itself
  }
}

function valueOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

interface CommandLine {
  readonly pid: number;
  readonly args: readonly string[];
}

/** Of this user's processes. */
function commandLines(): CommandLine[] {
  const uid = process.getuid?.();
  if (process.platform !== 'linux') return commandLinesByPs(uid);
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      if (statSync(`/proc/${name}`).uid !== uid) return [];
      return [{ pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') }];
    } catch {
      return []; // ended meanwhile
    }
  });
}

/** `ps` does not tell where an argument ends: a folder with a space in its name is not found so. */
function commandLinesByPs(uid: number | undefined): CommandLine[] {
  const { stdout } = spawnSync('ps', ['-ww', '-U', String(uid), '-o', 'pid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid = '', ...args] = line.trim().split(/\s+/);
    return /^\d+$/.test(pid) ? [{ pid: Number(pid), args }] : [];
  });
}
