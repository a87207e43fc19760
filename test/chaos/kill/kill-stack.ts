import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Stack } from '../../support/stack';
import type { StackTemporal } from '../../support/stack-temporal';
import type { StartedProcess } from '../../support/started-process';
import type { DeploymentCase } from '../support/deployment-case';
import { PROJECT, worldSeedOf } from '../support/deployment-case';
import { variablesOf } from '../support/planted-secrets';
import { SeededRandom } from '../support/random';
import { KeptWorkers } from './kept-workers';
import type { PlannedKill } from './kill-plan';
import { momentText } from './kill-plan';
import { RancherFront } from './rancher-front';
import type { Strike } from './strike';

/** What a stack is made of. */
export interface KillStackOptions {
  readonly number: number;
  readonly seed: string;
  readonly cases: readonly DeploymentCase[];
  /** Folder in which the stack's own is made. */
  readonly within: string;
  /** Which Temporal: started in a folder of its own. */
  readonly startTemporal: (folder: string) => Promise<StackTemporal>;
  /** Path of libfaketime; null: no clock is moved. */
  readonly faketime: string | null;
}

/** The deployment for which something is done. */
export interface Target {
  readonly index: number;
  /** The command that follows it just now; null where there is none. */
  command(): StartedProcess | null;
}

const ALIAS = 'kill';
const MOST_WORKERS = 3;
/** Rancher's work is done so many times faster than a real one's. */
const SPEED = 10;
/** What is back is left alone for a while: what is to be shown is recovery, and not how long everything can be kept down. */
const CALM_MILLIS = 1_500;
const RESTART_ATTEMPTS = 5;
/** Limits within which everything can recover, and a bad image is given up. */
const POLICY = {
  stallLimit: '30s',
  settleLimit: '2m',
  rollbackLimit: '2m',
  finishLimit: '2m',
  reachLimit: '5m',
  requestTimeout: '3s',
  pollMin: '200ms',
  pollMax: '1s',
} as const;

/** An isolated stack of processes, and everything that can be done to them. */
export class KillStack {
  readonly strikes: Strike[] = [];
  readonly workers: KeptWorkers;
  readonly workerCount: number;
  /** What went wrong while something was started again. */
  readonly troubles: string[] = [];
  readonly #recoveries = new Set<Promise<void>>();
  readonly #busy = new Map<'temporal' | 'rancher' | 'freeze', Promise<void>>();
  readonly #random: SeededRandom;

  private constructor(
    readonly stack: Stack,
    readonly front: RancherFront,
    options: KillStackOptions,
  ) {
    this.#random = new SeededRandom(options.seed).fork(`stack-${options.number}`);
    this.workers = new KeptWorkers(stack, this.#random.fork('workers'), options.faketime);
    this.workerCount = this.#random.fork('count').int(1, MOST_WORKERS);
  }

  static async start(options: KillStackOptions): Promise<KillStack> {
    const { cases, seed, number, within } = options;
    const folder = join(within, `stack-${number}`);
    mkdirSync(folder, { recursive: true });
    const temporal = await options.startTemporal(folder);
    const variables = variablesOf(seed);
    let front: RancherFront | undefined;
    const stack = await Stack.start({
      ...{ seed: worldSeedOf(cases), speed: SPEED, simulatorProcess: true, temporal, workers: 0, within: folder },
      environments: {
        [ALIAS]: {
          project: PROJECT,
          variables: Object.fromEntries(variables.map(({ reference, env }) => [reference, env])),
        },
      },
      ...{ policy: POLICY, workerEnv: Object.fromEntries(variables.map(({ env, value }) => [env, value])) },
      front: async (url) => {
        front = await RancherFront.start(url);
        return front.url;
      },
    });
    if (front === undefined) throw new Error('the front did not start');
    const killStack = new KillStack(stack, front, options);
    await Promise.all(Array.from({ length: killStack.workerCount }, (_, slot) => killStack.workers.start(slot)));
    return killStack;
  }

  /**
   * Does what was planned, and notes it; resolves when it is done to the process, whose recovery goes on by itself. It waits for nothing, or
   * the moment would be gone: where a server is dead or just back, or another worker frozen, a worker is killed instead, and where that is
   * just back as well, the command.
   */
  async strike(kill: PlannedKill, target: Target): Promise<void> {
    switch (kill.what) {
      case 'temporal':
        return this.#busy.has('temporal') ? this.#killWorker(kill, target) : this.#killTemporal(kill, target.index);
      case 'rancher':
        return this.#busy.has('rancher') ? this.#killWorker(kill, target) : this.#killRancher(kill, target.index);
      case 'freeze':
        return this.#busy.has('freeze') ? this.#killWorker(kill, target) : this.#freeze(kill, target);
      case 'worker':
        return this.#killWorker(kill, target);
      case 'command':
        return this.#killCommand(kill, target);
      case 'clock': {
        const moved = this.workers.jump(this.#random.fork(`jump-${target.index}`));
        if (moved !== undefined) this.#note(kill, target.index, moved).until = Date.now();
        return;
      }
      default:
        throw new TypeError(`unknown ${String(kill.what satisfies never)}`);
    }
  }

  /** Waits until everything that was killed is back, and everything that was frozen is awake. */
  async recovered(): Promise<void> {
    while (this.#recoveries.size > 0) await Promise.all(this.#recoveries);
  }

  /** Ends everything that it started. @param keep whether the folder stays, with what the processes wrote */
  async close(keep: boolean): Promise<void> {
    this.workers.close();
    await this.recovered();
    if (keep) {
      this.stack.workers.forEach(({ stdout, stderr }, index) =>
        writeFileSync(join(this.stack.folder, `worker-${index}.log`), `${stdout}\n${stderr}`),
      );
    }
    await this.front.shut();
    await this.stack.close(keep);
  }

  async #killWorker(kill: PlannedKill, target: Target): Promise<void> {
    const worker = this.workers.choose(kill.pick);
    if (worker === undefined || Date.now() - worker.readyAt < CALM_MILLIS) return this.#killCommand(kill, target);
    const detail = `worker ${worker.process.pid}, ${worker.isFrozen ? 'frozen, ' : ''}of ${this.workers.all.length}`;
    const strike = this.#note({ ...kill, what: 'worker' }, target.index, detail);
    await this.workers.kill(worker);
    this.#recover(strike, async () => {
      await delay(kill.what === 'worker' ? kill.pauseMillis : 0);
      await this.workers.start(worker.slot);
    });
  }

  async #killTemporal(kill: PlannedKill, planOf: number): Promise<void> {
    const strike = this.#note(kill, planOf, 'Temporal');
    await this.#occupy(
      'temporal',
      strike,
      () => this.stack.killTemporal(),
      async () => {
        await delay(kill.pauseMillis);
        await this.#again(() => this.stack.restartTemporal());
      },
    );
  }

  async #killRancher(kill: PlannedKill, planOf: number): Promise<void> {
    const strike = this.#note(kill, planOf, 'Rancher');
    await this.#occupy(
      'rancher',
      strike,
      async () => {
        await this.stack.killSimulator();
        await this.front.shut();
      },
      async () => {
        await delay(kill.pauseMillis);
        await this.#again(() => this.stack.restartSimulator());
        await this.#again(() => this.front.open());
      },
    );
  }

  async #killCommand(kill: PlannedKill, target: Target): Promise<void> {
    const command = target.command();
    if (command === null || !command.running) return;
    const strike = this.#note({ ...kill, what: 'command' }, target.index, `command ${command.pid}`);
    await command.kill('SIGKILL');
    strike.until = Date.now() + kill.pauseMillis;
  }

  async #freeze(kill: PlannedKill, target: Target): Promise<void> {
    const worker = this.workers.choose(kill.pick);
    if (worker === undefined || worker.isFrozen) return this.#killCommand(kill, target);
    const detail = `worker ${worker.process.pid} of ${this.workers.all.length} for ${kill.pauseMillis} ms`;
    const strike = this.#note(kill, target.index, detail);
    worker.isFrozen = true;
    worker.process.signal('SIGSTOP');
    await this.#occupy(
      'freeze',
      strike,
      () => Promise.resolve(),
      async () => {
        await delay(kill.pauseMillis);
        worker.process.signal('SIGCONT');
        worker.isFrozen = false;
      },
    );
  }

  #note(kill: PlannedKill, planOf: number, detail: string): Strike {
    const when = momentText(kill.moment);
    const strike: Strike = { what: kill.what, at: Date.now(), until: null, planOf, detail: `${detail}, ${when}` };
    this.strikes.push(strike);
    return strike;
  }

  /** Resolves when it is dead. */
  async #occupy(
    server: 'temporal' | 'rancher' | 'freeze',
    strike: Strike,
    kill: () => Promise<void>,
    recover: () => Promise<void>,
  ): Promise<void> {
    const killed = kill();
    const whole = killed
      .then(async () => {
        await recover();
        strike.until = Date.now();
        await delay(CALM_MILLIS);
      })
      .catch((error: unknown) => void this.troubles.push(`${strike.detail}: ${String(error)}`))
      .finally(() => {
        this.#busy.delete(server);
        this.#recoveries.delete(whole);
      });
    this.#busy.set(server, whole);
    this.#recoveries.add(whole);
    await killed;
  }

  #recover(strike: Strike, recover: () => Promise<void>): void {
    const whole = recover()
      .then(() => void (strike.until = Date.now()))
      .catch((error: unknown) => void this.troubles.push(`${strike.detail}: ${String(error)}`))
      .finally(() => void this.#recoveries.delete(whole));
    this.#recoveries.add(whole);
  }

  /** A port of a process that was just killed may be taken for a moment still. */
  async #again(start: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await start();
      } catch (error) {
        if (attempt >= RESTART_ATTEMPTS) throw error;
        await delay(1_000);
      }
    }
  }
}
