import { setTimeout as delay } from 'node:timers/promises';
import { SilenceError } from '../../client/follow/silence-error';
import type { Phase } from '../../decision/phase';
import type { Fault } from '../../simulator/faults';
import type { Progress } from '../../workflows/contract';
import type { Stack } from '../support/stack';
import type { Ended, StartedProcess } from '../support/started-process';

/** The stack, in Rancher's sense, that these tests' services are in. */
export const STACK = 'cases';
const LIMIT_MILLIS = 90_000;

/** One service on a stack of processes, and the command line about it. */
export class Command {
  constructor(
    readonly stack: Stack,
    readonly service: string,
    readonly alias = stack.alias,
  ) {}

  image(tag: number): string {
    return `example/${this.service}:${tag}`;
  }

  get path(): string {
    return `${STACK}/${this.service}`;
  }

  /** As the plain output names it. */
  get target(): string {
    return `${this.alias} ${this.path}`;
  }

  /** `drover COMMAND` about this service, to its end. */
  run(command: string, ...more: string[]): Promise<Ended> {
    return this.start(command, ...more).ended;
  }

  start(command: string, ...more: string[]): StartedProcess {
    return this.stack.startDrover([command, this.alias, this.path, ...more]);
  }

  upgrade(...more: string[]): Promise<Ended> {
    return this.startUpgrade(...more).ended;
  }

  startUpgrade(...more: string[]): StartedProcess {
    const image = more.includes('--image') || more.includes('--sidekick') ? [] : ['--image', this.image(2)];
    return this.start('upgrade', ...image, ...more);
  }

  actions(): Promise<string[]> {
    return this.stack.actions(this.service);
  }

  fault(fault: Omit<Fault, 'service'>): Promise<void> {
    return this.stack.rancher.addFault({ ...fault, service: this.service });
  }

  /** A person acts in Rancher's UI. */
  byHand(project: string, action: string, body?: unknown): Promise<void> {
    return this.stack.rancher.act({ project, stack: STACK, service: this.service, action, body });
  }

  /** Waits until the query `progress` shows the phase. */
  reaches(phase: Phase): Promise<void> {
    return this.#until(phase, (progress) => progress.phase === phase);
  }

  /** Waits until the deployment has ended. */
  isOver(): Promise<void> {
    return this.#until('over', (progress) => progress.result !== null);
  }

  /** Where the newest deployment is; undefined while there is none, or no worker answers. */
  async progress(): Promise<Progress | undefined> {
    try {
      return await (await this.stack.client.get(this.alias, STACK, this.service))?.progress();
    } catch (error) {
      if (error instanceof SilenceError) return undefined;
      throw error;
    }
  }

  async #until(what: string, wanted: (progress: Progress) => boolean): Promise<void> {
    const deadline = Date.now() + LIMIT_MILLIS;
    for (;;) {
      const progress = await this.progress();
      if (progress !== undefined && wanted(progress)) return;
      if (Date.now() >= deadline) throw new Error(`${this.service} is not ${what} but ${progress?.phase ?? 'unknown'}`);
      await delay(100);
    }
  }
}
