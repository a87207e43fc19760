import type { WorldSeed } from '../../simulator/world-seed';
import { Rig } from '../support/rig';
import { eventually, ONE_BATCH, PROJECT, Scene, STACK } from './scene';

// The workflows have their worker; the one that holds the environment's key, and reaches its Rancher, goes away.

/** Short, since an activity's limits are made of it. */
const REQUEST_TIMEOUT = { requestTimeoutMillis: 500 };
const LIMIT_MILLIS = 120_000;
const NO_ANSWER = /no answer from a worker of \S+ \(task queue drover\.rancher\.\S+\)/;

function seedOf(...names: string[]): WorldSeed {
  const services = names.map((name) => ({ name, scale: 2, launchConfig: { imageUuid: `docker:example/${name}:1` } }));
  return {
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
    projects: [{ name: PROJECT, stacks: [{ name: STACK, services }] }],
  };
}

async function withRig(options: Parameters<typeof Rig.start>[0], run: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await Rig.start(options);
  try {
    await run(rig);
  } finally {
    await rig.close();
  }
}

test.concurrent(
  'it was never there: `unreachable`, with both causes, and nothing was changed',
  () =>
    withRig({ seed: seedOf('web') }, async (rig) => {
      const web = new Scene(rig, 'web');
      const result = await web.deploy({ environment: 'prodd' });
      expect(result).toMatchObject({ verdict: 'unreachable', rounds: 0, state: null });
      expect(result.reason).toBe('no worker answered for the environment "prodd" (task queue drover.rancher.prodd)');
      expect(result.nextStep).toMatch(
        /Start a worker .*, or correct the name of the environment\. Nothing was changed/,
      );
      expect(rig.simulator.world.requests()).toEqual([]);
    }),
  LIMIT_MILLIS,
);

test.concurrent(
  'it goes before anything was posted: `unreachable` after `reachLimit`, and nothing was changed',
  () =>
    withRig(
      { seed: seedOf('resolving', 'settling'), policy: { ...REQUEST_TIMEOUT, reachLimitMillis: 8_000 } },
      async (rig) => {
        const settling = new Scene(rig, 'settling');
        settling.behave(9, { pullMillis: 2_000_000 });
        await settling.upgradeByHand(9);
        const waits = await settling.start();
        await settling.until(waits, 'settling');
        const resolving = new Scene(rig, 'resolving');
        rig.simulator.world.addFault({ pathIncludes: 'name=resolving', times: 0, effect: { kind: 'hang-before' } });
        const looks = await resolving.start();
        await eventually(
          () => rig.simulator.world.requests().some(({ path }) => path.includes('name=resolving')),
          'the lookup',
        );
        await rig.environmentsWorkerGoes();
        for (const deploying of [waits, looks]) {
          const result = await deploying.result();
          expect(result).toMatchObject({ verdict: 'unreachable', rounds: 0 });
          expect(result.reason).toMatch(NO_ANSWER);
          expect(result.nextStep).toContain('Nothing was changed');
        }
        expect([...settling.actions, ...resolving.actions]).toEqual([]);
      },
    ),
  LIMIT_MILLIS,
);

test.concurrent(
  'it goes after the POST, and is back before `outageLimit`: it goes on by itself, and the upgrade that was done meanwhile is finished',
  () =>
    withRig({ seed: seedOf('web'), policy: REQUEST_TIMEOUT }, async (rig) => {
      const web = new Scene(rig, 'web');
      web.behave(2, { pullMillis: 100_000 });
      const deploying = await web.start({ overrides: ONE_BATCH });
      await web.until(deploying, 'waiting');
      await rig.environmentsWorkerGoes();
      await rig.until(deploying, ({ events }) => events.some(({ text }) => NO_ANSWER.test(text)));
      await web.reaches('upgraded');
      await rig.environmentsWorkerComes();
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(web.actions).toEqual(['upgrade', 'finishupgrade']);
      expect(await web.events(deploying)).not.toContain('parked');
    }),
  LIMIT_MILLIS,
);

test.concurrent(
  'it goes after the POST, for longer than `outageLimit`: parked with the reason; `retry` goes on when it is back',
  () =>
    withRig({ seed: seedOf('web'), policy: { ...REQUEST_TIMEOUT, outageLimitMillis: 20_000 } }, async (rig) => {
      const web = new Scene(rig, 'web');
      web.behave(2, { pullMillis: 100_000 });
      const deploying = await web.start({ overrides: ONE_BATCH });
      await web.until(deploying, 'waiting');
      await rig.environmentsWorkerGoes();
      const parked = await rig.until(deploying, ({ phase }) => phase === 'parked');
      expect(parked.attention).toMatch(NO_ANSWER);
      expect(web.actions).toEqual(['upgrade']);
      await rig.environmentsWorkerComes();
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(web.actions).toEqual(['upgrade', 'finishupgrade']);
    }),
  LIMIT_MILLIS,
);
