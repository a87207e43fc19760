import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithUs } from './end-with-us';
import { assertPortIsFree, freePort } from './ports';
import { TemporalServerError } from './temporal-server-error';
import { beginDatabase, finishDatabase } from './unfinished-database';
import { waitUntilServing } from './wait-until-serving';

/** How a dev server is started. */
export interface DevServerOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly ip?: string;
  /** Port of the gRPC front end. Default: a free one. */
  readonly port?: number;
  /** Port of the Web UI. Default: a free one. */
  readonly uiPort?: number;
  /** SQLite file that keeps everything over a restart. Default: in memory. */
  readonly dbFilename?: string;
  /** Default `default`. */
  readonly namespace?: string;
  /**
   * Names of search attributes (of type Keyword) to register. A server on a file that exists already ignores them: see
   * `ensureSearchAttributes`, which is to be called in any case.
   */
  readonly searchAttributes?: readonly string[];
  /** Where the server's output goes. */
  readonly logFile: string;
  /** How long it may take to serve, milliseconds. Default one minute. */
  readonly startLimitMillis?: number;
}

/** A running dev server. */
export interface DevServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<DevServerExit>;
  /** Ends it: SIGTERM, and after ten seconds SIGKILL. Does nothing when it ended already. */
  stop(): Promise<void>;
}

/** How the process ended. */
export interface DevServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const START_LIMIT_MILLIS = 60_000;
const STOP_GRACE_MILLIS = 10_000;
/** A free port may be taken by somebody else before the server binds it. */
const ATTEMPTS_WITH_FREE_PORTS = 3;
/**
 * A shard of Temporal's history reads what is to be handed on 20 times in a second at most, and a dev server is one shard: from a few deployments in a second on,
 * every step of each waits 30 ms for that. A production server has dozens of shards.
 */
const SETTINGS = ['history.transferProcessorMaxPollRPS=200'] as const;
/** What the server needs of our environment; our keys it does not need. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'XDG_CONFIG_HOME'] as const;

/**
 * Starts `temporal server start-dev` and waits until it serves and has its namespace. It runs in a process group of its own,
 * so that a Ctrl-C in the terminal lets us shut down first; it ends when our process does, even when that is killed.
 *
 * @throws PortInUseError before anything is started; TemporalServerError with the last lines of its log when it does not come up.
 */
export async function startDevServer(executable: string, options: DevServerOptions): Promise<DevServer> {
  const ip = options.ip ?? '127.0.0.1';
  if (options.port !== undefined) await assertPortIsFree(ip, options.port, "Temporal's gRPC service");
  if (options.uiPort !== undefined) await assertPortIsFree(ip, options.uiPort, 'the Web UI');
  const attempts = options.port === undefined || options.uiPort === undefined ? ATTEMPTS_WITH_FREE_PORTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort(ip));
    const uiPort = options.uiPort ?? (await freePort(ip));
    const started = await startOnce(executable, options, ip, port, uiPort);
    if (typeof started !== 'string') return started;
    if (attempt < attempts && /address already in use/i.test(started)) continue;
    throw new TemporalServerError(`Temporal's dev server (${executable}) did not come up: ${started}`);
  }
}

async function startOnce(
  executable: string,
  options: DevServerOptions,
  ip: string,
  port: number,
  uiPort: number,
): Promise<DevServer | string> {
  const namespace = options.namespace ?? 'default';
  if (options.dbFilename !== undefined) beginDatabase(options.dbFilename);
  const child = spawnServer(executable, options.logFile, [
    ...['server', 'start-dev', '--ip', ip, '--port', String(port), '--ui-ip', ip, '--ui-port', String(uiPort)],
    ...['--namespace', namespace, '--log-level', 'warn'],
    ...SETTINGS.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...(options.dbFilename === undefined ? [] : ['--db-filename', options.dbFilename]),
    ...(options.searchAttributes ?? []).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ]);
  let end: string | undefined;
  const exited = new Promise<DevServerExit>((resolve) => {
    child.once('error', (error) => {
      end = error.message;
      resolve({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => {
      end = signal === null ? `it ended with exit code ${String(code)}` : `it was ended by ${signal}`;
      resolve({ code, signal });
    });
  });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const forget = child.pid === undefined ? () => undefined : endWithUs(child.pid);
  void exited.then(() => {
    process.removeListener('exit', killWithUs);
    forget();
  });

  const address = `${ip}:${port}`;
  const trouble = await waitUntilServing(address, namespace, options.startLimitMillis ?? START_LIMIT_MILLIS, () => end);
  if (trouble !== undefined || end !== undefined || child.pid === undefined) {
    await stopProcess(child, exited);
    return `${trouble ?? end ?? 'it has no process id'}. The end of ${options.logFile}:\n${tailOf(options.logFile)}`;
  }
  if (options.dbFilename !== undefined) finishDatabase(options.dbFilename);
  return { address, uiUrl: `http://${ip}:${uiPort}`, pid: child.pid, exited, stop: () => stopProcess(child, exited) };
}

function spawnServer(executable: string, logFile: string, args: readonly string[]): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    const env = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
    return spawn(executable, args, { stdio: ['ignore', log, log], detached: true, env });
  } finally {
    closeSync(log);
  }
}

async function stopProcess(child: ChildProcess, exited: Promise<DevServerExit>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const giveUp = new AbortController();
  const late = delay(STOP_GRACE_MILLIS, 'late' as const, { signal: giveUp.signal }).catch(() => 'ended' as const);
  if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL');
  giveUp.abort();
  await exited;
}

function tailOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n').slice(-2000);
  } catch {
    return '(no log)';
  }
}
