import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../simulator/faults';
import type { JournalEntry } from '../../simulator/model';
import type { Simulator } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/simulator';
import type { ForeignAction, RequestRecord } from '../../simulator/world';
import type { Behaviour, WorldSeed } from '../../simulator/world-seed';
import { SIMULATOR_MAIN } from './fresh-dist';
import { lastingPorts } from './production/lasting-ports';
import { StartedProcess } from './started-process';

/** What a simulated Rancher is started with. */
export interface RancherOptions {
  readonly seed: WorldSeed;
  /** Default 20: container steps of 50 ms. */
  readonly speed?: number;
  /** As a process with a state file, which can be killed and started again. Default false: in this process. */
  readonly simulatorProcess?: boolean;
}

/** The simulated Rancher of a stack: the same for one in this process and one that is a process. */
export class StackRancher {
  #process: StartedProcess | null = null;
  #inside: Simulator | null = null;
  #url = '';

  private constructor(
    private readonly options: RancherOptions,
    private readonly folder: string,
  ) {}

  static async start(options: RancherOptions, folder: string): Promise<StackRancher> {
    const rancher = new StackRancher(options, folder);
    if (options.simulatorProcess === true) await rancher.startProcess();
    else {
      const { seed, speed = 20 } = options;
      rancher.#inside = await startSimulator({ seed, speed, randomSeed: 1 });
      rancher.#url = rancher.#inside.url;
    }
    return rancher;
  }

  get url(): string {
    return this.#url;
  }

  /** Starts the process; again on the same port and state file after the first time. */
  async startProcess(): Promise<void> {
    const { seed, speed = 20 } = this.options;
    const seedFile = join(this.folder, 'seed.json');
    writeFileSync(seedFile, JSON.stringify(seed));
    const [free] = this.#url === '' ? await lastingPorts('127.0.0.1', 1) : [new URL(this.#url).port];
    const args = ['--port', String(free), '--speed', String(speed), '--seed', seedFile, '--random-seed', '1'];
    const { PATH } = process.env;
    this.#process = new StartedProcess(
      'the simulated Rancher',
      SIMULATOR_MAIN,
      [...args, '--state-file', join(this.folder, 'rancher.json')],
      { cwd: this.folder, env: { PATH } },
    );
    const [, url = ''] = await this.#process.saysOnStdout(/"url":"([^"]+)"/);
    this.#url = url;
  }

  /** Kills the process with -9. */
  async kill(): Promise<void> {
    if (this.#process === null) throw new Error('The simulated Rancher is in this process: ask for simulatorProcess.');
    await this.#process.kill('SIGKILL');
  }

  /** Every accepted action and every change of a state, oldest first. */
  journal(): Promise<JournalEntry[]> {
    return this.#ask<JournalEntry[]>('GET', 'journal');
  }

  /** Every request since its start (or since {@link resetRequests}). */
  requests(): Promise<RequestRecord[]> {
    return this.#ask<RequestRecord[]>('GET', 'requests');
  }

  async resetRequests(): Promise<void> {
    await this.#ask('DELETE', 'requests');
  }

  async addFault(fault: Fault): Promise<void> {
    await this.#ask('POST', 'faults', fault);
  }

  /** The faults that no request has met yet. */
  faults(): Promise<Fault[]> {
    return this.#ask<Fault[]>('GET', 'faults');
  }

  async clearFaults(): Promise<void> {
    await this.#ask('DELETE', 'faults');
  }

  async addBehaviour(behaviour: Behaviour): Promise<void> {
    await this.#ask('POST', 'behaviours', behaviour);
  }

  async removeBehaviour(image: string): Promise<void> {
    await this.#ask('DELETE', `behaviours?image=${encodeURIComponent(image)}`);
  }

  /** What a person would do in the UI. */
  async act(action: ForeignAction): Promise<void> {
    await this.#ask('POST', 'actions', action);
  }

  /** Accepted actions on a service, by name, in their order, whoever sent them. */
  async actions(service: string): Promise<string[]> {
    const journal = await this.journal();
    return journal.filter(({ kind, name }) => kind === 'action' && name === service).map(({ action }) => action ?? '');
  }

  async close(): Promise<void> {
    await this.#inside?.close();
    await this.#process?.stop();
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}/_simulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the simulator refuses ${method} ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}
