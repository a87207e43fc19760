import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEntry } from '../simulator/model';
import type { Behaviour, ServiceSeed, ServiceState } from '../simulator/world-seed';
import { DROVER_MAIN } from '../test/support/fresh-dist';
import type { StackEnvironment } from '../test/support/stack';
import { Stack } from '../test/support/stack';
import { workflowIdOf } from '../workflows/contract';
import type { Contender } from './contenders/contender';
import { BATCH_INTERVAL_SECONDS, BATCH_SIZE } from './contenders/contender';
import { CountingProxy } from './counting-proxy';
import type { Command } from './measured-process';
import { clock } from './measured-process';

export const STACK_NAME = 'bench';
const KEY = { accessKey: 'ACCESS', secretKey: 'SECRET' } as const;
/** Ids of environments are given from here on. */
const FIRST_PROJECT = 101;
const COME_TO_REST_LIMIT_MILLIS = 60_000;

export interface WorldOptions {
  readonly contenders: readonly Contender[];
  /** Each contender has these in an environment of its own. */
  readonly services: readonly ServiceSeed[];
  readonly behaviours?: readonly Behaviour[];
  /** As `drover.yaml`'s `defaults`. Default: what the product does by default. */
  readonly policy?: Readonly<Record<string, string | number | boolean>>;
}

/** A contender, with its environment and its proxy. */
export interface Lane {
  readonly contender: Contender;
  readonly project: string;
  readonly projectId: string;
  readonly proxy: CountingProxy;
}

/** One simulated Rancher on the real clock, with an environment and a counting proxy for each contender; one Temporal server, one worker. */
export class World {
  private constructor(
    readonly stack: Stack,
    readonly lanes: readonly Lane[],
  ) {}

  static async open({ contenders, services, behaviours = [], policy = {} }: WorldOptions): Promise<World> {
    const lanes = await Promise.all(
      contenders.map(async (contender, at) => ({
        contender,
        project: contender.name,
        projectId: `1a${FIRST_PROJECT + at}`,
        proxy: await CountingProxy.start(),
      })),
    );
    const droverLanes = lanes.filter(({ contender }) => contender.drover !== undefined);
    const environments = Object.fromEntries(
      droverLanes.map((lane): [string, StackEnvironment] => [
        lane.contender.name,
        {
          project: lane.project,
          url: lane.proxy.url,
          ...(lane.contender.drover?.events === false ? { events: false } : {}),
        },
      ]),
    );
    const stack = await Stack.start({
      seed: {
        keys: [{ ...KEY, role: 'owner' }],
        projects: lanes.map(({ project, projectId }) => ({
          name: project,
          id: projectId,
          stacks: [{ name: STACK_NAME, services: [...services] }],
        })),
        behaviours: [...behaviours],
      },
      ...{ speed: 1, simulatorProcess: true, keepsState: false, ownTemporal: true, quick: false, policy, environments },
      front: (rancherUrl) => {
        for (const { proxy } of lanes) proxy.target = rancherUrl;
        return Promise.resolve(rancherUrl);
      },
    });
    return new World(stack, lanes);
  }

  /** The command that upgrades a service of a contender's. */
  command({ contender, project, projectId, proxy }: Lane, service: string, image: string): Command {
    const { command } = contender;
    if (command !== undefined) {
      return command({ rancherUrl: proxy.url, ...KEY, project, projectId, stack: STACK_NAME, service, image });
    }
    return this.drover([
      ...['upgrade', contender.name, `${STACK_NAME}/${service}`, '--image', image, '--start-first'],
      ...['--batch-size', String(BATCH_SIZE), '--batch-interval', `${BATCH_INTERVAL_SECONDS}s`],
    ]);
  }

  drover(args: readonly string[]): Command {
    const { folder, env } = this.stack;
    return { command: process.execPath, args: [DROVER_MAIN, ...args], cwd: folder, env };
  }

  get workerPid(): number {
    const [worker] = this.stack.workers;
    if (worker === undefined) throw new Error('there is no worker');
    return worker.pid;
  }

  get temporalPid(): number {
    const pid = this.stack.temporal.pid;
    if (pid === undefined) throw new Error('the Temporal server is not a process of its own');
    return pid;
  }

  /** What the simulated Rancher noted about a contender's services since a moment, oldest first. */
  async journal({ projectId }: Lane, since: number): Promise<JournalEntry[]> {
    const journal = await this.stack.journal();
    return journal.filter(({ project, at }) => project === projectId && Date.parse(at) >= Math.floor(since));
  }

  async stateOf({ project }: Lane, service: string): Promise<string> {
    const shown = await this.stack.rancher.service(project, STACK_NAME, service);
    return String(shown.service['state']);
  }

  /** Finishes by hand what a contender left unfinished, and waits until the service is at rest. */
  async bringToRest(lane: Lane, service: string): Promise<void> {
    const deadline = clock() + COME_TO_REST_LIMIT_MILLIS;
    for (let state = ''; state !== 'active'; await delay(100)) {
      state = await this.stateOf(lane, service);
      if (state === ('upgraded' satisfies ServiceState)) {
        await this.stack.rancher.act({ project: lane.project, stack: STACK_NAME, service, action: 'finishupgrade' });
      }
      if (clock() > deadline) throw new Error(`${lane.contender.name}: ${service} stays ${state}`);
    }
  }

  workflowId({ contender }: Lane, service: string): string {
    return workflowIdOf(contender.name, STACK_NAME, service);
  }

  async close(): Promise<void> {
    await this.stack.close();
    await Promise.all(this.lanes.map(({ proxy }) => proxy.close()));
  }
}
