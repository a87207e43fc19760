import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { WorldSeed } from '../../simulator/world-seed';
import { Page } from '../../test/support/scrape';
import { Stack } from '../../test/support/stack';
import type { StackTemporal } from '../../test/support/stack-temporal';
import { temporalCli } from '../../test/support/temporal-cli';
import { freePort } from '../../worker/temporal-server/ports';
import { startDevServer } from '../../worker/temporal-server/start-dev-server';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { LOOP_DELAY_HOOK } from './loop-delay';
import { ProcessWatch } from './process-watch';

/** The alias of the one environment. */
export const ENVIRONMENT = 'load';
/** Services of one stack. */
const STACK_SIZE = 50;
const PROJECT = 'Load';

/** A service of the site. */
export interface LoadTarget {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  /** What it is upgraded to: its pull takes as long as the site was told. */
  readonly image: string;
}

/** What a site is made of. */
export interface SiteOptions {
  readonly services: number;
  /** How long the new image of each service is pulled, milliseconds; rounded to whole seconds. Default: not at all. */
  readonly pullMillis?: (index: number) => number;
  /** Whether the worker listens to the event stream. Default true. */
  readonly events?: boolean;
  /** Put under `worker:` in `drover.yaml`. */
  readonly workerYaml?: Readonly<Record<string, string | number>>;
  /** Requests in a second that the worker may ask for. Default: what the product does by default. */
  readonly requestsPerSecond?: number;
  /** Whether Temporal's dev server keeps everything in a SQLite file. Default false: in memory. */
  readonly temporalOnFile?: boolean;
}

/** Rancher, Temporal and one worker as processes of their own, each measured; Rancher at the speed of the recorded one. */
export class LoadSite {
  readonly targets: readonly LoadTarget[];
  readonly temporalClient: Client;

  private constructor(
    readonly stack: Stack,
    targets: readonly LoadTarget[],
    private readonly pids: Readonly<Record<string, number>>,
    readonly loopFile: string,
    private readonly metricsAddress: string,
    private readonly folder: string,
  ) {
    this.targets = targets;
    this.temporalClient = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  }

  static async open(options: SiteOptions): Promise<LoadSite> {
    const folder = mkdtempSync(join(tmpdir(), 'drover-load-'));
    const { services, pullMillis = () => 0 } = options;
    const seconds = (index: number): number => Math.round(pullMillis(index) / 1000);
    const targets = Array.from({ length: services }, (_, index) => ({
      environment: ENVIRONMENT,
      stack: `stack-${Math.floor(index / STACK_SIZE)}`,
      service: `app-${index}`,
      image: `example/app:2-${seconds(index)}`,
    }));
    const pulls = new Set(targets.map((_, index) => seconds(index)));
    const { temporal, pid } = await startTemporal(folder, options.temporalOnFile ?? false);
    try {
      const metricsAddress = `127.0.0.1:${await freePort('127.0.0.1')}`;
      const loopFile = join(folder, 'loop.jsonl');
      const worker = { metricsAddress, ...options.workerYaml };
      const { requestsPerSecond: perSecond } = options;
      const rancher =
        perSecond === undefined ? '' : `rancher: { requests: { perSecond: ${perSecond}, concurrent: 16 } }\n`;
      const yaml = Object.entries(worker).map(([name, value]) => `  ${name}: ${value}\n`);
      const stack = await Stack.start({
        seed: worldOf(targets, [...pulls]),
        speed: 1,
        simulatorProcess: true,
        keepsState: false,
        temporal,
        quick: false,
        // The pulls are as long as the load asks for, not as a team would let them be.
        policy: { stallLimit: '6h', timeout: '12h' },
        environments: { [ENVIRONMENT]: { project: PROJECT } },
        events: options.events ?? true,
        extraYaml: `worker:\n${yaml.join('')}${rancher}`,
        workerEnv: {
          NODE_OPTIONS: `--require=${LOOP_DELAY_HOOK}`,
          DROVER_BENCH_LOOP_FILE: loopFile,
        },
      });
      const workerPid = stack.workers[0]?.pid ?? 0;
      const pids = { worker: workerPid, temporal: pid, simulator: stack.rancher.pid, client: process.pid };
      return new LoadSite(stack, targets, pids, loopFile, metricsAddress, folder);
    } catch (error) {
      await temporal.close();
      throw error;
    }
  }

  /** Begins to look at all four processes: worker, Temporal, simulator, and the client that this process is. */
  watch(): ProcessWatch {
    return new ProcessWatch(this.pids);
  }

  /** The worker's metrics now. */
  page(): Promise<Page> {
    return Page.read(this.metricsAddress);
  }

  /** How many deployments run, as Temporal counts them. */
  async running(): Promise<number> {
    const { count } = await this.temporalClient.workflow.count(
      "WorkflowType = 'upgradeService' AND ExecutionStatus = 'Running'",
    );
    return count;
  }

  async close(): Promise<void> {
    await this.stack.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function worldOf(targets: readonly LoadTarget[], pulls: readonly number[]): WorldSeed {
  const stacks = new Map<string, string[]>();
  for (const { stack, service } of targets) stacks.set(stack, [...(stacks.get(stack) ?? []), service]);
  const launchConfig = { imageUuid: 'docker:example/app:1' };
  return {
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
    projects: [
      {
        name: PROJECT,
        stacks: [...stacks].map(([name, services]) => ({
          name,
          services: services.map((service) => ({ name: service, launchConfig: { ...launchConfig } })),
        })),
      },
    ],
    behaviours: pulls.map((seconds) => ({ image: `example/app:2-${seconds}`, pullMillis: seconds * 1000 })),
  };
}

async function startTemporal(folder: string, onFile: boolean): Promise<{ temporal: StackTemporal; pid: number }> {
  const server = await startDevServer(temporalCli(), {
    logFile: join(folder, 'temporal.log'),
    ...(onFile ? { dbFilename: join(folder, 'temporal.sqlite') } : {}),
    searchAttributes: SEARCH_ATTRIBUTES,
  });
  const never = (): never => {
    throw new Error('it is measured, not killed');
  };
  const { address, pid } = server;
  return {
    pid,
    temporal: { address, namespace: 'default', kill: never, restart: never, close: () => server.stop() },
  };
}
