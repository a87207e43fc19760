import type { Service } from '../support/seeds';
import { seedOf } from '../support/seeds';
import type { Deploying } from '../support/rig';
import { QUICK, Rig } from '../support/rig';

const HEALTH = { port: 80, requestLine: 'GET / HTTP/1.0', interval: 2000, healthyThreshold: 1 };
const service = (name: string): Service => ({
  name,
  scale: 1,
  launchConfig: {
    imageUuid: 'docker:example/app:1',
    environment: { PASSWORD: 'canary-0f1e2d3c' },
    ...(name === 'outlasts' ? { healthCheck: HEALTH } : {}),
  },
});
const NAMES = ['hangs', 'refused', 'nobody', 'outlasts', 'held-parked', 'carried', 'mended-by-hand'] as const;
/** The limit of a deployment that outlasts it while it is parked, milliseconds. */
const TIME_LIMIT = 10_000;

jest.setTimeout(120_000);

describe('a deployment that cannot go on by itself', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({
      seed: seedOf(...NAMES.map(service)),
      policy: {
        ...QUICK,
        stallLimitMillis: 20_000,
        rollbackLimitMillis: 4_000,
        parkLimitMillis: 60_000,
        confirmLimitMillis: 60_000,
      },
    });
  });
  afterAll(() => rig.close());

  const begin = (name: (typeof NAMES)[number], more: object = {}): Promise<Deploying> =>
    rig.start({ stack: 'cases', service: name, image: 'example/app:2', ...more });
  const isParked = ({ phase }: { phase: string }): boolean => phase === 'parked';
  const idOf = (name: string): string =>
    `/services/${String(rig.simulator.world.service('Cases', 'cases', name).service['id'])}`;
  /** Every request about a service is answered so; answers what ends it. */
  const answered = (name: string, status: number, action?: string): (() => void) => {
    const { world } = rig.simulator;
    const fault = {
      pathIncludes: idOf(name),
      ...(action === undefined ? {} : { action }),
      times: 0,
      effect: { kind: 'status' as const, status },
      probability: 1,
    };
    world.addFault(fault);
    return () => {
      fault.probability = 0;
    };
  };
  const memoOf = async (deploying: Deploying): Promise<unknown> => (await deploying.describe()).memo?.['attention'];

  test.concurrent(
    'says what was tried when the rollback hangs, in the query, the memo and the current details',
    async () => {
      const deploying = await begin('hangs', { hold: true });
      await rig.until(deploying, ({ phase }) => phase === 'confirming');
      const back = answered('hangs', 502, 'rollback');
      await deploying.executeUpdate('rollback', { args: [{ by: 'jane' }] });
      const { person, attention } = await rig.until(deploying, isParked);
      expect(attention).toMatch(/^the former configuration does not come back: the service is upgraded/);
      expect(person).toMatchObject({
        kind: 'parked',
        reason: attention,
        commands: [
          { command: `drover retry ${rig.alias} cases/hangs`, does: 'goes on where it stopped' },
          { command: `drover cancel ${rig.alias} cases/hangs` },
        ],
        rancherUrl: expect.stringContaining('/services/') as unknown,
      });
      const [rollback] = person?.tried.filter(({ what }) => what === 'rollback') ?? [];
      // Sent again as soon as the one before cannot be under way any more; and what Rancher said to the last of them.
      expect(rollback?.times).toBeGreaterThanOrEqual(2);
      expect(rollback?.said).toContain('502');
      expect(rollback?.lastAt).toBeGreaterThan(rollback?.firstAt ?? Infinity);
      expect(person?.until).toBe((person?.since ?? 0) + 60_000);

      expect(await memoOf(deploying)).toMatchObject({
        kind: 'parked',
        reason: attention,
        commands: [expect.stringContaining('drover retry'), expect.stringContaining('drover cancel')],
      });
      const { currentDetails } = await deploying.query<{ currentDetails: string }>('__temporal_workflow_metadata');
      expect(currentDetails).toContain(`\`drover retry ${rig.alias} cases/hangs\`: goes on where it stopped`);
      expect(currentDetails).toMatch(/tried rollback: \d+ times, from \S+Z to \S+Z; the last answer: .*502/);
      expect(currentDetails + JSON.stringify(person)).not.toContain('canary');

      back();
      await deploying.executeUpdate('retry');
      await expect(deploying.result()).resolves.toMatchObject({ verdict: 'rolled-back', tried: [] });
      expect(await memoOf(deploying)).toBeUndefined();
      expect(rig.actions('hangs')).toEqual(['upgrade', 'rollback']);
    },
  );

  test.concurrent('ends with what was tried and what to do now when it is given up', async () => {
    const deploying = await begin('nobody', { hold: true });
    await rig.until(deploying, ({ phase }) => phase === 'confirming');
    const back = answered('nobody', 403, 'rollback');
    await deploying.executeUpdate('rollback');
    await rig.until(deploying, isParked);
    await deploying.executeUpdate('cancel', { args: [{ by: 'jane' }] });
    const result = await deploying.result();
    back();
    expect(result).toMatchObject({
      verdict: 'needs-attention',
      reason: expect.stringMatching(/403.*given up, as asked/) as unknown,
      tried: [{ what: 'rollback', times: 2, said: expect.stringContaining('403') as unknown }],
    });
    expect(result.nextStep).toContain(`drover orphans ${rig.alias}`);
    expect(result.nextStep).toContain(`drover upgrade ${rig.alias} cases/nobody …`);
    expect(result.nextStep).not.toContain('retry');
    expect(await memoOf(deploying)).toMatchObject({ kind: 'ended', since: result.endedAt, until: null });
  });

  test.concurrent('is not late for having been parked longer than it may take', async () => {
    const { world } = rig.simulator;
    const image = 'example/app:outlasts';
    world.addBehaviour({ image, neverHealthy: true });
    const deploying = await begin('outlasts', { image, overrides: { timeoutMillis: TIME_LIMIT } });
    await rig.eventually(() => rig.actions('outlasts').includes('upgrade'));
    const back = answered('outlasts', 401);
    const { startedAt } = await rig.until(deploying, isParked);
    await rig.eventually(() => Date.now() - startedAt > TIME_LIMIT + 1_000);
    world.resetRequests();
    back();
    await deploying.executeUpdate('retry');
    // It has read that the containers are not there yet before they come.
    await rig.eventually(() =>
      world.requests().some(({ path, status }) => path.includes(idOf('outlasts')) && status === 200),
    );
    await rig.until(deploying, ({ phase }) => phase !== 'parked');
    world.removeBehaviour(image);
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded', rounds: 1 });
    expect(rig.actions('outlasts')).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent(
    'and was held before is held again after a retry: the time it was parked is not the confirmer’s',
    async () => {
      const deploying = await begin('held-parked', { hold: true });
      const { person: before } = await rig.until(deploying, ({ phase }) => phase === 'confirming');
      const back = answered('held-parked', 401);
      const { person: parked } = await rig.until(deploying, isParked);
      back();
      await deploying.executeUpdate('retry');
      const { person: again } = await rig.until(deploying, ({ phase }) => phase === 'confirming');
      expect(again).toEqual({ ...before, until: expect.any(Number) as number });
      expect(again?.until).toBeGreaterThan(before?.until ?? Infinity);
      expect(parked).toMatchObject({ kind: 'parked' });
      expect(await memoOf(deploying)).toMatchObject({ kind: 'held', until: again?.until });
      await deploying.executeUpdate('confirm');
      await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
    },
  );

  test.concurrent(
    'is told that it succeeded, not that nothing was touched, where only a pending upgrade had to go',
    async () => {
      const body = { inServiceStrategy: { batchSize: 1, launchConfig: { imageUuid: 'docker:example/app:9' } } };
      const by = { project: 'Cases', stack: 'cases', service: 'carried' };
      await rig.simulator.world.act({ ...by, action: 'upgrade', body });
      await rig.eventually(
        () => rig.simulator.world.service('Cases', 'cases', 'carried').service['state'] === 'upgraded',
      );
      const result = await rig.deploy({ stack: 'cases', service: 'carried', image: 'example/app:1' });
      expect(result).toMatchObject({ verdict: 'succeeded', rounds: 0, state: 'active' });
      expect(result.reason).toMatch(/^what somebody else had left pending was rolled back; with that the service runs/);
      expect(rig.actions('carried')).toEqual(['rollback']);
    },
  );

  test.concurrent('goes on to its verdict when a person has mended the service by hand', async () => {
    const deploying = await begin('mended-by-hand', { hold: true });
    await rig.until(deploying, ({ phase }) => phase === 'confirming');
    const back = answered('mended-by-hand', 403, 'rollback');
    await deploying.executeUpdate('rollback', { args: [{ by: 'jane', why: 'slow' }] });
    await rig.until(deploying, isParked);
    const by = { project: 'Cases', stack: 'cases', service: 'mended-by-hand' };
    await rig.simulator.world.act({ ...by, action: 'rollback' });
    back();
    await deploying.executeUpdate('retry');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'rolled-back', state: 'active' });
    expect(rig.actions('mended-by-hand')).toEqual(['upgrade']);
  });
});
