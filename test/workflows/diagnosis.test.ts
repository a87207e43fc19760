import type { Case } from './scene';
import { HEALTH_CHECK, ONE_BATCH, runCases } from './scene';

const SECRET = 'canary-7c1d9e55';

const CASES: readonly Case[] = [
  {
    title: 'names the container that cannot start, with Rancher’s words, though the rollback took it away',
    service: { launchConfig: { environment: { PASSWORD: SECRET } } },
    run: async (one) => {
      one.behave(2, { startFails: true });
      const { verdict, diagnosis } = await one.deploy();
      expect(verdict).toBe('rolled-back');
      expect(diagnosis?.containers[0]).toMatchObject({ config: 'primary', isNew: true });
      expect(diagnosis?.containers[0]?.message ?? diagnosis?.message).toMatch(/\w/);
      expect(diagnosis?.serviceLog.map(({ text }) => text)).toEqual(
        expect.arrayContaining([expect.stringMatching(/\w/)]),
      );
      expect(JSON.stringify(diagnosis)).not.toContain(SECRET);
    },
  },
  {
    title: 'names it while it waits, and also where Rancher has taken it away when it is looked for',
    run: async (one) => {
      one.behave(2, { startFails: true });
      const deploying = await one.start();
      const { diagnosis: seen } = await one.rig.until(deploying, ({ diagnosis }) => diagnosis !== null);
      expect(seen?.containers[0]).toMatchObject({ isNew: true, seenAt: null });
      const none = JSON.stringify({ type: 'collection', resourceType: 'instance', data: [] });
      one.fault({ pathIncludes: '/instances', times: 0, effect: { kind: 'status', status: 200, body: none } });
      await one.until(deploying, 'rolling-back');
      const { diagnosis } = await one.rig.progress(deploying);
      expect(diagnosis?.containers[0]).toMatchObject({ state: 'error', isNew: true });
      expect(diagnosis?.containers[0]?.seenAt).toEqual(expect.any(Number));
      expect(diagnosis?.containers[0]?.message).toMatch(/compute\.instance\.activate/);
      await deploying.signal('cancel');
    },
  },
  {
    title: 'names the container that never gets healthy',
    service: { launchConfig: { healthCheck: HEALTH_CHECK } },
    run: async (one) => {
      one.behave(2, { neverHealthy: true });
      const { verdict, diagnosis } = await one.deploy();
      expect(verdict).toBe('rolled-back');
      expect(diagnosis?.containers.some(({ healthState }) => healthState !== 'healthy')).toBe(true);
    },
  },
  {
    title: 'is not asked for where nothing is wrong, or a person rolled it back',
    run: async (one) => {
      const good = await one.deploy();
      expect([good.verdict, good.diagnosis]).toEqual(['succeeded', null]);
      one.behave(3, { pullMillis: 60_000 });
      const deploying = await one.start({ image: one.image(3) });
      await one.rig.until(deploying, ({ phase }) => phase === 'waiting');
      await deploying.signal('rollback', { by: 'jane', why: 'wrong version' });
      const back = await deploying.result();
      expect([back.verdict, back.diagnosis]).toEqual(['rolled-back', null]);
    },
  },
];

/** These wait for what fails to come up. */
const PATIENT: readonly Case[] = [
  {
    title: 'is forgotten when what failed came up all the same',
    run: async (one) => {
      one.behave(2, { startFails: true });
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.rig.until(deploying, ({ diagnosis }) => diagnosis !== null);
      one.behaveAgain(2);
      const { diagnosis } = await one.rig.until(deploying, ({ phase }) => phase === 'confirming');
      expect(diagnosis).toBeNull();
      await deploying.signal('cancel');
    },
  },
];

describe('a diagnosis', () => {
  runCases(CASES);
});

describe('what was seen to fail', () => {
  runCases(PATIENT, { policy: { stallLimitMillis: 60_000 } });
});
