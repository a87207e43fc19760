import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultCounts, FaultPlanSettings } from '../../simulator/fault-plan';
import type { Fault } from '../../simulator/faults';
import type { JournalEntry } from '../../simulator/model';
import type { Simulator } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/simulator';
import type { ForeignAction, RequestRecord } from '../../simulator/world';
import type { Behaviour, JsonObject, WorldSeed } from '../../simulator/world-seed';
import { SIMULATOR_MAIN } from './fresh-dist';
import { lastingPorts } from './production/lasting-ports';
import { StartedProcess } from './started-process';

/** What a simulated Rancher is started with. */
export interface RancherOptions {
  readonly seed: WorldSeed;
  /** Default 20: container steps of 50 ms. */
  readonly speed?: number;
  /** How far apart two upgrades may come and both be accepted, milliseconds. Default the simulator's; not for a process. */
  readonly raceMillis?: number;
  /** As a process with a state file, which can be killed and started again. Default false: in this process. */
  readonly simulatorProcess?: boolean;
  /** Whether such a process has a state file; without one it is faster, and cannot be started again. Default true. */
  readonly keepsState?: boolean;
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
      const { seed, speed = 20, raceMillis } = options;
      const race = raceMillis === undefined ? {} : { raceMillis };
      rancher.#inside = await startSimulator({ seed, speed, randomSeed: 1, ...race });
      rancher.#url = rancher.#inside.url;
    }
    return rancher;
  }

  get url(): string {
    return this.#url;
  }

  /** Of the process. @throws Error where it is in this one */
  get pid(): number {
    if (this.#process === null) throw new Error('The simulated Rancher is in this process: ask for simulatorProcess.');
    return this.#process.pid;
  }

  /** Starts the process; again on the same port and state file after the first time. */
  async startProcess(): Promise<void> {
    const { seed, speed = 20, keepsState = true } = this.options;
    const seedFile = join(this.folder, 'seed.json');
    writeFileSync(seedFile, JSON.stringify(seed));
    const [free] = this.#url === '' ? await lastingPorts('127.0.0.1', 1) : [new URL(this.#url).port];
    const args = ['--port', String(free), '--speed', String(speed), '--seed', seedFile, '--random-seed', '1'];
    const { PATH } = process.env;
    this.#process = new StartedProcess(
      'the simulated Rancher',
      SIMULATOR_MAIN,
      keepsState ? [...args, '--state-file', join(this.folder, 'rancher.json')] : args,
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

  /** Every accepted action and every change of a state, oldest first; of one service where it is named. */
  journal(service?: string): Promise<JournalEntry[]> {
    const query = service === undefined ? '' : `?service=${encodeURIComponent(service)}`;
    return this.#ask<JournalEntry[]>('GET', `journal${query}`);
  }

  /** The service as the API would show it now, and its containers: the text itself, which keeps every digit. */
  serviceText(project: string, stack: string, service: string): Promise<string> {
    return this.#text('GET', `services/${[project, stack, service].map(encodeURIComponent).join('/')}`);
  }

  /** From now on requests meet faults as the plan has them; null ends that. */
  async planFaults(settings: FaultPlanSettings | null): Promise<void> {
    await (settings === null ? this.#ask('DELETE', 'fault-plan') : this.#ask('POST', 'fault-plan', settings));
  }

  /** What the plan did so far. */
  faultCounts(): Promise<FaultCounts> {
    return this.#ask<FaultCounts>('GET', 'fault-plan');
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

  /** Takes a key away: 401 from now on. */
  async revokeKey(accessKey: string): Promise<void> {
    await this.#ask('DELETE', `keys?accessKey=${encodeURIComponent(accessKey)}`);
  }

  /** Makes a key good, or gives it another secret. */
  async addKey(key: WorldSeed['keys'][number]): Promise<void> {
    await this.#ask('POST', 'keys', key);
  }

  /** A service as the API shows it now, and its containers. @throws Error where there is none of that name */
  service(project: string, stack: string, name: string): Promise<{ service: JsonObject; instances: JsonObject[] }> {
    return this.#ask('GET', `services/${[project, stack, name].map(encodeURIComponent).join('/')}`);
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
    return JSON.parse(await this.#text(method, path, body)) as T;
  }

  async #text(method: string, path: string, body?: unknown): Promise<string> {
    const response = await this.#fetch(`${this.#url}/_simulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the simulator refuses ${method} ${path}: ${await response.text()}`);
    return response.text();
  }

  /** A read is tried again for a while: a plan of faults may close the listener for a moment. */
  async #fetch(url: string, init: { method: string; body?: string }): Promise<Response> {
    for (let left = 20; ; left -= 1) {
      try {
        return await fetch(url, init);
      } catch (error) {
        if (init.method !== 'GET' || left === 0) throw error;
        await delay(50);
      }
    }
  }
}
