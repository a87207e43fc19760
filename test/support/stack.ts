import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { DroverClient } from '../../client/drover-client';
import { SilenceError } from '../../client/follow/silence-error';
import type { JournalEntry } from '../../simulator/model';
import type { Progress } from '../../workflows/contract';
import { DROVER_MAIN, freshDist } from './fresh-dist';
import type { RancherOptions } from './stack-rancher';
import { StackRancher } from './stack-rancher';
import type { StackTemporal } from './stack-temporal';
import { namespaceOfItsOwn, serverOfItsOwn } from './stack-temporal';
import type { Ended } from './started-process';
import { StartedProcess } from './started-process';

/** Limits that let a test see every ending, and every recovery, within seconds; as they stand in `drover.yaml`. */
export const QUICK_POLICY: Readonly<Record<string, string | number>> = {
  requestTimeout: '2s',
  stallLimit: '20s',
  settleLimit: '10s',
  rollbackLimit: '10s',
  finishLimit: '10s',
  reachLimit: '20s',
  pollMin: '200ms',
  pollMax: '1s',
};

/** An environment of a stack's `drover.yaml`. */
export interface StackEnvironment {
  /** Name or id in the simulated Rancher. */
  readonly project: string;
  /** The access key of the seed to use. Default: the first. */
  readonly accessKey?: string;
  /** The secret key is in a file of this name in the stack's folder, which can be written anew. Default: in a variable of the workers'. */
  readonly secretFile?: string;
  /** How the secret key is told, as it stands in `drover.yaml`; over `secretFile`. */
  readonly secretFrom?: object;
  /** Whether the worker uses Rancher's event stream. Default: what the product does by default. */
  readonly events?: boolean;
  /** For how long another key is waited for. Default: not at all. */
  readonly keyGrace?: string;
  /** Default: the simulated Rancher's. */
  readonly url?: string;
  readonly policy?: Readonly<Record<string, string | number | boolean>>;
  /** Reference → name of an environment variable of the worker. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Checks of its own, by name, as they stand in `drover.yaml`. */
  readonly gates?: Readonly<Record<string, object>>;
}

/** What a stack is made of; everything but the seed has a default. */
export interface StackOptions extends RancherOptions {
  /** By alias. Default: one of a name of its own ({@link Stack.alias}) for the seed's first project. */
  readonly environments?: Readonly<Record<string, StackEnvironment>>;
  /** As `drover.yaml`'s `defaults`, over {@link QUICK_POLICY}. */
  readonly policy?: Readonly<Record<string, string | number | boolean>>;
  /** Whether the workers listen to Rancher's event stream. Default: what the product does by default. */
  readonly events?: boolean;
  /** Whether {@link QUICK_POLICY} holds. Default true; else what the product does by default. */
  readonly quick?: boolean;
  /** Put at the end of `drover.yaml`. */
  readonly extraYaml?: string;
  /** A Temporal server of its own on a SQLite file, which can be killed. Default false: a namespace of its own on the shared one. */
  readonly ownTemporal?: boolean;
  /** Instead: one that was started already. It is closed with the stack. */
  readonly temporal?: StackTemporal;
  /** Something between the workers and the simulated Rancher: told its URL, it answers the one that the workers are given. */
  readonly front?: (rancherUrl: string) => Promise<string>;
  /** Where the stack's folder is made. Default: the system's temporary folder. */
  readonly within?: string;
  /** Workers to start with. Default 1. */
  readonly workers?: number;
  /** For the worker processes, besides the keys. */
  readonly workerEnv?: Readonly<Record<string, string>>;
}

/** One event of a history as Temporal's own tools export it. */
export type HistoryEvent = Readonly<Record<string, unknown>> & { readonly eventId: string; readonly eventType: string };

/**
 * The product as processes: worker and command line from `dist/`, each with an environment and a home of its own, around a simulated
 * Rancher and a real Temporal. No two stacks share a Temporal namespace, so a worker that is killed is nobody else's.
 */
export class Stack {
  readonly workers: StartedProcess[] = [];
  readonly #started: StartedProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly alias: string,
    readonly rancher: StackRancher,
    readonly temporal: StackTemporal,
    /** What a process of the product gets of the environment; the workers get the keys too. */
    readonly env: NodeJS.ProcessEnv,
    private readonly workerEnv: NodeJS.ProcessEnv,
    readonly connection: Connection,
    readonly client: DroverClient,
  ) {}

  static async start(options: StackOptions): Promise<Stack> {
    await freshDist();
    const folder = mkdtempSync(join(options.within ?? tmpdir(), 'drover-stack-'));
    const alias = `env-${randomBytes(4).toString('hex')}`;
    const [rancher, temporal] = await Promise.all([StackRancher.start(options, folder), temporalFor(options, folder)]);
    const url = (await options.front?.(rancher.url)) ?? rancher.url;
    const environments = options.environments ?? { [alias]: { project: options.seed.projects[0]?.name ?? 'none' } };
    const configuration = {
      temporal: { address: temporal.address, namespace: temporal.namespace },
      defaults: { ...(options.quick === false ? {} : QUICK_POLICY), ...options.policy },
      environments: Object.fromEntries(
        Object.entries(environments).map(([name, one]) => [name, environmentSection(one, url, options)]),
      ),
    };
    writeFileSync(join(folder, 'drover.yaml'), `${stringify(configuration)}${options.extraYaml ?? ''}`);
    for (const { secretFile, accessKey } of Object.values(environments)) {
      const key = options.seed.keys.find((one) => one.accessKey === accessKey) ?? options.seed.keys[0];
      if (secretFile !== undefined) writeFileSync(join(folder, secretFile), key?.secretKey ?? '');
    }
    const env = { PATH: process.env.PATH, HOME: folder, USER: 'tester', LANG: 'C.UTF-8' };
    const secrets = Object.fromEntries(
      options.seed.keys.map(({ accessKey, secretKey }) => [secretVariable(accessKey), secretKey]),
    );
    const keys = Object.fromEntries(options.seed.keys.map(({ accessKey }) => [keyVariable(accessKey), accessKey]));
    const { address, namespace } = temporal;
    const stack = new Stack(
      folder,
      Object.keys(environments)[0] ?? alias,
      rancher,
      temporal,
      env,
      { ...env, ...keys, ...secrets, ...options.workerEnv },
      await Connection.connect({ address }),
      await DroverClient.connect({ address, namespace, env: {}, configFile: join(folder, 'drover.yaml') }),
    );
    try {
      await Promise.all(Array.from({ length: options.workers ?? 1 }, () => stack.startWorker()));
      return stack;
    } catch (error) {
      await stack.close();
      throw error;
    }
  }

  /** The `drover` command, to its end. */
  async drover(args: readonly string[], more: { env?: NodeJS.ProcessEnv; input?: string } = {}): Promise<Ended> {
    return this.startDrover(args, more).ended;
  }

  /** The `drover` command, running. It finds `drover.yaml` in its working directory, and holds no key. */
  startDrover(args: readonly string[], more: { env?: NodeJS.ProcessEnv; input?: string } = {}): StartedProcess {
    const { env, ...rest } = more;
    return this.#start(`drover ${args.join(' ')}`, args, { ...rest, env: { ...this.env, ...env } });
  }

  /**
   * A worker process; resolves when it polls.
   * @param env for this one alone, over what all of them get
   * @param limitMillis how long it may take
   */
  async startWorker(env: Readonly<Record<string, string>> = {}, limitMillis = 60_000): Promise<StartedProcess> {
    const worker = this.#start('the worker', ['worker', '--json'], { env: { ...this.workerEnv, ...env } });
    this.workers.push(worker);
    await worker.saysOnStdout(/"type":"ready"/, limitMillis);
    return worker;
  }

  /** Ends the worker that was started last, and waits until it is gone. */
  async killWorker(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    const worker = this.workers.findLast(({ running }) => running);
    if (worker === undefined) throw new Error('no worker runs');
    return worker.kill(signal);
  }

  /** Where the newest deployment of a service is, asked through the client library. */
  async progress(stack: string, service: string): Promise<Progress> {
    const handle = await this.client.get(this.alias, stack, service);
    if (handle === null) throw new Error(`there is no deployment of ${stack}/${service}`);
    return handle.progress();
  }

  /**
   * Asks for the progress until it is as wanted; while no worker answers, or there is no deployment yet, it asks on.
   * @throws Error when it ended before, or after `limitMillis` (a minute)
   */
  async until(
    stack: string,
    service: string,
    wanted: (progress: Progress) => boolean,
    limitMillis = 60_000,
  ): Promise<Progress> {
    const deadline = Date.now() + limitMillis;
    for (let last = 'nothing was seen of it'; ;) {
      const progress = await this.#glance(stack, service);
      if (progress !== null) {
        if (wanted(progress)) return progress;
        last = `${progress.phase}; ${progress.events.map(({ text }) => text).join(' | ')}`;
        if (progress.result !== null) throw new Error(`${service} ended before: ${last}`);
      }
      if (Date.now() >= deadline) throw new Error(`${service} is not as wanted: ${last}`);
      await delay(50);
    }
  }

  async #glance(stack: string, service: string): Promise<Progress | null> {
    try {
      return (await (await this.client.get(this.alias, stack, service))?.progress()) ?? null;
    } catch (error) {
      if (error instanceof SilenceError) return null;
      throw error;
    }
  }

  /** A workflow's history, as Temporal exports it. */
  async history(workflowId: string, runId?: string): Promise<HistoryEvent[]> {
    const client = new Client({ connection: this.connection, namespace: this.temporal.namespace });
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    return JSON.parse(JSON.stringify(history.events ?? [])) as HistoryEvent[];
  }

  journal(): Promise<JournalEntry[]> {
    return this.rancher.journal();
  }

  /** Accepted actions on a service, by name, in their order. */
  actions(service: string): Promise<string[]> {
    return this.rancher.actions(service);
  }

  killTemporal(): Promise<void> {
    return this.temporal.kill();
  }

  restartTemporal(): Promise<void> {
    return this.temporal.restart();
  }

  killSimulator(): Promise<void> {
    return this.rancher.kill();
  }

  restartSimulator(): Promise<void> {
    return this.rancher.startProcess();
  }

  /**
   * Ends everything that it started, and nothing else.
   * @param keepFolder whether the folder stays, for somebody to look into. Default false.
   */
  async close(keepFolder = false): Promise<void> {
    await this.client.close();
    await this.connection.close();
    await Promise.all(this.#started.map((one) => one.stop()));
    await this.rancher.close();
    await this.temporal.close();
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  #start(what: string, args: readonly string[], options: { env: NodeJS.ProcessEnv; input?: string }): StartedProcess {
    const started = new StartedProcess(what, DROVER_MAIN, args, { cwd: this.folder, ...options });
    this.#started.push(started);
    return started;
  }
}

function temporalFor({ temporal, ownTemporal }: StackOptions, folder: string): Promise<StackTemporal> {
  if (temporal !== undefined) return Promise.resolve(temporal);
  return ownTemporal === true ? serverOfItsOwn(folder) : namespaceOfItsOwn();
}

const keyVariable = (accessKey: string): string => `KEY_${accessKey.replace(/\W/g, '_')}`;
const secretVariable = (accessKey: string): string => `SECRET_${accessKey.replace(/\W/g, '_')}`;

function environmentSection(one: StackEnvironment, url: string, { seed, events }: StackOptions): object {
  const accessKey = one.accessKey ?? seed.keys[0]?.accessKey ?? 'none';
  return {
    project: one.project,
    rancher: {
      url: one.url ?? url,
      accessKey: { env: keyVariable(accessKey) },
      secretKey:
        one.secretFrom ??
        (one.secretFile === undefined ? { env: secretVariable(accessKey) } : { file: one.secretFile }),
      keyGrace: one.keyGrace ?? '0s',
      ...((one.events ?? events) === undefined ? {} : { events: one.events ?? events }),
    },
    ...(one.policy === undefined ? {} : { policy: one.policy }),
    ...(one.gates === undefined ? {} : { gates: one.gates }),
    ...(one.variables === undefined
      ? {}
      : { variables: Object.fromEntries(Object.entries(one.variables).map(([name, env]) => [name, { env }])) }),
  };
}
