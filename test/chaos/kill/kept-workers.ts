import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../../support/stack';
import type { StartedProcess } from '../../support/started-process';
import type { SeededRandom } from '../support/random';
import type { ClockKind } from './fake-clock';
import { CLOCKS, FakeClock } from './fake-clock';

/** A worker process that polls. */
export interface KeptWorker {
  readonly slot: number;
  readonly process: StartedProcess;
  readonly clock: FakeClock | null;
  /** When it polled, milliseconds since the epoch. */
  readonly readyAt: number;
  isFrozen: boolean;
}

const START_ATTEMPTS = 20;
/** On a machine that is very busy a start takes long: who gives it up too soon never has a worker. */
const START_LIMIT_MILLIS = 180_000;
const BETWEEN_ATTEMPTS_MILLIS = 500;
/** How much is kept of what a worker wrote that ended by itself, characters. */
const LAST_WORDS = 4_000;

/** The workers of a stack, started again whenever one ends, as whatever supervises them in production does. */
export class KeptWorkers {
  readonly all: KeptWorker[] = [];
  /** Ends that nobody wished for, in words; those of workers whose clocks libfaketime moves may be its doing. */
  readonly endedByThemselves: { readonly text: string; readonly isUntouched: boolean }[] = [];
  /** How often a worker was started with each clock. */
  readonly clocks: Record<ClockKind | 'untouched', number> = {
    untouched: 0,
    right: 0,
    'an hour ahead': 0,
    'an hour behind': 0,
  };
  #starts = 0;
  #isClosing = false;
  readonly #wished = new Set<StartedProcess>();

  constructor(
    private readonly stack: Stack,
    private readonly random: SeededRandom,
    /** Path of libfaketime; null: no clock is moved. */
    private readonly faketime: string | null,
  ) {}

  /** Starts one, until it polls: Temporal may be dead meanwhile. */
  async start(slot: number): Promise<void> {
    for (let attempt = 1; !this.#isClosing; attempt += 1) {
      const clock = this.#clockFor(slot);
      try {
        const process = await this.stack.startWorker(clock?.env ?? {}, START_LIMIT_MILLIS);
        const worker: KeptWorker = { slot, process, clock, readyAt: Date.now(), isFrozen: false };
        this.clocks[clock?.kind ?? 'untouched'] += 1;
        this.all.push(worker);
        void process.ended.then((ended) => {
          this.all.splice(this.all.indexOf(worker), 1);
          if (this.#isClosing || this.#wished.has(process)) return;
          const how = `exit ${String(ended.code)} ${String(ended.signal)}, its clock ${clock?.kind ?? 'untouched'}`;
          const text = `${how}: ${ended.stderr.trim().slice(-LAST_WORDS)}`;
          this.endedByThemselves.push({ text, isUntouched: clock === null });
          void this.start(slot).catch(() => undefined);
        });
        return;
      } catch (error) {
        const started = this.stack.workers.at(-1);
        if (started !== undefined && !this.all.some(({ process }) => process === started))
          await started.kill('SIGKILL');
        if (attempt >= START_ATTEMPTS) throw error;
        await delay(BETWEEN_ATTEMPTS_MILLIS);
      }
    }
  }

  /** One that is at work; a frozen one where there is no other. */
  choose(pick: number): KeptWorker | undefined {
    const awake = this.all.filter(({ isFrozen }) => !isFrozen);
    const from = awake.length > 0 ? awake : this.all;
    return from[Math.floor(pick * from.length)];
  }

  /** Kills it with -9. */
  async kill({ process }: KeptWorker): Promise<void> {
    this.#wished.add(process);
    await process.kill('SIGKILL');
  }

  /** Moves the clocks that can be moved. @returns what was done; undefined where no worker has such a clock */
  jump(random: SeededRandom): string | undefined {
    const moved = this.all.filter(({ clock }) => clock !== null);
    if (moved.length === 0) return undefined;
    return moved
      .map(({ process, clock }) => {
        const from = clock?.kind ?? 'right';
        return `worker ${process.pid}: ${from} → ${clock?.jump(random) ?? 'right'}`;
      })
      .join(', ');
  }

  /** From now on no worker is started again; the frozen ones can end. */
  close(): void {
    this.#isClosing = true;
    for (const { process, isFrozen } of this.all) if (isFrozen) process.signal('SIGCONT');
  }

  /** The first worker's clock is always one that can be moved. */
  #clockFor(slot: number): FakeClock | null {
    const fork = this.random.fork(`clock-${this.#starts}`);
    this.#starts += 1;
    if (this.faketime === null || (slot > 0 && !fork.chance(0.3))) return null;
    return new FakeClock(this.faketime, join(this.stack.folder, `clock-${this.#starts}`), fork.pick(CLOCKS));
  }
}
