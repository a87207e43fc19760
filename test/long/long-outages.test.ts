import { setTimeout as delay } from 'node:timers/promises';
import type { Phase } from '../../decision/phase';
import type { Verdict } from '../../decision/verdict';
import type { ServiceSeed } from '../../simulator/world-seed';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { Scene, STACK } from '../e2e/scene';

// An hour, scaled down: the outage is several times as long as the limits that must not count it, and
// longer than the cap.

const POLICY = {
  requestTimeout: '1s',
  stallLimit: '15s',
  settleLimit: '5s',
  rollbackLimit: '5s',
  finishLimit: '5s',
  reachLimit: '20s',
  timeout: '50s',
  pollMin: '200ms',
  pollMax: '1s',
};
const AWAY_MILLIS = 60_000;
/** Rancher takes twenty seconds for it, at twenty times its speed. */
const SLOW_PULL = 400_000;
const LIMIT_MILLIS = 300_000;
const UPGRADE = ['upgrade', 'finishupgrade'];
/** For those that begin something only after the outage: that the cap has passed by then is not their point. */
const NO_HURRY = { overrides: { timeoutMillis: 3_600_000 } };

/** One deployment that meets the outage in a phase. */
interface Met {
  readonly name: string;
  readonly phase: Phase;
  readonly service?: Partial<ServiceSeed>;
  /** Which image takes Rancher long. */
  readonly slow?: number;
  /** In which order they are brought to their phases: first those that stay there, last those that hold the others up. Default 2. */
  readonly turn?: 1 | 2 | 3 | 4;
  readonly until: (scene: Scene) => Promise<void>;
  /** What Rancher has got done by itself before the outage ends. */
  readonly meanwhile?: string;
  /** What a person does afterwards. */
  readonly then?: (scene: Scene) => Promise<void>;
  readonly verdict: Verdict;
  readonly actions: readonly string[];
  /** Where it is Rancher that is away: what is told of it while nothing of the deployment's is on Rancher. */
  readonly isUnreachable?: boolean;
  /** What somebody else did to it before; none by default. */
  readonly byHand?: readonly string[];
}

/** The request meets a fault, and from then on the service cannot be read either: so the phase lasts. */
async function lost(scene: Scene, fault: Parameters<Scene['fault']>[0], asked = {}): Promise<void> {
  await scene.fault(fault);
  // One that is not recognised as our own is not adopted for its image either, but rolled back.
  await scene.upgrade({ redeploy: true, ...asked });
  await scene.faultMet();
  const { service } = scene;
  await scene.stack.rancher.addFault({ method: 'GET', service, times: 0, effect: { kind: 'hang-before' } });
}

const MET: readonly Met[] = [
  {
    name: 'resolving',
    phase: 'resolving',
    turn: 4,
    until: async (scene) => {
      const pathIncludes = `name=${scene.service}`;
      await scene.stack.rancher.addFault({ method: 'GET', pathIncludes, times: 0, effect: { kind: 'hang-before' } });
      await scene.upgrade(NO_HURRY);
      await scene.reaches('resolving');
    },
    verdict: 'succeeded',
    actions: UPGRADE,
    isUnreachable: true,
  },
  {
    name: 'settling',
    phase: 'settling',
    turn: 4,
    slow: 9,
    until: async (scene) => {
      const body = { inServiceStrategy: { launchConfig: { imageUuid: `docker:${scene.image(9)}` } } };
      const { service } = scene;
      await scene.stack.rancher.act({ project: 'Cases', stack: STACK, service, action: 'upgrade', body });
      await scene.upgrade(NO_HURRY);
      await scene.reaches('settling');
    },
    verdict: 'succeeded',
    actions: ['upgrade', 'rollback', ...UPGRADE],
    isUnreachable: true,
    byHand: ['upgrade'],
  },
  {
    name: 'settling-others',
    phase: 'settling',
    service: { state: 'upgraded', pendingLaunchConfig: { imageUuid: 'docker:example/settling-others:9' } },
    until: (scene) => lost(scene, { action: 'rollback', effect: { kind: 'hang-after' } }, NO_HURRY),
    meanwhile: 'active',
    verdict: 'succeeded',
    actions: ['rollback', ...UPGRADE],
  },
  {
    name: 'before-the-post',
    phase: 'upgrading',
    until: (scene) => lost(scene, { action: 'upgrade', effect: { kind: 'hang-before' } }, NO_HURRY),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'after-the-post',
    phase: 'upgrading',
    until: (scene) => lost(scene, { action: 'upgrade', effect: { kind: 'hang-after' } }),
    meanwhile: 'upgraded',
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'waiting',
    phase: 'waiting',
    turn: 3,
    slow: 2,
    until: async (scene) => {
      await scene.upgrade();
      await scene.reaches('waiting');
    },
    meanwhile: 'upgraded',
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'verifying',
    phase: 'verifying',
    turn: 3,
    until: async (scene) => {
      await scene.upgrade({ overrides: { soakMillis: 30_000 } });
      await scene.reaches('verifying');
    },
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'confirming',
    phase: 'confirming',
    turn: 1,
    until: async (scene) => {
      await scene.upgrade({ hold: true });
      await scene.reaches('confirming');
    },
    then: (scene) => scene.say('confirm'),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'finishing',
    phase: 'finishing',
    until: (scene) => lost(scene, { action: 'finishupgrade', effect: { kind: 'hang-after' } }),
    meanwhile: 'active',
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'before-the-finish',
    phase: 'finishing',
    until: (scene) => lost(scene, { action: 'finishupgrade', effect: { kind: 'hang-before' } }),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    name: 'rolling-back',
    phase: 'rolling-back',
    slow: 2,
    until: async (scene) => {
      await scene.fault({ action: 'rollback', effect: { kind: 'hang-after' } });
      await scene.upgrade();
      await scene.reaches('waiting');
      await scene.say('cancel');
      await scene.faultMet();
      const { service } = scene;
      await scene.stack.rancher.addFault({ method: 'GET', service, times: 0, effect: { kind: 'hang-before' } });
    },
    meanwhile: 'active',
    verdict: 'cancelled',
    actions: ['upgrade', 'rollback'],
  },
  {
    name: 'parked',
    phase: 'parked',
    turn: 1,
    until: async (scene) => {
      await scene.fault({ action: 'finishupgrade', effect: { kind: 'status', status: 403, body: 'Forbidden' } });
      await scene.upgrade();
      await scene.reaches('parked');
    },
    then: (scene) => scene.say('retry'),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
];

async function stackFor(more: Partial<Parameters<typeof Stack.start>[0]> = {}): Promise<Stack> {
  const services = MET.map(({ name, service }) => ({
    name,
    scale: 2,
    launchConfig: { imageUuid: `docker:example/${name}:1` },
    ...service,
  }));
  const behaviours = MET.flatMap(({ name, slow }) =>
    slow === undefined ? [] : [{ image: `example/${name}:${slow}`, pullMillis: SLOW_PULL }],
  );
  return Stack.start({ seed: { ...seedOf(...services), behaviours }, policy: POLICY, ...more });
}

interface Outage {
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
  readonly isRanchers?: boolean;
}

/** Brings all of them to their phases, sits the outage out, and holds each one against what has to come of it. */
async function sitOut(stack: Stack, { begin, end, isRanchers = false }: Outage): Promise<void> {
  const met = MET.map((one) => ({ ...one, scene: new Scene(stack, one.name) }));
  for (const turn of [1, 2, 3, 4])
    await Promise.all(met.filter((one) => (one.turn ?? 2) === turn).map(({ scene, until }) => until(scene)));
  expect(await Promise.all(met.map(async ({ name, scene }) => [name, await scene.phase()]))).toEqual(
    met.map(({ name, phase }) => [name, phase]),
  );

  await begin();
  if (!isRanchers) await stack.rancher.clearFaults();
  await delay(AWAY_MILLIS);
  // Rancher goes on by itself: what was posted is done, long before anybody can see it.
  for (const { meanwhile, scene } of met) if (meanwhile !== undefined) await scene.stateIs(meanwhile);
  if (isRanchers) {
    const results = met.map(async ({ name, scene }) => [name, (await scene.progress()).result?.verdict ?? 'going on']);
    expect(await Promise.all(results)).toEqual(
      met.map(({ name, isUnreachable }) => [name, isUnreachable === true ? 'unreachable' : 'going on']),
    );
  }
  await end();

  const ended = await Promise.all(
    met.map(async ({ name, scene, then }) => {
      await then?.(scene);
      const { verdict, reason } = await scene.outcome();
      return { name, verdict, actions: await scene.actions(), reason };
    }),
  );
  expect(ended).toEqual(
    MET.map(({ name, verdict, actions, isUnreachable, byHand = [] }) => ({
      name,
      ...(isRanchers && isUnreachable === true ? { verdict: 'unreachable', actions: byHand } : { verdict, actions }),
      // Not what is asked here, but what one wants to read where the rest is not so.
      reason: expect.any(String) as string,
    })),
  );
}

describe('an outage many times as long as the limits, met in every phase', () => {
  test.concurrent(
    'Rancher: what was begun goes on when it is back, and no good upgrade is rolled back',
    async () => {
      const stack = await stackFor();
      try {
        await sitOut(stack, {
          begin: () => stack.rancher.addFault({ times: 0, effect: { kind: 'refuse-all' } }),
          end: () => stack.rancher.clearFaults(),
          isRanchers: true,
        });
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );

  test.concurrent(
    'Temporal: everything goes on when it is back, and so does the command that follows',
    async () => {
      const stack = await stackFor({ ownTemporal: true });
      try {
        let watching: ReturnType<Stack['startDrover']> | undefined;
        await sitOut(stack, {
          begin: async () => {
            watching = stack.startDrover(['status', stack.alias, 'cases/waiting', '--watch']);
            await watching.saysOnStdout(/waiting: /);
            await stack.killTemporal();
          },
          end: () => stack.restartTemporal(),
        });
        const { code, stdout } = (await watching?.ended) ?? {};
        expect(code).toBe(0);
        expect(stdout).toMatch(/the connection to Temporal is lost; the deployment goes on[^]*verdict: succeeded/);
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );

  test.concurrent(
    'the worker, frozen and then woken: everything goes on',
    async () => {
      const stack = await stackFor();
      try {
        const [worker] = stack.workers;
        await sitOut(stack, {
          begin: async () => worker?.signal('SIGSTOP'),
          end: async () => worker?.signal('SIGCONT'),
        });
      } finally {
        stack.workers[0]?.signal('SIGCONT');
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );
});
