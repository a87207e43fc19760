import { DEFAULT_POLICY } from '../../decision/policy';
import type { Service } from '../support/seeds';
import { seedOf } from '../support/seeds';
import type { Deploying } from '../support/rig';
import { QUICK, Rig } from '../support/rig';

const HEALTH = { port: 80, requestLine: 'GET / HTTP/1.0', interval: 2000, healthyThreshold: 1 };
const service = (name: string, more: object = {}): Service => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: 'docker:example/app:1', ...more },
});

/** Where answers are lost and time runs out together: what must not be judged before it is known. */
// Unknown answers are waited out, several times each.
jest.setTimeout(120_000);

describe('the edges of deadlines and unknown answers', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({
      seed: seedOf(
        ...[
          'outage-over-cap',
          'endless-finish',
          'lost-then-401',
          'soak-once',
          'undone',
          'cancel-settling',
          'cancel-unsettled',
          'goes-from',
          'cancel-late',
        ].map((name) => service(name)),
        service('given-up', { healthCheck: HEALTH }),
      ),
      policy: {
        ...QUICK,
        outageLimitMillis: DEFAULT_POLICY.outageLimitMillis,
        finishLimitMillis: 3_000,
        rollbackLimitMillis: 3_000,
      },
    });
  });
  afterAll(() => rig.close());

  const begin = (name: string, more: object = {}): Promise<Deploying> =>
    rig.start({ stack: 'cases', service: name, image: 'example/app:2', ...more });
  const inRancher = (name: string): unknown => rig.simulator.world.service('Cases', 'cases', name).service['state'];
  const idOf = (name: string): string => String(rig.simulator.world.service('Cases', 'cases', name).service['id']);
  /** An action was asked for, taken or not. */
  const asked = (name: string, action: string): boolean =>
    rig.simulator.world
      .requests()
      .some(({ path }) => path.includes(`/services/${idOf(name)}/`) && path.includes(`action=${action}`));
  /** Every read and action on a service fails; answers what ends it. */
  const away = (name: string, status: number): (() => void) => {
    const { world } = rig.simulator;
    const fault = { pathIncludes: `/services/${idOf(name)}`, times: 0, effect: { kind: 'status' as const, status } };
    world.addFault(fault);
    return () => {
      const others = world.listFaults().filter((one) => one.pathIncludes !== fault.pathIncludes);
      world.clearFaults();
      for (const other of others) world.addFault(other);
    };
  };

  test.concurrent('a good upgrade whose reply was lost is finished, though the cap passed in the outage', async () => {
    const { world } = rig.simulator;
    const name = 'outage-over-cap';
    let back: (() => void) | undefined;
    world.addFault({ service: name, action: 'upgrade', effect: { kind: 'hang-after' } });
    const deploying = await begin(name, { overrides: { timeoutMillis: 4_000 } });
    await rig.eventually(() => {
      if (!rig.actions(name).includes('upgrade')) return false;
      back ??= away(name, 503);
      return true;
    });
    await rig.until(deploying, ({ events }) => events.some(({ text }) => text.includes('is not known')));
    const { startedAt } = await rig.progress(deploying);
    await rig.eventually(() => Date.now() - startedAt > 8_000 && inRancher(name) === 'upgraded');
    back?.();
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', rounds: 1 });
    expect(rig.actions(name)).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('a finish that Rancher never takes parks, and goes on when it does', async () => {
    const { world } = rig.simulator;
    const name = 'endless-finish';
    world.addFault({ service: name, action: 'finishupgrade', times: 0, effect: { kind: 'status', status: 502 } });
    const deploying = await begin(name);
    const parked = await rig.until(deploying, ({ phase }) => phase === 'parked');
    expect(parked.attention).toContain('Rancher does not take the finish');
    const others = world.listFaults().filter((one) => one.service !== name);
    world.clearFaults();
    for (const other of others) world.addFault(other);
    await deploying.executeUpdate('retry');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
    expect(rig.actions(name)).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('a lost reply and then a key that is refused: parked, not "nothing was changed"', async () => {
    const { world } = rig.simulator;
    const name = 'lost-then-401';
    let back: (() => void) | undefined;
    world.addFault({ service: name, action: 'upgrade', effect: { kind: 'hang-after' } });
    const deploying = await begin(name);
    await rig.eventually(() => {
      if (!rig.actions(name).includes('upgrade')) return false;
      back ??= away(name, 503);
      return true;
    });
    await deploying.executeUpdate('retry');
    back?.();
    back = away(name, 401);
    await rig.until(deploying, ({ phase }) => phase === 'parked');
    back();
    await deploying.executeUpdate('retry');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', rounds: 1 });
    expect(rig.actions(name)).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('cancel of a parked rollback tries once more, and ends', async () => {
    const { world } = rig.simulator;
    const name = 'given-up';
    world.addBehaviour({ image: 'example/app:2', neverHealthy: true });
    const deploying = await begin(name);
    await rig.until(deploying, ({ phase }) => phase === 'waiting');
    world.addFault({ service: name, action: 'rollback', times: 0, effect: { kind: 'status', status: 502 } });
    await rig.until(deploying, ({ phase }) => phase === 'parked');
    await deploying.executeUpdate('cancel');
    const result = await deploying.result();
    expect(result).toMatchObject({ verdict: 'needs-attention' });
    expect(result.reason).toContain('given up, as asked');
  });

  test.concurrent('what a person confirmed is not watched a second time', async () => {
    const name = 'soak-once';
    const deploying = await begin(name, { hold: true, overrides: { soakMillis: 3_000 } });
    await rig.until(deploying, ({ phase }) => phase === 'confirming');
    await deploying.executeUpdate('confirm', { args: [{ by: 'jane' }] });
    const { timeline } = await deploying.result();
    const spent = timeline.filter(({ phase }) => phase === 'verifying').map(({ from, to }) => to - from);
    expect(spent).toHaveLength(2);
    expect(spent[0]).toBeGreaterThanOrEqual(3_000);
    expect(spent[1]).toBeLessThan(2_000);
  });

  test.concurrent(
    'an upgrade that was taken and rolled back by hand before its reply was known is not posted again',
    async () => {
      const { world } = rig.simulator;
      const name = 'undone';
      world.addFault({ service: name, action: 'upgrade', effect: { kind: 'hang-after' } });
      let back: (() => void) | undefined;
      const deploying = await begin(name);
      await rig.eventually(() => {
        if (!rig.actions(name).includes('upgrade')) return false;
        back ??= away(name, 503);
        return true;
      });
      await world.act({ project: 'Cases', stack: 'cases', service: name, action: 'rollback' });
      await rig.eventually(() => inRancher(name) === 'active');
      back?.();
      const result = await deploying.result();
      expect(result).toMatchObject({ verdict: 'interfered' });
      expect(rig.actions(name)).toEqual(['upgrade']);
    },
  );

  test.concurrent("a cancel while somebody's pending upgrade is rolled back says so", async () => {
    const { world } = rig.simulator;
    const name = 'cancel-settling';
    const by = { project: 'Cases', stack: 'cases', service: name };
    const body = { inServiceStrategy: { batchSize: 1, launchConfig: { imageUuid: 'docker:example/app:9' } } };
    await world.act({ ...by, action: 'upgrade', body });
    await rig.eventually(() => inRancher(name) === 'upgraded');
    world.addFault({ service: name, action: 'rollback', effect: { kind: 'delay', millis: 700 } });
    const deploying = await begin(name);
    await rig.eventually(() => asked(name, 'rollback'));
    await deploying.executeUpdate('cancel', { args: [{ by: 'jane' }] });
    const result = await deploying.result();
    expect(result).toMatchObject({ verdict: 'cancelled', state: 'active' });
    expect(result.reason).toContain('what somebody else had left pending was rolled back');
  });

  test.concurrent('what it goes from is what it would go back to, once another upgrade was rolled back', async () => {
    const { world } = rig.simulator;
    const name = 'goes-from';
    const body = { inServiceStrategy: { batchSize: 1, launchConfig: { imageUuid: 'docker:example/app:9' } } };
    await world.act({ project: 'Cases', stack: 'cases', service: name, action: 'upgrade', body });
    await rig.eventually(() => inRancher(name) === 'upgraded');
    const { verdict, images } = await (await begin(name)).result();
    expect({ verdict, images }).toEqual({
      verdict: 'succeeded',
      images: [{ config: 'primary', from: 'example/app:1', to: 'example/app:2' }],
    });
  });

  test.concurrent('a cancel while that is under way waits until it cannot come any more', async () => {
    const { world } = rig.simulator;
    const name = 'cancel-late';
    const by = { project: 'Cases', stack: 'cases', service: name };
    const body = { inServiceStrategy: { batchSize: 1, launchConfig: { imageUuid: 'docker:example/app:9' } } };
    await world.act({ ...by, action: 'upgrade', body });
    await rig.eventually(() => inRancher(name) === 'upgraded');
    // Rancher takes it after the request was given up.
    world.addFault({ service: name, action: 'rollback', effect: { kind: 'delay', millis: 3_000 } });
    const deploying = await begin(name);
    await rig.eventually(() => asked(name, 'rollback'));
    await deploying.executeUpdate('cancel', { args: [{ by: 'jane' }] });
    expect(await deploying.result()).toMatchObject({ verdict: 'cancelled', state: 'active' });
  });

  test.concurrent('a cancel before that was taken does not claim it', async () => {
    const { world } = rig.simulator;
    const name = 'cancel-unsettled';
    const by = { project: 'Cases', stack: 'cases', service: name };
    const body = { inServiceStrategy: { batchSize: 1, launchConfig: { imageUuid: 'docker:example/app:9' } } };
    await world.act({ ...by, action: 'upgrade', body });
    await rig.eventually(() => inRancher(name) === 'upgraded');
    world.addFault({ service: name, action: 'rollback', times: 0, effect: { kind: 'status', status: 429 } });
    const deploying = await begin(name);
    await rig.eventually(() => asked(name, 'rollback'));
    await deploying.executeUpdate('cancel', { args: [{ by: 'jane' }] });
    const result = await deploying.result();
    expect(result).toMatchObject({ verdict: 'cancelled', state: 'upgraded' });
    expect(result.reason).toContain('nothing of this deployment was posted');
    expect(result.reason).not.toContain('was rolled back');
    expect(rig.actions(name)).toEqual([]);
  });
});
