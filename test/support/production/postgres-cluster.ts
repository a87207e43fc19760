import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { childrenOf, isAlive } from './child-processes';
import type { PostgresPrograms } from './find-postgres';
import type { ProcessOwner } from './postgres-user';
import { postgresUser } from './postgres-user';
import { ServerProcess } from './server-process';

const IP = '127.0.0.1';
const READY_LIMIT_MILLIS = 60_000;
const CHILDREN_LIMIT_MILLIS = 30_000;
/** In the eighth line of `postmaster.pid`, once the recovery is over and connections are taken. */
const READY = /^ready\s*$/;

/** What has to hold for "nothing lost" to mean something; the values of `SHOW`. */
const DURABLE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' } as const;

/** A PostgreSQL cluster of the suite's own, in a folder of its own, on a loopback port; it can be killed and started again. */
export class PostgresCluster {
  readonly user = 'temporal';
  readonly host = IP;
  readonly logFile: string;
  #server: ServerProcess | null = null;

  private constructor(
    private readonly programs: PostgresPrograms,
    private readonly folder: string,
    private readonly owner: ProcessOwner | null,
    readonly port: number,
    readonly password: string,
  ) {
    this.logFile = join(folder, 'postgres.log');
  }

  /** Makes a cluster in `folder`, which is made too, and starts it. */
  static async start(programs: PostgresPrograms, folder: string, port: number): Promise<PostgresCluster> {
    const owner = postgresUser();
    mkdirSync(folder, { mode: 0o700 });
    const password = randomBytes(18).toString('base64url');
    const cluster = new PostgresCluster(programs, folder, owner, port, password);
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (owner !== null) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
    await promisify(execFile)(
      join(programs.folder, 'initdb'),
      [
        ...['--pgdata', cluster.#data, '--username', cluster.user, '--pwfile', passwordFile],
        ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
      ],
      { cwd: folder, env: cluster.#env, ...owner },
    );
    rmSync(passwordFile);
    await cluster.startServer();
    return cluster;
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  get #env(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  }

  get pid(): number {
    if (this.#server === null) throw new Error('PostgreSQL was not started');
    return this.#server.pid;
  }

  /**
   * Starts it, again after the first time, and waits until it takes connections: after a kill, until its recovery is over.
   *
   * @throws Error with the end of its log when it does not come up within a minute
   */
  async startServer(): Promise<void> {
    const settings = {
      listen_addresses: IP,
      port: String(this.port),
      unix_socket_directories: '',
      // Each of Temporal's four services has its own pools.
      max_connections: '200',
      log_timezone: 'UTC',
      ...DURABLE,
    };
    const server = new ServerProcess(
      'PostgreSQL',
      join(this.programs.folder, 'postgres'),
      ['-D', this.#data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { env: this.#env, cwd: this.folder, logFile: this.logFile, owner: this.owner },
    );
    this.#server = server;
    const deadline = Date.now() + READY_LIMIT_MILLIS;
    while (!this.#saysReady(server)) {
      if (!server.running || Date.now() > deadline) {
        await server.stop('SIGQUIT');
        throw new Error(
          `PostgreSQL did not come up (${server.end ?? 'not ready in time'}). Its log ends:\n${server.logTail()}`,
        );
      }
      await delay(20);
    }
  }

  /** The file of a killed server stays, with its process id and "ready": only one that names ours counts. */
  #saysReady(server: ServerProcess): boolean {
    if (!server.running) return false;
    const file = join(this.#data, 'postmaster.pid');
    if (!existsSync(file)) return false;
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines[0] === String(server.pid) && READY.test(lines[7] ?? '');
  }

  /** What the running server says of a setting. */
  async show(setting: string): Promise<string> {
    const { stdout } = await promisify(execFile)(
      join(this.programs.folder, 'psql'),
      ['-X', '-A', '-t', '-h', IP, '-p', String(this.port), '-U', this.user, '-d', 'postgres', '-c', `SHOW ${setting}`],
      { env: { ...this.#env, PGPASSWORD: this.password, PGCONNECT_TIMEOUT: '20' } },
    );
    return stdout.trim();
  }

  /**
   * Asks the running server for the settings that let nothing be lost that was acknowledged.
   *
   * @returns them, for people to read
   * @throws Error where one of them is off: the suite would prove nothing
   */
  async assertDurable(): Promise<string> {
    const seen: string[] = [];
    for (const [setting, wanted] of Object.entries(DURABLE)) {
      const value = await this.show(setting);
      if (value !== wanted) throw new Error(`PostgreSQL runs with ${setting} = ${value}; the suite needs ${wanted}.`);
      seen.push(`${setting} = ${value}`);
    }
    return seen.join(', ');
  }

  /**
   * Kills the postmaster with -9, and waits until the processes that it had started are gone as well: they end by themselves.
   *
   * @returns how many those were
   */
  async kill(): Promise<number> {
    if (this.#server === null) throw new Error('PostgreSQL was not started');
    const children = childrenOf(this.#server.pid);
    await this.#server.kill();
    const deadline = Date.now() + CHILDREN_LIMIT_MILLIS;
    while (children.some(isAlive)) {
      if (Date.now() > deadline) throw new Error("PostgreSQL's processes outlive their postmaster");
      await delay(10);
    }
    return children.length;
  }

  /** Ends it at once, without a checkpoint: the cluster is not needed any more. */
  async stop(): Promise<void> {
    await this.#server?.stop('SIGQUIT');
  }

  /** The lines of its log that tell of a recovery after a kill, oldest first. */
  recoveryLines(): string[] {
    return recoveryLinesOf(readFileSync(this.logFile, 'utf8'));
  }
}

/** The lines of PostgreSQL's log that tell that it was not shut down and went through its write-ahead log. */
export function recoveryLinesOf(log: string): string[] {
  return log
    .split('\n')
    .filter((line) =>
      /database system was (?:interrupted|not properly shut down)|redo (?:starts|done|is not)/.test(line),
    );
}
