import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { WorldSeed } from '../../simulator/world-seed';
import { serversOn } from '../../worker/local/servers-on';
import { DROVER_MAIN, freshDist } from './fresh-dist';
import { StackRancher } from './stack-rancher';
import { QUICK_POLICY } from './stack';
import type { Ended } from './started-process';
import { StartedProcess } from './started-process';
import { temporalCli } from './temporal-cli';

/** How the environment is called on the command line: nothing else names it. */
export const ENVIRONMENT = 'Cases';
const LIMIT_MILLIS = 90_000;

/** A simulated Rancher, and a folder in which `drover … --local` runs: no Temporal, no worker, no environments in a file. */
export class LocalStage {
  readonly #started: StartedProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly rancher: StackRancher,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param seed as `seedOf` makes it */
  static async start(seed: WorldSeed, speed = 20): Promise<LocalStage> {
    await freshDist();
    const folder = mkdtempSync(join(tmpdir(), 'drover-local-'));
    const rancher = await StackRancher.start({ seed, speed }, folder);
    writeFileSync(join(folder, 'drover.yaml'), stringify({ defaults: QUICK_POLICY }));
    const [key] = seed.keys;
    return new LocalStage(folder, rancher, {
      ...{ PATH: process.env.PATH, HOME: folder, USER: 'tester', LANG: 'C.UTF-8' },
      TEMPORAL_CLI_PATH: temporalCli(),
      // Not there: what --local starts is not to be looked for elsewhere.
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      RANCHER_URL: rancher.url,
      RANCHER_ACCESS_KEY: key?.accessKey,
      RANCHER_SECRET_KEY: key?.secretKey,
    });
  }

  /** Starts `drover …` in the stage's folder. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): StartedProcess {
    const started = new StartedProcess(`drover ${args.join(' ')}`, DROVER_MAIN, args, {
      cwd: this.folder,
      env: { ...this.env, ...env },
    });
    this.#started.push(started);
    return started;
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** `drover upgrade … --local` of a service of the stack `cases` to its image 2. */
  upgrade(service: string, ...more: string[]): string[] {
    const image = more.includes('--image') ? [] : ['--image', `example/${service}:2`];
    return ['upgrade', ENVIRONMENT, `cases/${service}`, ...image, '--local', ...more];
  }

  /** The servers that run on a state folder, the usual one by default. */
  servers(state = '.drover/local'): { pid: number }[] {
    return serversOn(join(this.folder, state, 'temporal.db'));
  }

  /** Requests whose verdict was not told. */
  underWay(state = '.drover/local'): string[] {
    try {
      return readdirSync(join(this.folder, state, 'under-way'));
    } catch {
      return [];
    }
  }

  /** The state of a service in Rancher, as it is now. */
  async stateOf(service: string): Promise<unknown> {
    return (await this.rancher.service(ENVIRONMENT, 'cases', service)).service['state'];
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + LIMIT_MILLIS; !(await holds()); await delay(20))
      if (Date.now() > deadline) throw new Error(`${what}: not within ${String(LIMIT_MILLIS / 1000)} s`);
  }

  /** Kills a command, its server and what ends the server with it, all at once and with -9. */
  async killAll(drover: StartedProcess): Promise<void> {
    const servers = this.servers().map(({ pid }) => pid);
    for (const pid of [...watchersOf(servers), drover.pid, ...servers]) kill(pid);
    await drover.ended;
    await this.until('the killed server is gone', () => this.servers().length === 0);
  }

  killServer(): void {
    for (const { pid } of this.servers()) kill(pid);
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((one) => one.stop()));
    await this.rancher.close();
    await this.until('every server has ended', () => readdirSync(this.folder).every(() => this.servers().length === 0));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The small shells that end a server when its starter is gone. */
export function watchersOf(servers: readonly number[]): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const at = args.indexOf('drover-watch');
      return at >= 0 && servers.includes(Number(args[at + 1])) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone by itself
  }
}
