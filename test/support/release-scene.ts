import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Ticket } from '../../decision/lane';
import type { ReleaseRequest, ReleaseService } from '../../decision/release';
import { RELEASE_DEFAULTS } from '../../decision/release';
import { participantKey, releaseOrder } from '../../decision/release-order';
import type { Behaviour, JsonObject, ServiceSeed } from '../../simulator/world-seed';
import { workflowIdOf } from '../../workflows/contract';
import { laneIdOf } from '../../workflows/lane-contract';
import type { ReleaseProgress, ReleaseResult } from '../../workflows/release-contract';
import { RELEASE, RELEASE_PROGRESS, releaseWorkflowIdOf } from '../../workflows/release-contract';
import type { ReleaseInput } from '../../workflows/release';
import { Rig } from './rig';

const PROJECT = 'Production';
const SIGNALS = temporal.api.enums.v1.ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL;
const TWO_AT_ONCE = { batchSize: 2, batchIntervalMillis: 100 };

/** Several services, and a release of them: `a` stands for the service `a` of a stack of the scene's own. */
export class ReleaseScene {
  readonly releaseId = `r${randomUUID().slice(0, 8)}`;

  constructor(
    readonly rig: Rig,
    readonly stack: string,
  ) {}

  image(service: string, tag: string | number): string {
    return `example/${this.stack}-${service}:${tag}`;
  }

  /** @param services each with those that it depends on */
  async start(
    services: Readonly<Record<string, readonly string[]>>,
    more: Partial<ReleaseRequest> = {},
    change: (service: string) => Partial<ReleaseService> = () => ({}),
  ): Promise<WorkflowHandle<(input: ReleaseInput) => Promise<ReleaseResult>>> {
    const keyOf = (service: string): string =>
      participantKey({ environment: this.rig.alias, stack: this.stack, service });
    const asked: ReleaseService[] = Object.entries(services).map(([service, dependsOn]) => ({
      ...{ environment: this.rig.alias, stack: this.stack, service, image: this.image(service, 2) },
      ...{ sidekicks: {}, variables: {}, labels: {}, redeploy: false, overrides: TWO_AT_ONCE },
      dependsOn: dependsOn.map(keyOf),
      ...change(service),
    }));
    const request: ReleaseRequest = {
      ...RELEASE_DEFAULTS,
      ...{ requestId: `request-${this.releaseId}`, releaseId: this.releaseId, services: asked },
      author: { by: 'a test' },
      ...more,
    };
    const order = releaseOrder(asked.map((one) => ({ key: participantKey(one), dependsOn: one.dependsOn })));
    if (!order.ok) throw new Error(JSON.stringify(order.problems));
    const waves = order.waves.map((wave) => wave.map((key) => this.#ticket(request, key)));
    return this.rig.client.workflow.start<(input: ReleaseInput) => Promise<ReleaseResult>>(RELEASE, {
      workflowId: this.workflowId,
      taskQueue: this.rig.workflowQueue,
      args: [{ request, waves }],
    });
  }

  #ticket(request: ReleaseRequest, key: string): Ticket {
    const found = request.services.find((one) => participantKey(one) === key);
    if (found === undefined) throw new Error(key);
    const { dependsOn: _dependsOn, wave: _wave, ...asked } = found;
    return {
      request: this.rig.request({
        ...asked,
        requestId: `${request.requestId}/${found.service}`,
        deploymentId: `d-${this.releaseId}-${found.service}`,
        release: { releaseId: this.releaseId, workflowId: this.workflowId },
      }),
      digest: key,
      whenBusy: request.whenBusy,
    };
  }

  get workflowId(): string {
    return releaseWorkflowIdOf(this.releaseId);
  }

  get handle(): WorkflowHandle<(input: ReleaseInput) => Promise<ReleaseResult>> {
    return this.rig.client.workflow.getHandle(this.workflowId);
  }

  /**
   * A person resets the release to the task in which it asked for a service.
   *
   * @param forgets what its deployments told since then is left out
   */
  async resetTo(service: string, forgets = false): Promise<void> {
    const { events } = await this.handle.fetchHistory();
    const asked = events?.find(
      ({ startChildWorkflowExecutionInitiatedEventAttributes: child }) =>
        child?.workflowId === laneIdOf(this.rig.alias, this.stack, service),
    );
    const { runId } = await this.handle.describe();
    await this.rig.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: this.workflowId, runId },
      ...{ reason: 'by hand', requestId: randomUUID() },
      ...(forgets ? { resetReapplyExcludeTypes: [SIGNALS] } : {}),
      workflowTaskFinishEventId:
        asked?.startChildWorkflowExecutionInitiatedEventAttributes?.workflowTaskCompletedEventId ?? null,
    });
  }

  progress(): Promise<ReleaseProgress> {
    return this.handle.query<ReleaseProgress>(RELEASE_PROGRESS);
  }

  async until(wanted: (progress: ReleaseProgress) => boolean): Promise<ReleaseProgress> {
    for (;;) {
      const progress = await this.progress();
      if (wanted(progress)) return progress;
      if (progress.result !== null) throw new Error(`it ended before: ${JSON.stringify(progress.result)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  deployment(service: string): WorkflowHandle {
    return this.rig.client.workflow.getHandle(workflowIdOf(this.rig.alias, this.stack, service));
  }

  behave(service: string, tag: string | number, behaviour: Omit<Behaviour, 'image'>): void {
    this.rig.simulator.world.addBehaviour({ image: `docker:${this.image(service, tag)}`, ...behaviour });
  }

  byHand(service: string, action: string, body?: unknown): Promise<void> {
    return this.rig.simulator.world.act({ project: PROJECT, stack: this.stack, service, action, body });
  }

  /** Actions of Drover's on the services of this release, as `action service`, in their order. */
  get actions(): string[] {
    return this.rig.simulator.world
      .journal()
      .filter((entry) => entry.kind === 'action' && entry.stack === this.stack && entry.by !== 'person')
      .map(({ action, name }) => `${action ?? ''} ${name ?? ''}`);
  }

  actionsOf(kind: string): string[] {
    return this.actions.filter((one) => one.startsWith(`${kind} `)).map((one) => one.slice(kind.length + 1));
  }

  /** The state of a service, and the tag that all of its running containers have. */
  runs(service: string): string {
    const found = this.rig.simulator.world.service(PROJECT, this.stack, service);
    const running = found.instances.filter((one) => one['state'] === 'running');
    const tags = new Set(running.map((one) => String(one['imageUuid']).split(':').at(-1)));
    return `${String(found.service['state'])} ${[...tags].sort().join('+')} x${running.length}`;
  }

  get config(): (service: string) => JsonObject {
    return (service) =>
      this.rig.simulator.world.service(PROJECT, this.stack, service).service['launchConfig'] as JsonObject;
  }
}

/** One sentence about a release. */
export interface ReleaseCase {
  readonly title: string;
  /** Names of the services of its stack; each runs two containers of tag 1. */
  readonly services: readonly string[];
  readonly seed?: Readonly<Record<string, Partial<ServiceSeed>>>;
  readonly run: (one: ReleaseScene) => Promise<void>;
}

/** Runs cases side by side on one rig, each on a stack of its own, and reports each as a test. */
export function runReleaseCases(
  cases: readonly ReleaseCase[],
  options: Pick<Parameters<typeof Rig.start>[0], 'policy' | 'gates' | 'probes' | 'watch'> = {},
): void {
  let rig: Rig | undefined;
  const outcomes = new Map<ReleaseCase, Promise<{ error: unknown } | null>>();
  beforeAll(async () => {
    const stacks = cases.map(({ services, seed }, index) => ({
      name: `stack-${String(index + 1).padStart(2, '0')}`,
      services: services.map((name) => ({
        ...{
          name,
          scale: 2,
          launchConfig: { imageUuid: `docker:example/stack-${String(index + 1).padStart(2, '0')}-${name}:1` },
        },
        ...seed?.[name],
      })),
    }));
    const started = await Rig.start({
      seed: {
        keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
        projects: [{ name: PROJECT, stacks }],
      },
      ...options,
    });
    rig = started;
    cases.forEach((one, index) => {
      const scene = new ReleaseScene(started, stacks[index]?.name ?? '');
      const outcome = one.run(scene).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      outcomes.set(one, outcome);
    });
  });
  afterAll(() => rig?.close());
  for (const one of cases)
    test(one.title, async () => {
      const failed = await outcomes.get(one);
      if (failed === undefined) throw new Error('it never ran');
      if (failed !== null) throw failed.error;
    });
}
