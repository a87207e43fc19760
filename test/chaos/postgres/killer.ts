import { setTimeout as delay } from 'node:timers/promises';
import type { ProductionTemporal } from '../../support/production-temporal';
import type { Stack } from '../../support/stack';
import type { DeploymentRun } from './deployment-run';
import type { Killed, PlannedKill } from './kill-plan';
import type { Snapshot } from './kept-history';
import { phaseIn } from './kept-history';
import { isSilence } from './persistently';

const LOOK_MILLIS = 20;
/** A kill waits until so many deployments are in flight, or all that are left. */
const MEETS_AT_LEAST = 4;

/** One kill that was made. Times are milliseconds since the start of the suite. */
export interface KillRecord {
  readonly what: Killed;
  readonly at: number;
  /** Which processes died, in words. */
  readonly died: string;
  /** When what was killed had been started again and served. */
  readonly backAt: number;
  /** Services of the deployments that were acknowledged and not over, by the phase that their histories had come to. */
  readonly inFlight: Readonly<Record<string, readonly string[]>>;
  /** Services of those that were being asked for. */
  readonly beingAsked: readonly string[];
}

/** Carries out the plan while the deployments run. */
export class Killer {
  readonly records: KillRecord[] = [];
  readonly snapshots: Snapshot[] = [];
  /** Kills that met no deployment: all were over. */
  missed = 0;

  constructor(
    private readonly stack: Stack,
    private readonly engine: ProductionTemporal,
    private readonly runs: readonly DeploymentRun[],
    private readonly sinceStart: () => number,
    private readonly onKill: (record: KillRecord) => void,
  ) {}

  async carryOut(plan: readonly PlannedKill[]): Promise<void> {
    for (const planned of plan) {
      if (!(await this.#until(() => this.#asked >= planned.afterAsked))) return this.#miss(plan);
      await delay(planned.delayMillis);
      if (!(await this.#until(() => this.#inFlight.length >= Math.min(MEETS_AT_LEAST, this.#left))))
        return this.#miss(plan);
      await this.#kill(planned);
    }
  }

  get #asked(): number {
    return this.runs.filter(({ state }) => state !== 'not asked').length;
  }

  get #left(): number {
    return this.runs.filter(({ state }) => state !== 'over').length;
  }

  get #inFlight(): DeploymentRun[] {
    return this.runs.filter(({ state }) => state === 'acknowledged');
  }

  #miss(plan: readonly PlannedKill[]): void {
    this.missed = plan.length - this.records.length;
  }

  /** @returns false where all deployments are over before */
  async #until(condition: () => boolean): Promise<boolean> {
    while (!condition()) {
      if (this.runs.every(({ state }) => state === 'over')) return false;
      await delay(LOOK_MILLIS);
    }
    return true;
  }

  async #kill(planned: PlannedKill): Promise<void> {
    const seen = await this.#takeSnapshots();
    const beingAsked = this.runs.filter(({ state }) => state === 'being asked');
    const inFlight: Record<string, string[]> = {};
    for (const { service, events } of seen) (inFlight[phaseIn(events)] ??= []).push(service);
    const at = this.sinceStart();
    const died = await this.#killAndRestart(planned);
    const record: KillRecord = {
      ...{ what: planned.what, at, died, backAt: this.sinceStart(), inFlight },
      beingAsked: beingAsked.map(({ deployment }) => deployment.service),
    };
    this.records.push(record);
    this.snapshots.push(...seen);
    this.onKill(record);
  }

  /** What Temporal tells right before the kill; what it does not tell any more was not acknowledged either. */
  async #takeSnapshots(): Promise<Snapshot[]> {
    const seen = await Promise.all(
      this.#inFlight.map(async ({ acknowledged, deployment }) => {
        if (acknowledged === null) return [];
        const { workflowId, runId } = acknowledged;
        try {
          const events = await this.stack.history(workflowId, runId);
          return [{ service: deployment.service, workflowId, runId, events }];
        } catch (error) {
          if (!isSilence(error)) throw error;
          return [];
        }
      }),
    );
    return seen.flat();
  }

  async #killAndRestart({ what, pauseMillis, worker }: PlannedKill): Promise<string> {
    const { engine } = this;
    switch (what) {
      case 'temporal': {
        const died = `Temporal (process ${engine.pid})`;
        await engine.kill();
        await delay(pauseMillis);
        await engine.restart();
        return died;
      }
      case 'postgres': {
        const died = await this.#killPostgres();
        await delay(pauseMillis);
        await engine.restartPostgres();
        await engine.untilServing();
        return died;
      }
      case 'both': {
        const temporal = engine.pid;
        const [died] = await Promise.all([this.#killPostgres(), engine.kill()]);
        await delay(pauseMillis);
        await engine.restartPostgres();
        await engine.restart();
        return `Temporal (process ${temporal}) and ${died}`;
      }
      case 'worker': {
        const alive = this.stack.workers.filter(({ running }) => running);
        const one = alive[worker % alive.length];
        if (one === undefined) throw new Error('no worker runs: one ended by itself');
        await one.kill('SIGKILL');
        await delay(pauseMillis);
        await this.stack.startWorker();
        return `a worker (process ${one.pid}) of ${alive.length}`;
      }
      default:
        throw new TypeError(`unknown ${String(what satisfies never)}`);
    }
  }

  async #killPostgres(): Promise<string> {
    const { pid } = this.engine.postgres;
    const children = await this.engine.killPostgres();
    return `PostgreSQL (postmaster ${pid}; its ${children} processes ended with it)`;
  }
}
