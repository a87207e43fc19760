import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { JournalEntry } from '../../../simulator/model';
import type { WorldSeed } from '../../../simulator/world-seed';
import { workflowIdOf } from '../../../workflows/contract';
import { laneIdOf } from '../../../workflows/lane-contract';
import { Stack } from '../../support/stack';
import type { StackEnvironment } from '../../support/stack';
import { KeptWorkers } from '../kill/kept-workers';
import { patiently } from '../kill/patiently';
import { SeededRandom } from '../support/random';
import type { CasePlan, PlannedStrike } from './case-plan';

/** Name of the one stack of services in each of Rancher's environments. */
export const STACK = 'shop';
/** The environment of all services, and the one of a service whose key is taken away. */
export const MAIN = { alias: 'main', project: 'Main', accessKey: 'ACCESS' } as const;
export const OTHER = { alias: 'other', project: 'Other', accessKey: 'ACCESS-OTHER' } as const;

/** Limits within which everything can recover, and a bad image is given up. */
const POLICY = {
  stallLimit: '10s',
  settleLimit: '2m',
  rollbackLimit: '2m',
  finishLimit: '2m',
  reachLimit: '5m',
  requestTimeout: '3s',
  pollMin: '200ms',
  pollMax: '1s',
} as const;
const RESTART_ATTEMPTS = 8;
const LOOK_EVERY_MILLIS = 60;

/** A strike that was carried out. */
export interface DoneStrike {
  readonly what: PlannedStrike['what'];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What one case is played on: Temporal's dev server, workers, a simulated Rancher, and whoever strikes at them. */
export class ReleaseStack {
  readonly strikes: DoneStrike[] = [];
  /** What went wrong while something was started again. */
  readonly troubles: string[] = [];
  readonly workers: KeptWorkers;
  readonly #over = new AbortController();
  #striking: Promise<void> = Promise.resolve();

  private constructor(
    readonly stack: Stack,
    private readonly plan: CasePlan,
  ) {
    this.workers = new KeptWorkers(stack, new SeededRandom(plan.seed).fork(`workers-${plan.index}`), null);
  }

  static async start(
    plan: CasePlan,
    within: string,
    seed: Pick<WorldSeed, 'projects' | 'behaviours'>,
    more: {
      readonly policy?: Readonly<Record<string, string | number>>;
      /** Of the main environment. */
      readonly gates?: StackEnvironment['gates'];
    } = {},
  ): Promise<ReleaseStack> {
    const folder = join(within, `case-${plan.index}`);
    mkdirSync(folder, { recursive: true });
    const environments = [MAIN, OTHER].filter(({ project }) => seed.projects.some(({ name }) => name === project));
    const keys = environments.map(({ accessKey, project }) => ({
      ...{ accessKey, secretKey: `secret-of-${project}`, role: 'owner' as const, projects: [project] },
    }));
    const stack = await Stack.start({
      seed: { ...seed, keys },
      ...{ ownTemporal: true, workers: 0, within: folder, policy: { ...POLICY, ...more.policy } },
      environments: Object.fromEntries(
        environments.map(({ alias, project, accessKey }) => [
          alias,
          { project, accessKey, ...(alias === MAIN.alias && more.gates !== undefined ? { gates: more.gates } : {}) },
        ]),
      ),
    });
    const started = new ReleaseStack(stack, plan);
    try {
      await Promise.all(Array.from({ length: plan.workers }, (_, slot) => started.workers.start(slot)));
      return started;
    } catch (error) {
      await started.close(true);
      throw error;
    }
  }

  get temporal(): Client {
    return new Client({ connection: this.stack.connection, namespace: this.stack.temporal.namespace });
  }

  /** Actions of Drover's that Rancher took so far. */
  async ours(): Promise<JournalEntry[]> {
    return (await this.stack.journal()).filter(({ kind, by }) => kind === 'action' && by !== 'person');
  }

  /** From now on what is planned happens, one after the other. */
  beginStrikes(): void {
    const inOrder = [...this.plan.strikes].sort((one, other) => one.afterActions - other.afterActions);
    this.#striking = this.#strikeAll(inOrder).catch((error: unknown) => void this.troubles.push(String(error)));
  }

  /** Nothing more is struck at; resolves when everything is back. */
  async endStrikes(): Promise<void> {
    this.#over.abort();
    await this.#striking;
  }

  async close(keep: boolean): Promise<void> {
    await this.endStrikes();
    this.workers.close();
    if (keep)
      this.stack.workers.forEach(({ stdout, stderr }, index) =>
        writeFileSync(join(this.stack.folder, `worker-${index}.log`), `${stdout}\n${stderr}`),
      );
    await this.stack.close(keep);
  }

  async #strikeAll(planned: readonly PlannedStrike[]): Promise<void> {
    const { signal } = this.#over;
    for (const strike of planned) {
      while (!signal.aborted && (await this.ours()).length < strike.afterActions) await delay(LOOK_EVERY_MILLIS);
      await delay(strike.afterMillis, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#strike(strike);
    }
  }

  async #strike({ what, pauseMillis, pick }: PlannedStrike): Promise<void> {
    const done = { what, at: Date.now() };
    switch (what) {
      case 'worker': {
        const worker = this.workers.choose(pick);
        if (worker === undefined) return;
        await this.workers.kill(worker);
        this.strikes.push(done);
        await delay(pauseMillis);
        return this.workers.start(worker.slot);
      }
      case 'temporal':
        await this.stack.killTemporal();
        this.strikes.push(done);
        await delay(pauseMillis);
        return this.#restartTemporal();
      case 'lane':
        if (await this.#terminate(laneIdOf(MAIN.alias, STACK, 'busy'))) this.strikes.push(done);
        return;
      case 'deployment':
        if (await this.#terminate(workflowIdOf(MAIN.alias, STACK, 'busy'))) this.strikes.push(done);
        return;
      default:
        throw new TypeError(`unknown strike ${String(what satisfies never)}`);
    }
  }

  /** @returns whether it ran */
  async #terminate(workflowId: string): Promise<boolean> {
    try {
      await patiently(() => this.temporal.workflow.getHandle(workflowId).terminate('by hand'));
      return true;
    } catch {
      return false;
    }
  }

  /** A port of a process that was just killed may be taken for a moment still. */
  async #restartTemporal(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.stack.restartTemporal();
      } catch (error) {
        if (attempt >= RESTART_ATTEMPTS) throw error;
        await delay(1_000);
      }
    }
  }
}
