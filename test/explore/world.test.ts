import { RancherClient } from '../../rancher/rancher-client';
import { snapshotOf } from '../../activities/snapshot';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { startSimulator } from '../../simulator/simulator';
import type { Simulator } from '../../simulator/simulator';
import type { ServiceAction } from '../../simulator/state-machine';
import type { Behaviour, JsonObject } from '../../simulator/world-seed';
import { seedOf } from '../support/seeds';
import { acted, rescaled } from './rancher-actions';
import { rancherSteps } from './rancher-steps';
import { askedOf, seenBy, SIDEKICK } from './seen';
import type { Setting } from './setting';
import { plain } from './settings';
import { STARTS } from './starts';
import type { Image, Images, World } from './world';
import { keyOfWorld } from './world';

/** One thing that is done to the service: in the model, and in the simulated Rancher over its API. */
type Move =
  | { readonly act: Exclude<ServiceAction, 'upgrade'> }
  | { readonly upgrade: Image; readonly sidekick?: boolean }
  | 'rescale';
type Step =
  | Move
  /** Nothing comes between them. */
  | { readonly atOnce: readonly Move[] }
  /** Until Rancher is done. */
  | 'rest'
  /** Until a container fails to start. */
  | 'fails';

interface Walk {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly images?: Images;
}

const FINISH: Move = { act: 'finishupgrade' };
const ROLLBACK: Move = { act: 'rollback' };
const CANCEL: Move = { act: 'cancelupgrade' };
const ASKED: Move = { upgrade: 'asked' };
const OTHER: Move = { upgrade: 'other' };

const WALKS: readonly Walk[] = [
  { title: 'upgraded and finished', steps: [ASKED, 'rest', FINISH, 'rest'] },
  {
    title: 'upgraded and rolled back, twice',
    steps: [OTHER, 'rest', ROLLBACK, 'rest', ASKED, 'rest', ROLLBACK, 'rest'],
  },
  { title: 'rolled back on the way', steps: [{ atOnce: [OTHER, ROLLBACK] }, 'rest'] },
  { title: 'cancelled and rolled back', steps: [{ atOnce: [OTHER, CANCEL] }, 'rest', ROLLBACK, 'rest'] },
  {
    title: 'cancelled, continued and finished',
    steps: [{ atOnce: [OTHER, CANCEL] }, 'rest', { act: 'continueupgrade' }, 'rest', FINISH, 'rest'],
  },
  {
    title: 'cancelled while it was finishing',
    steps: [ASKED, 'rest', { atOnce: [FINISH, CANCEL] }, 'rest', ROLLBACK, 'rest'],
  },
  { title: 'rescaled on the way: upgraded early', steps: [{ atOnce: [ASKED, 'rescale'] }, 'rest', FINISH, 'rest'] },
  { title: 'rescaled on the way and rolled back', steps: [{ atOnce: [ASKED, 'rescale'] }, 'rest', ROLLBACK, 'rest'] },
  { title: 'rescaled at rest', steps: ['rescale', 'rest', ASKED, 'rest', FINISH, 'rest', 'rescale', 'rest'] },
  {
    title: 'upgraded from inactive, rolled back and deactivated',
    steps: [{ act: 'deactivate' }, 'rest', ASKED, 'rest', ROLLBACK, 'rest', { act: 'deactivate' }, 'rest'],
  },
  { title: 'upgraded with its sidekick', steps: [{ upgrade: 'asked', sidekick: true }, 'rest', FINISH, 'rest'] },
  { title: 'removed on the way', steps: [{ atOnce: [ASKED, { act: 'remove' }] }, 'rest'] },
  { title: 'an image that does not start', images: 'never-starts', steps: [ASKED, 'fails', ROLLBACK, 'rest'] },
];

const TAGS: Readonly<Record<Image, number>> = { old: 1, asked: 2, other: 3 };
const PLACE = { project: 'Cases', stack: 'cases' };
const REST = ['active', 'inactive', 'upgraded', 'canceled-upgrade', 'removed'];

describe('the model of Rancher in the exploration', () => {
  let simulator: Simulator;
  let client: RancherClient;

  beforeAll(async () => {
    simulator = await startSimulator({
      speed: 100,
      randomSeed: 1,
      raceMillis: 1,
      seed: seedOf(
        ...WALKS.map((_walk, index) => ({
          name: `walk-${index}`,
          scale: 2,
          launchConfig: { imageUuid: imageOf(index, 'old') },
          secondaryLaunchConfigs: [{ name: SIDEKICK, imageUuid: imageOf(index, 'old') }],
        })),
      ),
    });
    client = new RancherClient({
      url: simulator.url,
      accessKey: 'ACCESS',
      secretKey: 'SECRET',
      requestTimeoutMillis: 30_000,
    });
  });
  afterAll(() => simulator.close());

  test.concurrent.each(WALKS.map((walk, index): [string, Walk, number] => [walk.title, walk, index]))(
    'goes the way of the simulated one: %s',
    async (_title, { steps, images = 'good' }, index) => {
      const walk = new WalkedService(index, {
        ...plain('active', { foreign: 0, people: 0 }),
        images,
        sidekickAsked: true,
      });
      const behaviour: Behaviour = { image: imageOf(index, 'asked'), startFails: true };
      if (images === 'never-starts') simulator.world.addBehaviour(behaviour);
      await walk.shown();
      for (const step of steps) {
        await walk.go(step);
        const shown = await walk.shown();
        expect(walk.possible()).toContainEqual(shown);
      }
    },
  );

  /** A service in the simulated Rancher, and every world in which the model takes it to be possible. */
  class WalkedService {
    readonly #name: string;
    readonly #versions = ['0'];
    #ids: [project: string, service: string] | undefined;
    #worlds: World[];

    constructor(
      private readonly index: number,
      private readonly setting: Setting,
    ) {
      this.#name = `walk-${index}`;
      this.#worlds = [STARTS[setting.start]];
    }

    async go(step: Step): Promise<void> {
      if (step === 'rest') {
        await this.#until((snapshot) => REST.includes(snapshot.state));
        this.#worlds = this.#reachable().filter(({ state }) => REST.includes(state));
      } else if (step === 'fails') {
        await this.#until(({ instances }) => instances?.some(({ failed }) => failed > 0) === true);
        this.#worlds = this.#reachable();
      } else {
        for (const move of typeof step === 'object' && 'atOnce' in step ? step.atOnce : [step]) await this.#move(move);
      }
    }

    async #move(move: Move): Promise<void> {
      if (move === 'rescale') {
        await this.#act('update', { scale: this.#inRancher['scale'] === 2 ? 3 : 2 });
        this.#after((world) => rescaled(world));
      } else if ('upgrade' in move) {
        await this.#upgrade(move.upgrade, move.sidekick === true);
      } else {
        await this.#act(move.act);
        this.#after((world) => acted(world, move.act));
      }
    }

    async #upgrade(image: Image, sidekick: boolean): Promise<void> {
      const launchConfig = { imageUuid: imageOf(this.index, image), labels: { 'io.drover.deployment': 'd.1' } };
      const secondaryLaunchConfigs = sidekick ? [{ name: SIDEKICK, ...launchConfig }] : [];
      await this.#act('upgrade', { inServiceStrategy: { batchSize: 1, launchConfig, secondaryLaunchConfigs } });
      const accepted = this.#inRancher['launchConfig'] as JsonObject;
      const version = this.#versions.push(String(accepted['version'])) - 1;
      this.#after((world) =>
        acted(world, 'upgrade', { image, sidekickImage: sidekick ? image : null, label: 1, version, by: 1 }),
      );
    }

    get #inRancher(): Record<string, unknown> {
      return simulator.world.service(PLACE.project, PLACE.stack, this.#name).service;
    }

    /** What the product's own reading of the simulated Rancher shows, less what the model leaves out. */
    async shown(): Promise<unknown> {
      return comparable(await this.shownRaw(), (version) => this.#versions.indexOf(version), this.index);
    }

    possible(): unknown[] {
      // Rancher goes on between two requests.
      return this.#reachable().map((world) =>
        comparable(seenBy(world, this.setting), (version) => Number(version.replace('v', '')), 'app'),
      );
    }

    async shownRaw(): Promise<ServiceSnapshot> {
      // A removed service is known by its id alone.
      this.#ids ??= [String(this.#inRancher['accountId']), String(this.#inRancher['id'])];
      const resource = await client.getService(...this.#ids);
      const instances = await client.listInstances(...this.#ids);
      const image = imageOf(this.index, 'asked');
      const request = {
        requestId: 'r',
        deploymentId: 'd',
        environment: 'e',
        stack: PLACE.stack,
        service: this.#name,
        image,
        sidekicks: askedOf(this.setting).includes(SIDEKICK) ? { [SIDEKICK]: image } : {},
        variables: {},
        labels: {},
        redeploy: false,
        hold: false,
        overrides: {},
        author: { by: 'a test' },
      };
      return snapshotOf(resource, instances, { request, variables: {}, digestKey: Buffer.from('key') });
    }

    async #act(action: string, body?: JsonObject): Promise<void> {
      await simulator.world.act({ ...PLACE, service: this.#name, action, body });
    }

    async #until(holds: (snapshot: ServiceSnapshot) => boolean): Promise<void> {
      while (!holds(await this.shownRaw())) await new Promise((resolve) => setTimeout(resolve, 30));
    }

    /** Whatever Rancher did before it. */
    #after(step: (world: World) => World | null): void {
      this.#worlds = this.#reachable().flatMap((world) => step(world) ?? []);
    }

    #reachable(): World[] {
      const found = new Map(this.#worlds.map((world) => [keyOfWorld(world), world]));
      for (const world of found.values())
        for (const step of rancherSteps(world, this.setting.images)) found.set(keyOfWorld(step.world), step.world);
      return [...found.values()];
    }
  }
});

function imageOf(index: number, image: Image): string {
  return `docker:example/walk-${index}:${TAGS[image]}`;
}

/**
 * What decisions are made from: states, versions by their order, images by their tags, and at rest the containers by version. On the way
 * the model's steps are larger than a container's.
 */
function comparable(snapshot: ServiceSnapshot, numberOf: (version: string) => number, name: number | 'app'): unknown {
  const tag = (image: string | null): string => image?.split(':').pop() ?? `none of ${name}`;
  const tallies = (snapshot.instances ?? [])
    .map(({ config, version, running, stopped, failed }) => ({
      config,
      version: numberOf(version),
      running,
      stopped,
      failed,
    }))
    .filter(({ running, stopped, failed }) => running + stopped + failed > 0)
    .sort((one, other) => one.config.localeCompare(other.config) || one.version - other.version);
  return {
    state: snapshot.state,
    removed: snapshot.removed,
    expected: snapshot.expected,
    meetsRequest: snapshot.meetsRequest,
    configs: snapshot.configs.map(({ name: config, version, image }) => ({
      config,
      version: numberOf(version),
      image: tag(image),
    })),
    lastLabels: snapshot.lastLabels,
    lastTargets: snapshot.lastTargets.map(({ config, version }) => ({ config, version: numberOf(version) })),
    tallies: REST.includes(snapshot.state) ? tallies : 'moving',
  };
}
