import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { ServiceWatch } from '../../activities/service-watch';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/create-activities';
import type { ReleaseActivities } from '../../activities/contract';
import type { EnvironmentAccess, GateSettings, TargetSettings } from '../../activities/dependencies';
import { createNotifyActivities } from '../../activities/notify/deliver';
import { createReleaseActivities } from '../../activities/release/create-release-activities';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Policy } from '../../decision/policy';
import type { DeploymentRequest } from '../../decision/request';
import { Circuit } from '../../rancher/circuit';
import { RequestGate } from '../../rancher/request-gate';
import { RancherClient } from '../../rancher/rancher-client';
import { widestProbeOf } from '../../worker/environment-access';
import { latestRunReader } from '../../worker/latest-run-reader';
import type { ConfiguredProbes } from '../../worker/config/probes';
import { headersOfProbe } from '../../worker/config/probes';
import { deploymentReader } from '../../worker/deployment-reader';
import { memoReader } from '../../worker/memo-reader';
import { runReader } from '../../worker/run-reader';
import { startSimulator } from '../../simulator/simulator';
import type { Simulator } from '../../simulator/simulator';
import type { WorldSeed } from '../../simulator/world-seed';
import type { DeploymentResult, Progress } from '../../workflows/contract';
import { notifyQueue, PROGRESS, rancherQueue, UPGRADE_SERVICE, workflowIdOf } from '../../workflows/contract';
import { temporalAddress } from './temporal-cli';
import { workflowBundle } from './workflow-bundle';

// Once per test file, before anything else touches the runtime: workers talk of every state that they pass.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** With which approvals are signed here. */
export const SIGNING_KEY = { id: 'ci', secret: 'a secret of the rig, long enough for signatures' };

/** A deployment under test. */
export type Deploying = WorkflowHandle<(request: DeploymentRequest) => Promise<DeploymentResult>>;

/** What a test asks for; everything else is sensible. */
export type Asked = Partial<DeploymentRequest> & Pick<DeploymentRequest, 'stack' | 'service'>;

/** Limits that let a test see every ending within seconds: the simulator runs twenty times as fast as the recorded server. */
export const QUICK: Partial<Policy> = {
  stallLimitMillis: 6_000,
  settleLimitMillis: 4_000,
  rollbackLimitMillis: 8_000,
  finishLimitMillis: 8_000,
  reachLimitMillis: 12_000,
  requestTimeoutMillis: 2_000,
  pollMinMillis: 200,
  pollMaxMillis: 2_000,
};

/**
 * The product's own parts around a simulated Rancher: a worker with the real workflows and activities in this process, HTTP to the
 * simulator, gRPC to a real Temporal server. Queues and alias are the rig's own, so that rigs do not meet.
 */
export class Rig {
  /** Called with a service's name right before a deployment first looks it up: for scenes that last only a moment. */
  beforeLookup: (service: string) => Promise<void> = () => Promise.resolve();
  /** What is added to the clock by which freezes are judged, milliseconds. */
  freezeOffsetMillis = 0;
  /** Whose environments the environment's worker serves besides its own. */
  alsoServes: readonly Rig[] = [];
  #accessOf: (alias: string) => EnvironmentAccess = () => {
    throw new Error('not started yet');
  };
  readonly alias = `rig-${randomBytes(4).toString('hex')}`;
  readonly workflowQueue = `workflows-${this.alias}`;
  /** The workflows' worker, and the environment's, where it is there. */
  readonly #workers = new Map<
    'workflows' | 'environment' | `telling ${string}`,
    { worker: Worker; running: Promise<void> }
  >();
  #makeEnvironmentsWorker: () => Promise<Worker> = () => Promise.reject(new Error('not started yet'));
  #makeWorkflowsWorker: () => Promise<Worker> = () => Promise.reject(new Error('not started yet'));

  private constructor(
    readonly simulator: Simulator,
    readonly client: Client,
    private readonly native: NativeConnection,
    readonly policy: Policy,
  ) {}

  static async start(options: {
    seed: WorldSeed;
    policy?: Partial<Policy>;
    speed?: number;
    raceMillis?: number;
    project?: string;
    variables?: Record<string, string>;
    /** What the gates of the policy check, by name. */
    gates?: Record<string, GateSettings>;
    /** What the gates of a release may ask. */
    probes?: ConfiguredProbes;
    /** Where the targets of the policy are, by name; without it nobody serves their queue. */
    targets?: Record<string, TargetSettings>;
    /** The environment's event stream. Default: none. */
    watch?: ServiceWatch;
    /** Default: one as a worker has it. */
    circuit?: Circuit;
  }): Promise<Rig> {
    const address = temporalAddress();
    const simulator = await startSimulator({
      seed: options.seed,
      speed: options.speed ?? 20,
      randomSeed: 1,
      ...(options.raceMillis === undefined ? {} : { raceMillis: options.raceMillis }),
    });
    const [connection, native] = await Promise.all([
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    const rig = new Rig(simulator, new Client({ connection }), native, {
      ...DEFAULT_POLICY,
      ...QUICK,
      ...options.policy,
    });
    const circuit = options.circuit ?? new Circuit({ widestProbeMillis: widestProbeOf(rig.policy) });
    const project = options.project ?? options.seed.projects[0]?.name ?? 'none';
    await rig.#work(project, options.seed, options, circuit);
    return rig;
  }

  async #work(
    project: string,
    seed: WorldSeed,
    {
      variables,
      gates,
      probes,
      targets,
      watch,
    }: {
      variables?: Record<string, string>;
      gates?: Record<string, GateSettings>;
      probes?: ConfiguredProbes;
      targets?: Record<string, TargetSettings>;
      watch?: ServiceWatch;
    },
    circuit: Circuit,
  ): Promise<void> {
    const [key] = seed.keys;
    if (key === undefined) throw new Error('the seed has no key');
    const before = (service: string): Promise<void> => this.beforeLookup(service);
    class WatchedClient extends RancherClient {
      override async findService(
        ...args: Parameters<RancherClient['findService']>
      ): ReturnType<RancherClient['findService']> {
        await before(args[2]);
        return super.findService(...args);
      }
    }
    const rancher = new WatchedClient({
      url: this.simulator.url,
      accessKey: key.accessKey,
      secretKey: key.secretKey,
      requestTimeoutMillis: this.policy.requestTimeoutMillis,
      // A rig's time runs faster than ours: what is gentle by the clock on the wall would hold it up.
      gate: new RequestGate({ circuit, perSecond: 1000, concurrent: 16 }),
    });
    const accessOf = (alias: string): EnvironmentAccess => ({
      alias,
      project,
      webUrl: this.simulator.url,
      client: () => rancher,
      watch,
      policy: ({ overrides }) => ({
        ...this.policy,
        ...overrides,
        strategy: {
          batchSize: overrides.batchSize ?? this.policy.strategy.batchSize,
          batchIntervalMillis: overrides.batchIntervalMillis ?? this.policy.strategy.batchIntervalMillis,
          startFirst: overrides.startFirst ?? this.policy.strategy.startFirst,
        },
      }),
      gate: (name) => {
        const gate = gates?.[name];
        if (gate === undefined) throw new Error(`there is no gate "${name}" for this environment`);
        return gate;
      },
      ...(probes === undefined
        ? {}
        : {
            probe: (url: string, headers: Readonly<Record<string, string>>) =>
              headersOfProbe(alias, probes, url, headers),
          }),
      variable: (reference) => {
        const value = variables?.[reference];
        if (value === undefined) throw new Error(`there is no variable "${reference}" for this environment`);
        return value;
      },
    });
    this.#accessOf = accessOf;
    const activities = createActivities({
      digestKey: randomBytes(32),
      environment: accessOf,
      alsoServed: (alias) => {
        const other = this.alsoServes.find((rig) => rig.alias === alias);
        return other === undefined ? undefined : other.#accessOf(alias);
      },
    });
    const common = { connection: this.native, maxHeartbeatThrottleInterval: '1s' as const };
    this.#makeEnvironmentsWorker = () => Worker.create({ ...common, taskQueue: rancherQueue(this.alias), activities });
    this.#makeWorkflowsWorker = () =>
      Worker.create({
        ...common,
        taskQueue: this.workflowQueue,
        workflowBundle: workflowBundle(),
        activities: this.#releaseActivities(),
      });
    await this.workflowsWorkerComes();
    await this.environmentsWorkerComes();
    if (targets === undefined) return;
    const telling = createNotifyActivities({
      target: (name) => {
        const target = targets[name];
        if (target === undefined) throw new Error(`there is no target "${name}"`);
        return target;
      },
      workflowUrl: () => null,
    });
    for (const target of Object.keys(targets)) {
      const taskQueue = notifyQueue(this.alias, target);
      this.#run(`telling ${target}`, await Worker.create({ ...common, taskQueue, activities: telling }));
    }
  }

  #releaseActivities(): ReleaseActivities {
    const activities = createReleaseActivities({
      memoOf: memoReader(this.native, 'default'),
      latestRunOf: latestRunReader(this.native, 'default'),
      runOf: runReader(this.native, 'default'),
      deploymentOf: deploymentReader(this.native, 'default'),
      approvalKeys: () => new Map([[SIGNING_KEY.id, SIGNING_KEY.secret]]),
    });
    return {
      ...activities,
      readFreeze: async ({ windows, nowMillis }) => {
        const offset = this.freezeOffsetMillis;
        const frozen = await activities.readFreeze({ windows, nowMillis: nowMillis + offset });
        return frozen === null ? null : { ...frozen, untilMillis: frozen.untilMillis - offset };
      },
    };
  }

  #run(kind: 'workflows' | 'environment' | `telling ${string}`, worker: Worker): void {
    this.#workers.set(kind, { worker, running: worker.run() });
  }

  async #end(kind: 'workflows' | 'environment'): Promise<void> {
    const { worker, running } = this.#workers.get(kind) ?? {};
    this.#workers.delete(kind);
    worker?.shutdown();
    await running;
  }

  /** No workflow goes on any more. */
  workflowsWorkerGoes(): Promise<void> {
    return this.#end('workflows');
  }

  async workflowsWorkerComes(): Promise<void> {
    this.#run('workflows', await this.#makeWorkflowsWorker());
  }

  /** Nobody serves the environment any more; workflows go on. */
  environmentsWorkerGoes(): Promise<void> {
    return this.#end('environment');
  }

  async environmentsWorkerComes(): Promise<void> {
    this.#run('environment', await this.#makeEnvironmentsWorker());
  }

  request(asked: Asked): DeploymentRequest {
    const id = randomUUID().slice(0, 8);
    return {
      requestId: `request-${id}`,
      deploymentId: `d${id}`,
      environment: this.alias,
      sidekicks: {},
      variables: {},
      labels: {},
      redeploy: false,
      hold: false,
      overrides: {},
      author: { by: 'a test' },
      ...asked,
    };
  }

  async start(asked: Asked): Promise<Deploying> {
    const request = this.request(asked);
    return this.client.workflow.start<(request: DeploymentRequest) => Promise<DeploymentResult>>(UPGRADE_SERVICE, {
      workflowId: workflowIdOf(request.environment, request.stack, request.service),
      taskQueue: this.workflowQueue,
      args: [request],
    });
  }

  async deploy(asked: Asked): Promise<DeploymentResult> {
    return (await this.start(asked)).result();
  }

  async progress(deploying: Deploying): Promise<Progress> {
    return deploying.query<Progress>(PROGRESS);
  }

  /** Waits for a condition; the test's own time-out is its limit. */
  async eventually(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Waits until the progress is as wanted. */
  async until(deploying: Deploying, wanted: (progress: Progress) => boolean): Promise<Progress> {
    for (;;) {
      const progress = await this.progress(deploying);
      if (wanted(progress)) return progress;
      if (progress.result !== null)
        throw new Error(`it ended before: ${progress.result.verdict}, ${progress.result.reason}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Accepted actions on a service, by name, in their order; `by` the worker's key unless said otherwise. */
  actions(name: string, by: 'drover' | 'anybody' = 'drover'): string[] {
    return this.simulator.world
      .journal()
      .filter((entry) => entry.kind === 'action' && entry.name === name && (by === 'anybody' || entry.by !== 'person'))
      .map(({ action }) => action ?? '');
  }

  async close(): Promise<void> {
    for (const { worker } of this.#workers.values()) worker.shutdown();
    await Promise.all([...this.#workers.values()].map(({ running }) => running));
    await this.client.connection.close();
    await this.native.close();
    await this.simulator.close();
  }
}
