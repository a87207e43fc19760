import type { Phase } from '../../decision/phase';
import type { Verdict } from '../../decision/verdict';
import type { Behaviour } from '../../simulator/world-seed';
import type { Service } from '../support/seeds';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { Scene } from './scene';

const LIMIT_MILLIS = 180_000;
const UPGRADE = ['upgrade', 'finishupgrade'];
/** Rancher takes seconds for it: at twenty times its speed. */
const SLOW_PULL = 80_000;

/** An upgrade that is not recognised as our own is not adopted for its image either, but rolled back. */
const NOT_ADOPTED = { redeploy: true };

/** The worker is killed with -9 in a phase that the query `progress` shows, and another one started. */
interface Kill {
  readonly title: string;
  readonly phase: Phase;
  readonly service?: Partial<Service>;
  readonly behaviours?: readonly Behaviour[];
  readonly policy?: Readonly<Record<string, string>>;
  /** From the start of the deployment to the moment of the kill. */
  readonly until: (scene: Scene) => Promise<void>;
  /** Seen in Rancher's journal right after the kill. */
  readonly accepted?: readonly string[];
  /** What a person does once the new worker runs. */
  readonly then?: (scene: Scene) => Promise<void>;
  readonly verdict: Verdict;
  readonly actions: readonly string[];
  /** The activity that was under way: its second attempt, after the heartbeats ended, has to be in the history. */
  readonly retried?: string;
}

const KILLS: readonly Kill[] = [
  {
    title: 'resolving, while it looks the stack up',
    phase: 'resolving',
    policy: { reachLimit: '2m' },
    until: async (scene) => {
      await scene.stack.rancher.addFault({ method: 'GET', pathIncludes: '/stacks', effect: { kind: 'hang-before' } });
      await scene.upgrade();
      await scene.faultMet();
    },
    accepted: [],
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'resolveTarget',
  },
  {
    title: "settling, after somebody else's upgrade was rolled back and before that was heard",
    phase: 'settling',
    service: { state: 'upgraded', pendingLaunchConfig: { imageUuid: 'docker:example/web:9' } },
    until: async (scene) => {
      await scene.fault({ action: 'rollback', effect: { kind: 'hang-after' } });
      await scene.upgrade();
      await scene.faultMet();
    },
    accepted: ['rollback'],
    verdict: 'succeeded',
    actions: ['rollback', ...UPGRADE],
    retried: 'settlePending',
  },
  {
    title: 'upgrading, after Rancher took the POST and before its answer',
    phase: 'upgrading',
    until: async (scene) => {
      await scene.fault({ action: 'upgrade', effect: { kind: 'hang-after' } });
      await scene.upgrade(NOT_ADOPTED);
      await scene.faultMet();
      await scene.accepted('upgrade');
    },
    accepted: ['upgrade'],
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'postUpgrade',
  },
  {
    title: 'upgrading, before a POST under way had its effect, which comes after the death',
    phase: 'upgrading',
    until: async (scene) => {
      await scene.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 1_800 } });
      await scene.upgrade(NOT_ADOPTED);
      await scene.faultMet();
    },
    accepted: [],
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'postUpgrade',
  },
  {
    title: 'upgrading, with a POST that never arrives',
    phase: 'upgrading',
    until: async (scene) => {
      await scene.fault({ action: 'upgrade', effect: { kind: 'hang-before' } });
      await scene.upgrade(NOT_ADOPTED);
      await scene.faultMet();
    },
    accepted: [],
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'postUpgrade',
  },
  {
    title: 'waiting, in a durable timer',
    phase: 'waiting',
    behaviours: [{ image: 'example/web:2', pullMillis: SLOW_PULL }],
    until: async (scene) => {
      await scene.upgrade();
      await scene.reaches('waiting');
    },
    accepted: ['upgrade'],
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    title: 'waiting, while it reads the service',
    phase: 'waiting',
    behaviours: [{ image: 'example/web:2', pullMillis: SLOW_PULL }],
    until: async (scene) => {
      await scene.upgrade();
      await scene.reaches('waiting');
      await scene.fault({ method: 'GET', effect: { kind: 'hang-before' } });
      await scene.faultMet();
    },
    accepted: ['upgrade'],
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'readService',
  },
  {
    title: 'verifying, while it watches the new containers',
    phase: 'verifying',
    until: async (scene) => {
      await scene.upgrade({ overrides: { soakMillis: 4_000 } });
      await scene.reaches('verifying');
      await scene.fault({ method: 'GET', effect: { kind: 'hang-before' } });
      await scene.faultMet();
    },
    accepted: ['upgrade'],
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'readService',
  },
  {
    title: 'confirming: the person who confirms meets the next worker',
    phase: 'confirming',
    until: async (scene) => {
      await scene.upgrade({ hold: true });
      await scene.reaches('confirming');
    },
    accepted: ['upgrade'],
    then: (scene) => scene.say('confirm'),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
  {
    title: 'finishing, after Rancher took the finish and before its answer',
    phase: 'finishing',
    until: async (scene) => {
      await scene.fault({ action: 'finishupgrade', effect: { kind: 'hang-after' } });
      await scene.upgrade();
      await scene.faultMet();
      await scene.accepted('finishupgrade');
    },
    accepted: UPGRADE,
    verdict: 'succeeded',
    actions: UPGRADE,
    retried: 'finishUpgrade',
  },
  {
    title: 'rolling back, after Rancher took the rollback and before its answer',
    phase: 'rolling-back',
    behaviours: [{ image: 'example/web:2', pullMillis: SLOW_PULL }],
    until: async (scene) => {
      await scene.fault({ action: 'rollback', effect: { kind: 'hang-after' } });
      await scene.upgrade();
      await scene.reaches('waiting');
      await scene.say('cancel');
      await scene.faultMet();
      await scene.accepted('rollback');
    },
    accepted: ['upgrade', 'rollback'],
    verdict: 'cancelled',
    actions: ['upgrade', 'rollback'],
    retried: 'rollBackUpgrade',
  },
  {
    title: 'parked: the person who mends it meets the next worker',
    phase: 'parked',
    until: async (scene) => {
      await scene.fault({ action: 'finishupgrade', effect: { kind: 'status', status: 403, body: 'Forbidden' } });
      await scene.upgrade();
      await scene.reaches('parked');
    },
    accepted: ['upgrade'],
    then: (scene) => scene.say('retry'),
    verdict: 'succeeded',
    actions: UPGRADE,
  },
];

describe('the worker killed with -9', () => {
  test.concurrent.each(KILLS)(
    '$title',
    async ({ phase, service, behaviours, policy = {}, until, accepted, then, verdict, actions, retried }) => {
      const stack = await Stack.start({
        seed: {
          ...seedOf({ name: 'web', scale: 2, launchConfig: { imageUuid: 'docker:example/web:1' }, ...service }),
          ...(behaviours === undefined ? {} : { behaviours: [...behaviours] }),
        },
        policy,
      });
      try {
        const scene = new Scene(stack, 'web');
        await until(scene);
        expect(await scene.phase()).toBe(phase);
        expect(await stack.killWorker('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
        if (accepted !== undefined) expect(await scene.actions()).toEqual(accepted);

        await stack.startWorker();
        await then?.(scene);
        expect(await scene.outcome()).toMatchObject({ verdict });
        expect(await scene.actions()).toEqual(actions);
        if (retried === undefined) return;
        expect(await scene.attempts(retried)).toContainEqual({ attempt: 2, timedOutBy: 'TIMEOUT_TYPE_HEARTBEAT' });
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );

  test.concurrent(
    'one of two: the other one goes on by itself',
    async () => {
      const launchConfig = { imageUuid: 'docker:example/web:1' };
      const stack = await Stack.start({ seed: seedOf({ name: 'web', scale: 2, launchConfig }), workers: 2 });
      try {
        const scene = new Scene(stack, 'web');
        await scene.fault({ action: 'upgrade', effect: { kind: 'hang-after' } });
        await scene.upgrade(NOT_ADOPTED);
        await scene.faultMet();
        const pid = await scene.workerAtWork();
        const worker = stack.workers.find((one) => one.pid === pid);
        expect(await worker?.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
        expect(await scene.outcome()).toMatchObject({ verdict: 'succeeded' });
        expect(await scene.actions()).toEqual(UPGRADE);
        expect(await scene.attempts('postUpgrade')).toEqual([{ attempt: 2, timedOutBy: 'TIMEOUT_TYPE_HEARTBEAT' }]);
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );
});
