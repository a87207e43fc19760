import type { ServiceWatch } from '../../activities/service-watch';
import type { GateSettings, TargetSettings } from '../../activities/dependencies';
import type { PolicyOverrides } from '../../decision/request';
import type { Policy } from '../../decision/policy';
import type { Fault } from '../../simulator/faults';
import type { JournalEntry } from '../../simulator/model';
import type { Behaviour, JsonObject, ServiceSeed, WorldSeed } from '../../simulator/world-seed';
import type { DeploymentResult } from '../../workflows/contract';
import type { Asked, Deploying } from '../support/rig';
import { Rig } from '../support/rig';

export const PROJECT = 'Production';
export const STACK = 'storefront';

/** One sentence about one service of its own, which all cases of a file share a simulated Rancher with. */
export interface Case {
  readonly title: string;
  /** What the service is besides its name and image; `image` stands for the image that it runs. */
  readonly service?: Partial<ServiceSeed> | ((image: string) => Partial<ServiceSeed>);
  readonly run: (one: Scene) => Promise<void>;
}

/** A service of its own, and everything that a test does to it. */
export class Scene {
  constructor(
    readonly rig: Rig,
    readonly name: string,
  ) {}

  /** An image of this service's own, so that behaviours of images do not meet. */
  image(tag: string | number): string {
    return `example/${this.name}:${tag}`;
  }

  asked(asked: Partial<Asked> = {}): Asked {
    return { stack: STACK, service: this.name, image: this.image(2), ...asked };
  }

  start(asked: Partial<Asked> = {}): Promise<Deploying> {
    return this.rig.start(this.asked(asked));
  }

  deploy(asked: Partial<Asked> = {}): Promise<DeploymentResult> {
    return this.rig.deploy(this.asked(asked));
  }

  /** A deployment that asks for no image of the primary's. */
  deploySettings(asked: Partial<Asked>): Promise<DeploymentResult> {
    return this.rig.deploy({ stack: STACK, service: this.name, ...asked });
  }

  startSettings(asked: Partial<Asked>): Promise<Deploying> {
    return this.rig.start({ stack: STACK, service: this.name, ...asked });
  }

  /** A person acts on the service in Rancher's UI. */
  byHand(action: string, body?: unknown): Promise<void> {
    return this.rig.simulator.world.act({ project: PROJECT, stack: STACK, service: this.name, action, body });
  }

  /** Somebody upgrades to an image by hand. */
  upgradeByHand(tag: string | number, more: JsonObject = {}): Promise<void> {
    return this.byHand('upgrade', {
      inServiceStrategy: { launchConfig: { imageUuid: `docker:${this.image(tag)}`, ...more } },
    });
  }

  /** @returns what ends it */
  fault(fault: Omit<Fault, 'service'>): () => void {
    const waiting: Fault = { ...fault, service: this.name };
    this.rig.simulator.world.addFault(waiting);
    return () => {
      waiting.probability = 0;
    };
  }

  behave(tag: string | number, behaviour: Omit<Behaviour, 'image'>): void {
    this.rig.simulator.world.addBehaviour({ image: `docker:${this.image(tag)}`, ...behaviour });
  }

  behaveAgain(tag: string | number): void {
    this.rig.simulator.world.removeBehaviour(`docker:${this.image(tag)}`);
  }

  /** What Drover posted with its upgrades that were accepted. */
  get posted(): { launchConfig?: JsonObject; secondaryLaunchConfigs?: JsonObject[] }[] {
    return this.journal
      .filter((entry) => entry.kind === 'action' && entry.action === 'upgrade' && entry.by !== 'person')
      .map((entry) => (entry.body as { inServiceStrategy: JsonObject }).inServiceStrategy);
  }

  /** Versions by configuration; the primary's under the empty name. */
  get versions(): Record<string, string> {
    const { service } = this.rig.simulator.world.service(PROJECT, STACK, this.name);
    const sidekicks = (service['secondaryLaunchConfigs'] ?? []) as JsonObject[];
    const versions: Record<string, string> = { '': this.now.version };
    for (const config of sidekicks) versions[String(config['name'])] = String(config['version']);
    return versions;
  }

  /** What Drover did, in its order. */
  get actions(): string[] {
    return this.rig.actions(this.name);
  }

  get journal(): JournalEntry[] {
    return this.rig.simulator.world.journal().filter((entry) => entry.name === this.name);
  }

  /** The service now, and what runs, as `config-or-primary image state`. */
  get now(): {
    state: string;
    image: string;
    version: string;
    scale: number;
    containers: string[];
    config: JsonObject;
  } {
    const { service, instances } = this.rig.simulator.world.service(PROJECT, STACK, this.name);
    const config = service['launchConfig'] as JsonObject;
    return {
      state: String(service['state']),
      image: String(config['imageUuid']),
      version: String(config['version']),
      scale: Number(service['scale']),
      containers: instances.map((one) => `${String(one['imageUuid'])} ${String(one['state'])}`).sort(),
      config,
    };
  }

  get running(): string[] {
    return this.now.containers.filter((one) => one.endsWith(' running')).map((one) => one.replace(/ running$/, ''));
  }

  /** The service runs this image, `scale` times, and nothing else. */
  expectRuns(tag: string | number, scale: number, state = 'active'): void {
    expect({ state: this.now.state, running: this.running }).toEqual({
      state,
      running: Array.from({ length: scale }, () => `docker:${this.image(tag)}`),
    });
  }

  async events(deploying: Deploying): Promise<string> {
    return (await this.rig.progress(deploying)).events.map((event) => event.text).join('\n');
  }

  /** Waits until the service is in a state. */
  reaches(state: string): Promise<void> {
    return eventually(() => this.now.state === state, `${this.name} is ${state}`);
  }

  /** Waits until so many requests to this service were received. */
  async receives(method: string, part: string, seen = 1): Promise<void> {
    await eventually(() => this.#received(method, part) >= seen, `${method} ${part} for ${this.name}`);
  }

  /** Requests for an action that were sent, taken or not. */
  posts(action: string): number {
    return this.#received('POST', `action=${action}`);
  }

  #received(method: string, part: string): number {
    const { service } = this.rig.simulator.world.service(PROJECT, STACK, this.name);
    const path = new RegExp(`/services/${String(service['id'])}(?!\\d)`);
    return this.rig.simulator.world
      .requests()
      .filter((one) => one.method === method && path.test(one.path) && one.path.includes(part)).length;
  }

  until(deploying: Deploying, phase: string): Promise<unknown> {
    return this.rig.until(deploying, (progress) => progress.phase === phase);
  }
}

/** Waits for a condition, for at most twenty seconds. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const until = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > until) throw new Error(`it did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A health check as Rancher keeps it. */
export const HEALTH_CHECK: JsonObject = {
  type: 'instanceHealthCheck',
  healthyThreshold: 2,
  initializingTimeout: 60000,
  interval: 2000,
  port: 80,
  requestLine: 'GET /health HTTP/1.0',
  responseTimeout: 2000,
  unhealthyThreshold: 3,
};

/** A refusal in Rancher's own words. */
export function rancherSays(status: number, code: string, fieldName: string | null = null): Fault['effect'] {
  const body = { id: 'e', type: 'error', links: {}, actions: {}, status, code, message: code, detail: null, fieldName };
  return { kind: 'status', status, body: JSON.stringify(body) };
}

export interface CasesOptions {
  readonly policy?: Partial<Policy>;
  readonly variables?: Record<string, string>;
  /** What the gates of the policy check, by name. */
  readonly gates?: Record<string, GateSettings>;
  /** Where the targets of the policy are, by name. */
  readonly targets?: Record<string, TargetSettings>;
  readonly seed?: Partial<WorldSeed>;
  /** How far apart two upgrades may come and both be accepted, milliseconds. */
  readonly raceMillis?: number;
  /** The environment's event stream. Default: none. */
  readonly watch?: ServiceWatch;
  /** Cases that run at once. Default 8. */
  readonly atOnce?: number;
}

/**
 * Runs cases side by side on one rig, each on a service of its own, and reports each as a test. Jest's own `test.concurrent` begins
 * before `beforeAll` is through.
 */
export function runCases(cases: readonly Case[], options: CasesOptions = {}): void {
  const named = cases.map((one, index) => ({ one, name: `web-${String(index + 1).padStart(3, '0')}` }));
  const outcomes = new Map<Case, Promise<{ error: unknown } | null>>();
  let rig: Rig | undefined;

  beforeAll(async () => {
    rig = await Rig.start({
      seed: {
        keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
        projects: [
          { name: PROJECT, stacks: [{ name: STACK, services: named.map(({ one, name }) => planted(one, name)) }] },
        ],
        ...options.seed,
      },
      ...(options.policy === undefined ? {} : { policy: options.policy }),
      ...(options.raceMillis === undefined ? {} : { raceMillis: options.raceMillis }),
      ...(options.variables === undefined ? {} : { variables: options.variables }),
      ...(options.gates === undefined ? {} : { gates: options.gates }),
      ...(options.targets === undefined ? {} : { targets: options.targets }),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
    });
    const started = rig;
    const lanes = Array.from({ length: options.atOnce ?? 8 }, () => Promise.resolve<unknown>(null));
    named.forEach(({ one, name }, index) => {
      const lane = index % lanes.length;
      const outcome = (lanes[lane] ?? Promise.resolve())
        .then(() => one.run(new Scene(started, name)))
        .then(
          () => null,
          (error: unknown) => ({ error }),
        );
      lanes[lane] = outcome;
      outcomes.set(one, outcome);
    });
  });
  afterAll(() => rig?.close());

  for (const one of cases)
    test(
      one.title,
      async () => {
        const failed = await outcomes.get(one);
        if (failed === undefined) throw new Error('it never ran');
        if (failed !== null) throw failed.error;
      },
      120_000,
    );
}

function planted(one: Case, name: string): ServiceSeed {
  const image = `docker:example/${name}:1`;
  const more = typeof one.service === 'function' ? one.service(image) : (one.service ?? {});
  const hasImage = more.type !== 'dnsService' && more.type !== 'externalService';
  return {
    name,
    scale: 2,
    ...more,
    launchConfig: { ...(hasImage ? { imageUuid: image } : {}), ...more.launchConfig },
  };
}

/** Overrides that keep a test short. */
export const ONE_BATCH: PolicyOverrides = { batchSize: 2, batchIntervalMillis: 100 };
