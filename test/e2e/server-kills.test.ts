import type { Phase } from '../../decision/phase';
import type { Verdict } from '../../decision/verdict';
import type { ServiceSeed } from '../../simulator/world-seed';
import { seedOf } from '../support/seeds';
import type { StackOptions } from '../support/stack';
import { Stack } from '../support/stack';
import type { StartedProcess } from '../support/started-process';
import { Scene } from './scene';

const LIMIT_MILLIS = 180_000;
const UPGRADE = ['upgrade', 'finishupgrade'];
/** Rancher takes seconds for it: at twenty times its speed. */
const SLOW_PULL = 120_000;

/** One deployment of several that a kill meets, each in another phase; its service is called like the phase. */
interface Met {
  readonly name: Phase;
  readonly service?: Partial<ServiceSeed>;
  readonly slow?: boolean;
  /** Up to the moment of the kill. */
  readonly until: (scene: Scene) => Promise<void>;
  /** What a person does afterwards. */
  readonly then?: (scene: Scene) => Promise<void>;
  readonly verdict: Verdict;
  readonly actions: readonly string[];
}

const lastStep = (
  name: Phase,
  fault: Parameters<Scene['fault']>[0],
  more: Partial<Met> & Pick<Met, 'verdict' | 'actions'>,
): Met => ({
  name,
  until: async (scene) => {
    await scene.fault(fault);
    // One that is not recognised as our own is not adopted for its image either, but rolled back.
    await scene.upgrade({ redeploy: true });
    await scene.faultMet();
    // Nor can what became of it be read: so the phase lasts until the kill.
    const { service } = scene;
    await scene.stack.rancher.addFault({ method: 'GET', service, times: 0, effect: { kind: 'hang-before' } });
  },
  ...more,
});

/** Those that stay where they are for seconds, or until somebody comes. */
const LASTING: readonly Met[] = [
  {
    name: 'parked',
    until: async (scene) => {
      await scene.fault({ action: 'finishupgrade', effect: { kind: 'status', status: 403, body: 'Forbidden' } });
      await scene.upgrade();
      await scene.reaches('parked');
    },
    then: (scene) => scene.say('retry'),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'confirming',
    until: async (scene) => {
      await scene.upgrade({ hold: true });
      await scene.reaches('confirming');
    },
    then: (scene) => scene.say('confirm'),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'waiting',
    slow: true,
    until: async (scene) => {
      await scene.upgrade();
      await scene.reaches('waiting');
    },
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'rolling-back',
    slow: true,
    until: async (scene) => {
      await scene.upgrade();
      await scene.reaches('waiting');
      // What it goes back to is slow as well from now on.
      await scene.stack.rancher.addBehaviour({ image: scene.image(1), pullMillis: SLOW_PULL });
      await scene.say('cancel');
      await scene.accepted('rollback');
      await scene.reaches('rolling-back');
    },
    verdict: 'cancelled',
    actions: ['upgrade', 'rollback'],
  },
];

/** Those that are met in the midst of an action that Rancher took, and whose answer is lost. */
const ACTING: readonly Met[] = [
  lastStep(
    'settling',
    { action: 'rollback', effect: { kind: 'hang-after' } },
    {
      service: { state: 'upgraded', pendingLaunchConfig: { imageUuid: 'docker:example/settling:9' } },
      verdict: 'succeeded',
      actions: ['rollback', ...UPGRADE],
    },
  ),
  lastStep(
    'upgrading',
    { action: 'upgrade', effect: { kind: 'hang-after' } },
    { verdict: 'succeeded', actions: UPGRADE },
  ),
  lastStep(
    'finishing',
    { action: 'finishupgrade', effect: { kind: 'hang-after' } },
    {
      verdict: 'succeeded',
      actions: UPGRADE,
    },
  ),
];

const ALL = [...LASTING, ...ACTING];

function optionsFor(all: readonly Met[]): StackOptions {
  const services = all.map(({ name, service }) => ({
    name,
    scale: 2,
    launchConfig: { imageUuid: `docker:example/${name}:1` },
    ...service,
  }));
  const behaviours = all
    .filter(({ slow }) => slow === true)
    .map(({ name }) => ({ image: `example/${name}:2`, pullMillis: SLOW_PULL }));
  return { seed: { ...seedOf(...services), behaviours }, policy: { stallLimit: '1m', rollbackLimit: '1m' } };
}

/** Brings all of them to their phases, the acting ones last; kills; and holds each one against what has to come of it. */
async function killAmidst(
  stack: Stack,
  kill: () => Promise<void>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const met = ALL.map((one) => ({ ...one, scene: new Scene(stack, one.name) }));
  await Promise.all(met.slice(0, LASTING.length).map(({ scene, until }) => until(scene)));
  await before();
  await Promise.all(met.slice(LASTING.length).map(({ scene, until }) => until(scene)));
  expect(await Promise.all(met.map(({ scene }) => scene.phase()))).toEqual(met.map(({ name }) => name));
  await kill();
  await stack.rancher.clearFaults();
  const ended = await Promise.all(
    met.map(async ({ name, scene, then }) => {
      await then?.(scene);
      const { verdict } = await scene.outcome();
      return { name, verdict, actions: await scene.actions() };
    }),
  );
  expect(ended).toEqual(ALL.map(({ name, verdict, actions }) => ({ name, verdict, actions })));
}

describe('the servers killed with -9 while deployments are in every phase', () => {
  test.concurrent(
    "Temporal's dev server, started again on its SQLite file",
    async () => {
      const stack = await Stack.start({ ...optionsFor(ALL), ownTemporal: true });
      try {
        let watching: StartedProcess | undefined;
        const watch = (): Promise<unknown> => {
          watching = stack.startDrover(['status', stack.alias, 'cases/waiting', '--watch']);
          return watching.saysOnStdout(/waiting: /);
        };
        const killAndRestart = async (): Promise<void> => {
          await stack.killTemporal();
          await stack.restartTemporal();
        };
        await killAmidst(stack, killAndRestart, watch);
        const watched = await watching?.ended;
        expect(watched).toMatchObject({ code: 0 });
        expect(watched?.stdout).toMatch(/verdict: succeeded/);
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );

  test.concurrent(
    'Temporal and the worker at once',
    async () => {
      const stack = await Stack.start({ ...optionsFor(ALL), ownTemporal: true });
      try {
        await killAmidst(stack, async () => {
          await Promise.all([stack.killTemporal(), stack.killWorker('SIGKILL')]);
          await stack.restartTemporal();
          await stack.startWorker();
        });
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );

  test.concurrent(
    'Rancher, started again on its state file',
    async () => {
      const stack = await Stack.start({ ...optionsFor(ALL), simulatorProcess: true });
      try {
        await killAmidst(stack, async () => {
          await stack.killSimulator();
          await new Scene(stack, 'waiting').says(/Rancher cannot be reached/);
          await stack.restartSimulator();
        });
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );
});
