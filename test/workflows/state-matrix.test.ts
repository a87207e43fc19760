import { ON_PENDING } from '../../decision/policy';
import type { OnPending } from '../../decision/policy';
import type { WorldSeed } from '../../simulator/world-seed';
import type { MatrixState, Outcome } from '../state-matrix';
import { STATE_MATRIX } from '../state-matrix';
import { Rig } from '../support/rig';

/*
 * The state matrix, run: for each state of a service that can be reached on the simulated Rancher, under each policy, towards the image
 * that its configuration then names and towards another one, a whole deployment against what the matrix expects.
 */

const FORMER = 'docker:example/app:1';
const PENDING = 'docker:example/app:2';
const OTHER = 'docker:example/app:3';

/** How a service is brought into each state: seeded, and by what a person presses right before the deployment. */
const SCENES: Readonly<Record<MatrixState, { seeded: Seeded; press?: readonly string[]; names: string } | null>> = {
  registering: null,
  activating: { seeded: 'inactive', press: ['activate'], names: FORMER },
  active: { seeded: 'active', names: FORMER },
  'updating-active': { seeded: 'active', press: ['update'], names: FORMER },
  restarting: { seeded: 'active', press: ['restart'], names: FORMER },
  deactivating: { seeded: 'active', press: ['deactivate'], names: FORMER },
  inactive: { seeded: 'inactive', names: FORMER },
  'updating-inactive': null,
  upgrading: { seeded: 'active', press: ['upgrade'], names: PENDING },
  upgraded: { seeded: 'upgraded', names: PENDING },
  'finishing-upgrade': { seeded: 'upgraded', press: ['finishupgrade'], names: PENDING },
  'canceling-upgrade': { seeded: 'active', press: ['upgrade', 'cancelupgrade'], names: PENDING },
  'canceled-upgrade': { seeded: 'canceled-upgrade', names: PENDING },
  'rolling-back': { seeded: 'upgraded', press: ['rollback'], names: FORMER },
  removing: { seeded: 'active', press: ['remove'], names: FORMER },
  removed: null,
};

type Seeded = 'active' | 'inactive' | 'upgraded' | 'canceled-upgrade';

/** What Rancher wants with some of the buttons. */
const BODIES: Readonly<Record<string, unknown>> = {
  upgrade: { inServiceStrategy: { batchSize: 1, intervalMillis: 2000, launchConfig: { imageUuid: PENDING } } },
  update: { scale: 2 },
  restart: { rollingRestartStrategy: { batchSize: 1, intervalMillis: 2000 } },
};

interface Case {
  readonly name: string;
  readonly state: MatrixState;
  readonly onPending: OnPending;
  readonly image: string;
  readonly seeded: Seeded;
  readonly press: readonly string[];
  readonly expected: Outcome;
}

const CASES: Case[] = (Object.keys(STATE_MATRIX) as MatrixState[]).flatMap((state) => {
  const scene = SCENES[state];
  if (scene === null) return [];
  return ON_PENDING.flatMap((onPending) =>
    (['same', 'other'] as const).map((target) => ({
      name: `${state}-${onPending}-${target}`,
      state,
      onPending,
      image: target === 'same' ? scene.names : OTHER,
      seeded: scene.seeded,
      press: scene.press ?? [],
      expected: STATE_MATRIX[state][target][onPending],
    })),
  );
});

const seed: WorldSeed = {
  keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
  projects: [
    {
      name: 'Matrix',
      stacks: [
        {
          name: 'cases',
          services: CASES.map(({ name, seeded }) => ({
            name,
            scale: 1,
            state: seeded,
            launchConfig: { imageUuid: FORMER, environment: { NAME: name } },
            ...(seeded === 'active' || seeded === 'inactive'
              ? {}
              : { pendingLaunchConfig: { imageUuid: PENDING, environment: { NAME: name } } }),
          })),
        },
      ],
    },
  ],
};

describe('the state matrix', () => {
  let rig: Rig;
  const ran = new Map<string, { verdict: string; reason: string; actions: string[]; met: string }>();

  beforeAll(async () => {
    rig = await Rig.start({ seed, speed: 2 });
    rig.beforeLookup = press;
    for (let next = 0; next < CASES.length; next += 16) await Promise.all(CASES.slice(next, next + 16).map(run));
  }, 300_000);
  afterAll(() => rig.close());

  /** The buttons are pressed at the last moment: some of these states last for a few milliseconds. */
  async function press(service: string): Promise<void> {
    const buttons = CASES.find(({ name }) => name === service)?.press ?? [];
    for (const action of buttons)
      await rig.simulator.world.act({ project: 'Matrix', stack: 'cases', service, action, body: BODIES[action] });
  }

  async function run({ name, onPending, image }: Case): Promise<void> {
    const deploying = await rig.start({ stack: 'cases', service: name, image, overrides: { onPending } });
    const { verdict, reason } = await deploying.result();
    const { events } = await rig.progress(deploying);
    // What the deployment itself found when it first read the service; a service that is going is not found by its name.
    const met = /, ([a-z-]+)$/.exec(events.find(({ text }) => text.startsWith('found'))?.text ?? '')?.[1] ?? 'removing';
    ran.set(name, { verdict, reason, actions: rig.actions(name), met });
  }

  test.each(CASES)('$state, onPending $onPending, asked for $image', ({ name, state, expected }) => {
    const { met, verdict, actions } = ran.get(name) ?? {};
    expect({ met, verdict, actions }).toEqual({ met: state, verdict: expected.verdict, actions: expected.actions });
  });
});
