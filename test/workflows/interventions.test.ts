import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Acknowledgement, InterventionName, Progress } from '../../workflows/contract';
import type { Service } from '../support/seeds';
import { seedOf } from '../support/seeds';
import type { Deploying } from '../support/rig';
import { Rig } from '../support/rig';

const service = (name: string, image = 'docker:example/app:1'): Service => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: image },
});

const NAMES = [
  'cancel-waiting',
  'signal-cancel',
  'odd-signals',
  'rollback-waiting',
  'retry-waiting',
  'retry-twice',
  'cancel-retrying',
  'confirm-early',
  'hold-confirm',
  'hold-rollback',
  'temporal-cancel',
  'cancel-finishing',
  'cancel-restoring',
  'cancel-settling',
  'cancel-resolving',
  'too-many-retries',
  'over',
];

describe('people step in', () => {
  let rig: Rig;
  beforeAll(async () => {
    // Slow enough to be met in each phase: a container step takes half a second.
    rig = await Rig.start({ seed: seedOf(...NAMES.map((name) => service(name))), speed: 2 });
  });
  afterAll(() => rig.close());

  const begin = (name: string, more: object = {}): Promise<Deploying> =>
    rig.start({ stack: 'cases', service: name, image: 'example/app:2', ...more });
  const say = (deploying: Deploying, message: InterventionName): Promise<Acknowledgement> =>
    deploying.executeUpdate<Acknowledgement, [{ by: string; why: string }]>(message, {
      args: [{ by: 'jane', why: 'a test' }],
    });
  const waiting = (deploying: Deploying): Promise<unknown> => rig.until(deploying, ({ phase }) => phase === 'waiting');

  test.concurrent('cancel while Rancher replaces containers restores, and the verdict says who', async () => {
    const deploying = await begin('cancel-waiting');
    await waiting(deploying);
    const asked = Date.now();
    await expect(say(deploying, 'cancel')).resolves.toEqual({
      phase: 'waiting',
      meaning: 'restores the former configuration, proves it, and ends',
    });
    expect(Date.now() - asked).toBeLessThan(1_000);
    const result = await deploying.result();
    expect(result).toMatchObject({ verdict: 'cancelled', state: 'active' });
    expect(result.reason).toContain('cancel by jane (a test)');
    expect(rig.actions('cancel-waiting')).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent('as a signal it means the same', async () => {
    const deploying = await begin('signal-cancel');
    await waiting(deploying);
    await deploying.signal('cancel', { by: 'jane' });
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'cancelled' });
  });

  test.concurrent('a message that comes twice under one id counts once', async () => {
    const deploying = await begin('retry-twice');
    await waiting(deploying);
    const message = { by: 'jane', id: 'the-same' };
    await deploying.executeUpdate('retry', { args: [message] });
    await rig.until(deploying, ({ phase, round }) => phase === 'waiting' && round === 2);
    await deploying.signal('retry', message);
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', rounds: 2 });
  });

  test.concurrent("odd payloads of Temporal Web's form do no harm", async () => {
    const deploying = await begin('odd-signals');
    await waiting(deploying);
    for (const odd of [null, 7, 'confirm it', ['x'], { by: 3, why: {} }, { nobody: true }])
      await deploying.signal('confirm', odd);
    await deploying.signal('confirm');
    const { events } = await rig.progress(deploying);
    expect(events.filter(({ text }) => text.includes('is refused: nothing to confirm'))).toHaveLength(7);
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
  });

  test.concurrent('rollback while Rancher replaces containers ends as rolled-back', async () => {
    const deploying = await begin('rollback-waiting');
    await waiting(deploying);
    await say(deploying, 'rollback');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'rolled-back', state: 'active' });
    expect(rig.actions('rollback-waiting')).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent('retry while Rancher replaces containers rolls back and upgrades again', async () => {
    const deploying = await begin('retry-waiting');
    await waiting(deploying);
    await say(deploying, 'retry');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', rounds: 2 });
    expect(rig.actions('retry-waiting')).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
  });

  test.concurrent('a cancel while it restores for a retry ends it: it does not upgrade again', async () => {
    const deploying = await begin('cancel-retrying');
    await waiting(deploying);
    await say(deploying, 'retry');
    const restoring = await rig.until(deploying, ({ phase }) => phase === 'rolling-back');
    expect(restoring.next).toContain('then upgrade again');
    await say(deploying, 'cancel');
    const result = await deploying.result();
    expect(result).toMatchObject({ verdict: 'cancelled', state: 'active' });
    expect(result.reason).toContain('the former configuration is proven to run');
    expect(rig.actions('cancel-retrying')).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent(
    'retries are bounded: the last upgrade is not given up for one more, which is refused and says why',
    async () => {
      const deploying = await begin('too-many-retries');
      const waitsIn = (last: number): Promise<Progress> =>
        rig.until(deploying, ({ phase, round }) => phase === 'waiting' && round === last);
      for (const round of [1, 2]) {
        expect((await waitsIn(round)).next).toContain('`retry`');
        await say(deploying, 'retry');
      }
      const { next, maxRounds } = await waitsIn(3);
      expect(maxRounds).toBe(3);
      expect(next).not.toContain('`retry`');
      const refusal = expect.stringContaining(
        'retry is refused in phase waiting: no upgrade is left: 3 of 3',
      ) as unknown;
      await expect(say(deploying, 'retry')).rejects.toMatchObject({ cause: { message: refusal } });
      await deploying.signal('retry', { by: 'jane' });
      await rig.until(deploying, ({ events }) =>
        events.some(({ text }) => text.startsWith('retry by jane is refused: no upgrade is left: 3 of 3')),
      );
      await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', rounds: 3 });
    },
  );

  test.concurrent('confirm before there is anything to confirm is refused with the reason', async () => {
    const deploying = await begin('confirm-early');
    await waiting(deploying);
    await expect(say(deploying, 'confirm')).rejects.toThrow(WorkflowUpdateFailedError);
    await expect(say(deploying, 'confirm')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('refused in phase waiting: nothing to confirm') as unknown },
    });
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
  });

  test.concurrent('a held deployment waits, verified, until somebody confirms', async () => {
    const deploying = await begin('hold-confirm', { hold: true });
    const held = await rig.until(deploying, ({ phase }) => phase === 'confirming');
    expect(held).toMatchObject({ state: 'upgraded', attention: 'verified, and held as asked' });
    await expect(say(deploying, 'retry')).rejects.toThrow();
    await say(deploying, 'confirm');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', state: 'active' });
    expect(rig.actions('hold-confirm')).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('a held deployment that is not wanted goes back', async () => {
    const deploying = await begin('hold-rollback', { hold: true });
    await rig.until(deploying, ({ phase }) => phase === 'confirming');
    await say(deploying, 'rollback');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'rolled-back', state: 'active' });
  });

  test.concurrent("Temporal's own cancellation restores too", async () => {
    const deploying = await begin('temporal-cancel');
    await waiting(deploying);
    await deploying.cancel();
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'cancelled', state: 'active' });
    expect(rig.actions('temporal-cancel')).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent('once the finish was sent there is no way back', async () => {
    rig.simulator.world.addFault({
      service: 'cancel-finishing',
      action: 'finishupgrade',
      effect: { kind: 'delay', millis: 1_500 },
    });
    const deploying = await begin('cancel-finishing');
    await rig.until(deploying, ({ phase }) => phase === 'finishing');
    for (const message of ['cancel', 'rollback'] as const)
      await expect(say(deploying, message)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('no way back') as unknown },
      });
    await deploying.cancel();
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
    expect(rig.actions('cancel-finishing')).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('a cancel during a rollback is answered: already restoring', async () => {
    const deploying = await begin('cancel-restoring');
    await waiting(deploying);
    await say(deploying, 'rollback');
    await rig.until(deploying, ({ phase }) => phase === 'rolling-back');
    await expect(say(deploying, 'cancel')).resolves.toMatchObject({
      meaning: 'already restoring the former configuration; then it ends',
    });
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'rolled-back' });
    expect(rig.actions('cancel-restoring')).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent('cancel while the service is busy ends at once and changes nothing', async () => {
    const press = { project: 'Cases', stack: 'cases', service: 'cancel-settling' };
    const body = { inServiceStrategy: { batchSize: 1, launchConfig: { imageUuid: 'docker:example/app:9' } } };
    rig.simulator.world.addBehaviour({ image: 'example/app:9', neverHealthy: true, startFails: true });
    await rig.simulator.world.act({ ...press, action: 'upgrade', body });
    const deploying = await begin('cancel-settling');
    await rig.until(deploying, ({ phase }) => phase === 'settling');
    await say(deploying, 'cancel');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'cancelled', state: 'upgrading' });
    expect(rig.actions('cancel-settling')).toEqual([]);
  });

  test.concurrent('cancel while Rancher cannot be reached ends at once, before anything was posted', async () => {
    rig.beforeLookup = async (name) => {
      if (name === 'cancel-resolving')
        rig.simulator.world.addFault({ pathIncludes: name, times: 0, effect: { kind: 'status', status: 503 } });
    };
    const deploying = await begin('cancel-resolving');
    await rig.eventually(() =>
      rig.simulator.world.requests().some(({ path, status }) => path.includes('cancel-resolving') && status === 503),
    );
    await say(deploying, 'cancel');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'cancelled' });
    expect(rig.actions('cancel-resolving')).toEqual([]);
  });

  test.concurrent('what is over says so', async () => {
    const deploying = await begin('over');
    await deploying.result();
    await expect(say(deploying, 'cancel')).rejects.toThrow();
  });
});
