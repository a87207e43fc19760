import type { JsonObject } from '../../simulator/world-seed';
import type { Case, Scene } from './scene';
import { eventually, HEALTH_CHECK, ONE_BATCH, runCases } from './scene';

const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];
const LABEL = 'io.drover.deployment';

const labelOf = (config: JsonObject | undefined): unknown => (config?.['labels'] as JsonObject | undefined)?.[LABEL];

const SIDEKICKS: JsonObject[] = [
  { name: 'logger', imageUuid: 'docker:example/logger:1' },
  { name: 'proxy', imageUuid: 'docker:example/proxy:1' },
];

const sidekicks: Case[] = [
  {
    title: 'one sidekick: the primary and the other sidekick stay untouched',
    service: { secondaryLaunchConfigs: SIDEKICKS },
    run: async (one) => {
      const before = one.versions;
      const result = await one.deploySettings({ sidekicks: { logger: 'example/logger:2' }, overrides: ONE_BATCH });
      expect(result).toMatchObject({
        verdict: 'succeeded',
        images: [{ config: 'logger', from: 'example/logger:1', to: 'example/logger:2' }],
      });
      expect(one.posted[0]).not.toHaveProperty('launchConfig');
      expect(one.posted[0]?.secondaryLaunchConfigs?.map((config) => config['name'])).toEqual(['logger']);
      const after = one.versions;
      expect(after).toEqual({ ...before, logger: after['logger'] });
      expect(after['logger']).not.toBe(before['logger']);
      expect(one.running.filter((image) => image === 'docker:example/logger:2')).toHaveLength(2);
      expect(one.running).toHaveLength(6);
    },
  },
  {
    title: 'the primary and two sidekicks at once: all of them new, each with our label',
    service: { secondaryLaunchConfigs: SIDEKICKS },
    run: async (one) => {
      const result = await one.deploy({
        sidekicks: { logger: 'example/logger:2', proxy: 'example/proxy:2' },
        overrides: ONE_BATCH,
      });
      expect(result).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      const [posted] = one.posted;
      expect([posted?.launchConfig, ...(posted?.secondaryLaunchConfigs ?? [])].map(labelOf)).toEqual(
        Array.from({ length: 3 }, () => `${result.deploymentId}.1`),
      );
      expect([...new Set(one.running)]).toEqual([
        'docker:example/logger:2',
        'docker:example/proxy:2',
        `docker:${one.image(2)}`,
      ]);
    },
  },
  {
    title: 'only the primary: the sidekicks stay',
    service: { secondaryLaunchConfigs: SIDEKICKS },
    run: async (one) => {
      const { logger, proxy } = one.versions;
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      expect(one.versions).toMatchObject({ logger, proxy });
    },
  },
  {
    title: 'a sidekick whose volumes another one uses: Rancher renews both, and both are proven',
    service: {
      secondaryLaunchConfigs: [
        { name: 'data', imageUuid: 'docker:example/data:1' },
        { name: 'shares', imageUuid: 'docker:example/shares:1', dataVolumesFromLaunchConfigs: ['data'] },
      ],
    },
    run: async (one) => {
      const before = one.versions;
      const result = await one.deploySettings({ sidekicks: { data: 'example/data:2' }, overrides: ONE_BATCH });
      expect(result).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      const after = one.versions;
      expect(after['shares']).toBe(after['data']);
      expect(after['shares']).not.toBe(before['shares']);
      expect(after['']).toBe(before['']);
    },
  },
  {
    title: 'a sidekick whose volumes another one uses, cancelled: both come back',
    service: {
      secondaryLaunchConfigs: [
        { name: 'data', imageUuid: 'docker:example/data:1' },
        { name: 'shares', imageUuid: 'docker:example/shares:1', dataVolumesFromLaunchConfigs: ['data'] },
      ],
    },
    run: async (one) => {
      const before = one.versions;
      const deploying = await one.startSettings({
        sidekicks: { data: 'example/data:2' },
        hold: true,
        overrides: ONE_BATCH,
      });
      await one.until(deploying, 'confirming');
      await deploying.signal('cancel', { by: 'a person' });
      expect(await deploying.result()).toMatchObject({ verdict: 'cancelled' });
      expect(one.versions).toEqual(before);
    },
  },
  {
    title: 'a sidekick that the service does not have is invalid, with the right spelling',
    service: { secondaryLaunchConfigs: SIDEKICKS },
    run: async (one) => {
      const result = await one.deploySettings({ sidekicks: { loger: 'example/logger:2' } });
      expect(result).toMatchObject({ verdict: 'invalid', rounds: 0 });
      expect(result.reason).toContain('Did you mean "logger"?');
      expect(one.actions).toEqual([]);
    },
  },
];

const types: Case[] = [
  {
    title: 'a global service: one container on each host',
    service: { scale: 1, launchConfig: { labels: { 'io.rancher.scheduler.global': 'true' } } },
    run: async (one) => {
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      one.expectRuns(2, 3);
      expect(one.actions).toEqual(DONE);
    },
  },
  {
    title: 'a load balancer: its rules stay',
    service: {
      type: 'loadBalancerService',
      launchConfig: { healthCheck: HEALTH_CHECK, ports: ['20080:20080/tcp'] },
      lbConfig: { portRules: [{ protocol: 'http', sourcePort: 20080, targetPort: 80 }] },
    },
    run: async (one) => {
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      one.expectRuns(2, 2);
      expect(one.posted[0]?.launchConfig).toMatchObject({ ports: ['20080:20080/tcp'] });
    },
  },
  ...(['dnsService', 'externalService'] as const).flatMap((type): Case[] => [
    {
      title: `a ${type}: labels change, and there is nothing that could run`,
      service: { type, launchConfig: { labels: { keep: 'this' } } },
      run: async (one) => {
        expect(await one.deploySettings({ labels: { tier: 'two' } })).toMatchObject({ verdict: 'succeeded' });
        expect(one.actions).toEqual(DONE);
        expect(one.posted[0]?.launchConfig?.['labels']).toMatchObject({ keep: 'this', tier: 'two' });
      },
    },
    {
      title: `a ${type} has no image to change`,
      service: { type, launchConfig: {} },
      run: async (one) => {
        const result = await one.deploy();
        expect(result).toMatchObject({ verdict: 'invalid', rounds: 0 });
        expect(result.reason).toContain(type);
        expect(one.actions).toEqual([]);
      },
    },
  ]),
  {
    title: 'a service with a health check succeeds when its containers are healthy',
    service: { launchConfig: { healthCheck: HEALTH_CHECK } },
    run: async (one) => {
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      one.expectRuns(2, 2);
    },
  },
  {
    title: 'an inactive service is started by the upgrade',
    service: { startOnCreate: false },
    run: async (one) => {
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded', state: 'active' });
      one.expectRuns(2, 2);
      expect(one.actions).toEqual(DONE);
    },
  },
  {
    title: 'an inactive service whose upgrade fails is rolled back and inactive again',
    service: { startOnCreate: false },
    run: async (one) => {
      one.behave(2, { startFails: true });
      const result = await one.deploy({ overrides: ONE_BATCH });
      expect(result).toMatchObject({ verdict: 'rolled-back', state: 'inactive' });
      expect(one.actions).toEqual([...UNDONE, 'deactivate']);
      expect(one.now).toMatchObject({ state: 'inactive', image: `docker:${one.image(1)}` });
      expect(one.running).toEqual([]);
    },
  },
  {
    title: 'retainIp and start-first do not go together: invalid, and nothing is sent',
    service: { retainIp: true },
    run: async (one) => {
      const result = await one.deploy({ overrides: { startFirst: true } });
      expect(result).toMatchObject({ verdict: 'invalid', rounds: 0 });
      expect(result.reason).toMatch(/keeps its IP/);
      expect(one.posts('upgrade')).toBe(0);
    },
  },
  {
    title: 'start-first reaches Rancher',
    run: async (one) => {
      expect(await one.deploy({ overrides: { startFirst: true, ...ONE_BATCH } })).toMatchObject({
        verdict: 'succeeded',
      });
      expect(one.posted[0]).toMatchObject({ startFirst: true, batchSize: 2, intervalMillis: 100 });
    },
  },
];

const ONCE: JsonObject = {
  name: 'init',
  imageUuid: 'docker:example/init:1',
  labels: { 'io.rancher.container.start_once': 'true' },
};

const startOnce: Case[] = [
  {
    title: 'a start-once sidekick that ended long ago does not hold up an upgrade of the primary',
    service: { secondaryLaunchConfigs: [ONCE] },
    run: async (one) => {
      await eventually(() => one.now.containers.includes('docker:example/init:1 stopped'), 'it has ended');
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(DONE);
    },
  },
  ...(['confirm', 'rollback'] as const).map((message): Case => ({
    title: `a start-once sidekick that was touched: nobody can see its exit code, so a person says \`${message}\``,
    service: { secondaryLaunchConfigs: [ONCE] },
    run: async (one) => {
      const deploying = await one.startSettings({ sidekicks: { init: 'example/init:2' }, overrides: ONE_BATCH });
      const { attention } = await one.rig.until(deploying, (progress) => progress.phase === 'confirming');
      expect(attention).not.toBeNull();
      expect(await one.events(deploying)).toContain('exit code');
      expect(one.actions).toEqual(['upgrade']);
      await deploying.executeUpdate(message, { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({
        verdict: message === 'confirm' ? 'succeeded' : 'rolled-back',
      });
      expect(one.actions).toEqual(message === 'confirm' ? DONE : UNDONE);
    },
  })),
];

const changes: Case[] = [
  {
    title: 'what already runs is unchanged, and nothing is sent',
    run: async (one) => {
      expect(await one.deploy({ image: one.image(1) })).toMatchObject({ verdict: 'unchanged', rounds: 0 });
      expect(one.actions).toEqual([]);
    },
  },
  {
    title: 'the same image again (`--redeploy`) replaces the containers',
    run: async (one) => {
      const before = one.now.version;
      expect(await one.deploy({ image: one.image(1), redeploy: true, overrides: ONE_BATCH })).toMatchObject({
        verdict: 'succeeded',
        rounds: 1,
      });
      expect(one.now.version).not.toBe(before);
      expect(one.actions).toEqual(DONE);
    },
  },
  {
    title: 'variables and labels are merged: what is posted is what was read, but for just these keys',
    service: {
      launchConfig: {
        environment: { KEEP: 'kept value', TOKEN: 'former token' },
        labels: { team: 'shop' },
        command: ['serve', '--all'],
        dataVolumes: ['/data:/data:ro'],
        ulimits: [{ type: 'ulimit', name: 'nofile', soft: 65536, hard: 65536 }],
      },
    },
    run: async (one) => {
      const read = one.now.config;
      const deploying = await one.start({
        variables: { TOKEN: 'token-of-web', NEW: 'new-of-web' },
        labels: { tier: 'two' },
        overrides: ONE_BATCH,
      });
      const result = await deploying.result();
      expect(result).toMatchObject({ verdict: 'succeeded' });
      expect(one.posted[0]?.launchConfig).toEqual({
        ...read,
        imageUuid: `docker:${one.image(2)}`,
        environment: { KEEP: 'kept value', TOKEN: 'canary-one', NEW: 'canary-two' },
        labels: { team: 'shop', tier: 'two', [LABEL]: `${result.deploymentId}.1` },
      });
      const history = JSON.stringify(await deploying.fetchHistory());
      const told = JSON.stringify(await one.rig.progress(deploying));
      for (const secret of ['canary-one', 'canary-two', 'kept value', 'former token']) {
        expect(told).not.toContain(secret);
        expect(history).not.toContain(secret);
        expect(history).not.toContain(Buffer.from(secret).toString('base64').slice(1, -3));
      }
    },
  },
  {
    title: 'only a variable: the image stays, and it is an upgrade all the same',
    run: async (one) => {
      expect(await one.deploySettings({ variables: { TOKEN: 'token-of-web' } })).toMatchObject({
        verdict: 'succeeded',
        rounds: 1,
      });
      one.expectRuns(1, 2);
      expect(one.now.config['environment']).toEqual({ TOKEN: 'canary-one' });
    },
  },
  {
    title: 'a reference that nobody knows is invalid before anything is sent',
    run: async (one) => {
      const result = await one.deploy({ variables: { TOKEN: 'nowhere' } });
      expect(result).toMatchObject({ verdict: 'invalid', rounds: 0 });
      expect(result.reason).toContain('nowhere');
      expect(one.posts('upgrade')).toBe(0);
    },
  },
];

const hold: Case[] = [
  {
    title: 'a held deployment stops at `upgraded`, and `confirm` finishes it',
    run: async (one) => {
      const deploying = await held(one);
      expect(one.actions).toEqual(['upgrade']);
      await deploying.executeUpdate('confirm', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(DONE);
      one.expectRuns(2, 2);
    },
  },
  {
    title: 'a held deployment is rolled back when a person says so',
    run: async (one) => {
      const deploying = await held(one);
      await deploying.executeUpdate('rollback', { args: [{ by: 'a person', why: 'it looks odd' }] });
      const result = await deploying.result();
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toContain('it looks odd');
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'a held deployment that nobody confirms is rolled back, and says so',
    run: async (one) => {
      const result = await (await held(one)).result();
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toContain('nobody confirmed');
      one.expectRuns(1, 2);
    },
  },
];

async function held(one: Scene): ReturnType<Scene['start']> {
  const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
  await one.until(deploying, 'confirming');
  await one.reaches('upgraded');
  return deploying;
}

const withoutLabel: Case[] = [
  {
    title: 'nothing of ours is left on the service',
    run: async (one) => {
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      expect(labelOf(one.posted[0]?.launchConfig)).toBeUndefined();
      expect(labelOf(one.now.config)).toBeUndefined();
    },
  },
  {
    title: 'a lost reply is recognised by base versions and digest',
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'reset-after' } });
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.posts('upgrade')).toBe(1);
    },
  },
  {
    title: 'an upgrade by somebody else to the same image, with another variable, is not taken for ours',
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 700 } });
      const deploying = await one.start({ overrides: ONE_BATCH, redeploy: true });
      await one.receives('POST', 'action=upgrade');
      await one.byHand('upgrade', {
        inServiceStrategy: { launchConfig: { imageUuid: `docker:${one.image(2)}`, environment: { THEIRS: 'yes' } } },
      });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['rollback', ...DONE]);
      expect(one.now.config['environment']).not.toEqual({ THEIRS: 'yes' });
    },
  },
];

describe('kinds of services and of changes', () => {
  runCases([...sidekicks, ...types, ...startOnce, ...changes, ...hold], {
    atOnce: 12,
    policy: { confirmLimitMillis: 4_000 },
    variables: { 'token-of-web': 'canary-one', 'new-of-web': 'canary-two' },
    seed: {
      behaviours: [1, 2].map((tag) => ({ image: `docker:example/init:${tag}`, exits: true })),
    },
  });
});

describe('where the label is switched off', () => {
  runCases(withoutLabel, { policy: { label: false } });
});
