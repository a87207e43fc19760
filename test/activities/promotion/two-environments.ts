import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import type { RancherActivities } from '../../../activities/contract';
import { createActivities } from '../../../activities/create-activities';
import type { ActivityDependencies, EnvironmentAccess } from '../../../activities/dependencies';
import { DEFAULT_POLICY } from '../../../decision/policy';
import { RancherClient } from '../../../rancher/rancher-client';
import type { Fault } from '../../../simulator/faults';
import type { JournalEntry } from '../../../simulator/model';
import type { Simulator } from '../../../simulator/simulator';
import { startSimulator } from '../../../simulator/simulator';
import type { JsonObject, ServiceSeed, StackSeed } from '../../../simulator/world-seed';

/** Where requests are never answered: short, so that they are over soon. */
export const SHORT_MILLIS = 400;
/** Where all are: long, for a busy machine is not what these tests are about. */
const USUAL_MILLIS = 5_000;
export const STACK = 'storefront';
export const RELEASE = 'r-2026-0001';

const KEY = { accessKey: 'ACCESS', secretKey: 'SECRET' };

/** Long: a busy machine is not what these tests are about. */
const LIMITS = { startToCloseTimeoutMs: 60_000, heartbeatTimeoutMs: 30_000 };

/** An attempt that fails is what many of them are about: it is no news. */
const logger = new DefaultLogger('ERROR');

/** What is other than usual. */
export interface Options {
  readonly servesBoth?: boolean;
  readonly prodRole?: 'owner' | 'readonly';
  /** How long a request may take, milliseconds. */
  readonly requestTimeoutMillis?: number;
  /** Of the source, besides the one. */
  readonly others?: readonly StackSeed[];
}

/** A service as the API shows it. */
export type Shown = JsonObject & { launchConfig: JsonObject; secondaryLaunchConfigs: JsonObject[] };

/**
 * Two environments on two Rancher servers, and the activities of a worker that serves both; or of `prod` alone. Whatever is answered, or said in
 * a failure, is kept, to be searched.
 */
export class TwoEnvironments {
  readonly said: string[] = [];
  readonly activities: RancherActivities;
  readonly dependencies: ActivityDependencies;
  readonly #clients: RancherClient[];

  private constructor(
    readonly qa: Simulator,
    readonly prod: Simulator,
    { servesBoth = true, requestTimeoutMillis = USUAL_MILLIS }: Options,
  ) {
    const access = (alias: string, project: string, { url }: Simulator): [EnvironmentAccess, RancherClient] => {
      const client = new RancherClient({ url, ...KEY, requestTimeoutMillis });
      const { policy, gate, variable } = {
        policy: () => ({ ...DEFAULT_POLICY, requestTimeoutMillis }),
        gate: () => {
          throw new Error('no gates here');
        },
        variable: () => '',
      };
      return [{ ...{ alias, project, webUrl: url, policy, gate, variable }, client: () => client }, client];
    };
    const [qaAccess, qaClient] = access('qa', 'Quality', qa);
    const [prodAccess, prodClient] = access('prod', 'Production', prod);
    this.#clients = [qaClient, prodClient];
    this.dependencies = {
      digestKey: new Uint8Array([1]),
      environment: (alias) => {
        if (alias === 'prod') return prodAccess;
        throw new Error(`this queue serves the environment prod, not "${alias}"`);
      },
      alsoServed: (alias) => (servesBoth && alias === 'qa' ? qaAccess : undefined),
    };
    this.activities = createActivities(this.dependencies);
  }

  static async start(
    qa: readonly ServiceSeed[],
    prod: readonly StackSeed[] = [],
    options: Options = {},
  ): Promise<TwoEnvironments> {
    const { prodRole = 'owner', others = [] } = options;
    const start = (name: string, stacks: StackSeed[], role: 'owner' | 'readonly'): Promise<Simulator> =>
      startSimulator({
        seed: { keys: [{ ...KEY, role }], projects: [{ name, stacks }] },
        speed: 40,
        randomSeed: name.length,
      });
    return new TwoEnvironments(
      await start('Quality', [{ name: STACK, services: [...qa] }, ...others], 'readonly'),
      await start('Production', [...prod], prodRole),
      options,
    );
  }

  /** One attempt, as a worker runs it. */
  async attempt<T>(work: (activities: RancherActivities) => Promise<T>, attempt = 1, limits = {}): Promise<T> {
    try {
      const answer = await new MockActivityEnvironment({ ...LIMITS, ...limits, attempt }, { logger }).run(
        (): Promise<T> => work(this.activities),
      );
      this.said.push(JSON.stringify(answer));
      return answer;
    } catch (error) {
      if (error instanceof Error) this.said.push(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`);
      throw error;
    }
  }

  /** Attempt after attempt, as Temporal makes them: until one succeeds, or says that no other one can. */
  async attempts<T>(work: (activities: RancherActivities) => Promise<T>): Promise<{ answer: T; attempts: number }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { answer: await this.attempt(work, attempt), attempts: attempt };
      } catch (error) {
        if (!(error instanceof ApplicationFailure) || error.nonRetryable === true || attempt === 8) throw error;
      }
    }
  }

  fault(fault: Fault): void {
    this.prod.world.addFault(fault);
  }

  /** A service of the target as its API shows it. */
  shown(service: string, where: 'qa' | 'prod' = 'prod', stack = STACK): Shown {
    const project = where === 'qa' ? 'Quality' : 'Production';
    return this[where].world.service(project, stack, service).service as Shown;
  }

  /** Names of what the target has: stacks, and their services. */
  async there(): Promise<Record<string, string[]>> {
    const [, client] = this.#clients;
    const [project] = (await client?.listProjects()) ?? [];
    if (client === undefined || project === undefined) throw new Error('the target has no project');
    const stacks = await client.listStacks(project.id);
    const services = await client.listServices(project.id);
    return Object.fromEntries(
      stacks.map(({ id, name }) => [name, services.filter((one) => one.stackId === id).map((one) => one.name)]),
    );
  }

  /** What was accepted in the target, by service and action, as `web: create`. */
  accepted(): string[] {
    return this.acceptedIn(this.prod).map(({ name, action }) => `${name}: ${action ?? ''}`);
  }

  acceptedIn(simulator: Simulator): JournalEntry[] {
    return simulator.world.journal().filter(({ kind }) => kind === 'action');
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.qa.close();
    await this.prod.close();
  }
}
