import type { FaultEffect } from '../../simulator/faults';
import type { KeySeed, WorldSeed } from '../../simulator/world-seed';
import type { DeploymentResult } from '../../workflows/contract';
import type { Deploying } from '../support/rig';
import { Rig } from '../support/rig';
import type { Case } from './scene';
import { eventually, ONE_BATCH, PROJECT, rancherSays, runCases, Scene, STACK } from './scene';

const HTML = '<html><body>502 Bad Gateway</body></html>';

/** Rancher did it, and its answer was lost on the way. */
const LOST_AFTER: Record<string, FaultEffect> = {
  'the connection is reset after it': { kind: 'reset-after' },
  'the answer never comes': { kind: 'hang-after' },
  'a proxy answers 502 after it': { kind: 'status-after', status: 502, body: HTML },
  'a proxy answers 503 after it': { kind: 'status-after', status: 503 },
  'a proxy answers 200 with HTML after it': { kind: 'status-after', status: 200, body: HTML },
  'the answer is cut off': { kind: 'truncated-json' },
};

/** Rancher never saw it. */
const LOST_BEFORE: Record<string, FaultEffect> = {
  'the connection is reset before it': { kind: 'reset-before' },
  'the request hangs and is dropped': { kind: 'hang-before' },
  'a proxy answers 500 instead': { kind: 'status', status: 500 },
  'a login page comes instead': { kind: 'html' },
  'it is throttled': { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
};

const MUTATIONS: Record<string, (one: Scene) => Promise<DeploymentResult>> = {
  upgrade: (one) => one.deploy({ overrides: ONE_BATCH }),
  finishupgrade: (one) => one.deploy({ overrides: ONE_BATCH }),
  rollback: async (one) => {
    one.behave(2, { pullMillis: 60_000 });
    const deploying = await one.start({ overrides: ONE_BATCH });
    await one.until(deploying, 'waiting');
    await deploying.signal('cancel', { by: 'a person' });
    return deploying.result();
  },
};

function mutationCases(): Case[] {
  return Object.entries(MUTATIONS).flatMap(([action, deploy]) =>
    Object.entries({ ...LOST_AFTER, ...LOST_BEFORE }).map(([what, effect]) => ({
      title: `${action}: ${what}`,
      run: async (one: Scene) => {
        one.fault({ action, effect });
        const { verdict, state, rounds } = await deploy(one);
        const cancelled = action === 'rollback';
        expect({ verdict, state, rounds }).toEqual({
          verdict: cancelled ? 'cancelled' : 'succeeded',
          state: 'active',
          rounds: 1,
        });
        expect(one.actions).toEqual(['upgrade', cancelled ? 'rollback' : 'finishupgrade']);
        // What was taken is not even asked for again.
        expect(one.posts(action)).toBe(what in LOST_AFTER ? 1 : 2);
        one.expectRuns(cancelled ? 1 : 2, 2);
      },
    })),
  );
}

/** The reply is lost, and then Rancher is away for longer than the activity attempts: the workflow itself has to find out. */
function outageAfterLostReply(): Case[] {
  return Object.entries(MUTATIONS).map(([action, deploy]) => ({
    title: `${action}: the answer never comes, and then Rancher is away for a while`,
    run: async (one) => {
      one.fault({ action, effect: { kind: 'hang-after' } });
      const deploying = deploy(one);
      await one.receives('POST', `action=${action}`);
      one.fault({ method: 'GET', times: 8, effect: { kind: 'status', status: 503 } });
      const cancelled = action === 'rollback';
      expect(await deploying).toMatchObject({ verdict: cancelled ? 'cancelled' : 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['upgrade', cancelled ? 'rollback' : 'finishupgrade']);
      expect(one.posts(action)).toBe(1);
    },
  }));
}

const READ_FAULTS: Record<string, FaultEffect> = {
  'connections are reset': { kind: 'reset-before' },
  'answers never come': { kind: 'hang-after' },
  'answers are cut off': { kind: 'truncated-json' },
  'a proxy answers 503': { kind: 'status', status: 503 },
  'a login page comes instead': { kind: 'html' },
  'they are throttled': { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
};

/** More reads in a row fail than a first look attempts. */
function readCases(): Case[] {
  return Object.entries(READ_FAULTS).flatMap(([what, effect]): Case[] => [
    {
      title: `reads before the upgrade: ${what}`,
      run: async (one) => {
        one.fault({ method: 'GET', effect, times: 5, skip: 1 });
        expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded', rounds: 1 });
        expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
      },
    },
    {
      title: `reads while Rancher replaces the containers: ${what}`,
      run: async (one) => {
        one.behave(2, { pullMillis: 20_000 });
        const deploying = await one.start({ overrides: ONE_BATCH });
        await one.until(deploying, 'waiting');
        // The client itself tries a read that was reset once more, on a connection of its own.
        one.fault({ method: 'GET', effect, times: effect.kind === 'reset-before' ? 8 : 4 });
        expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', state: 'active', rounds: 1 });
        expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
        expect(await one.events(deploying)).toMatch(/Rancher cannot be reached.*[^]*Rancher answers again/);
      },
    },
  ]);
}

const lookups: Case[] = [
  {
    title: 'an outage while the service is looked for is told, with what can be done, and so is its end',
    run: async (one) => {
      const { world } = one.rig.simulator;
      // One more than a first look attempts.
      const away = { method: 'GET', pathIncludes: `name=${one.name}`, times: 4 };
      world.addFault({ ...away, effect: { kind: 'status', status: 503 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      const seen = await one.rig.until(deploying, ({ isAway }) => isAway);
      expect(seen).toMatchObject({
        phase: 'resolving',
        next: expect.stringContaining('`retry` asks it now') as unknown,
      });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(await one.events(deploying)).toMatch(/Rancher cannot be reached.*[^]*Rancher answers again/);
    },
  },
];

const refusals: Case[] = [
  ...(
    [
      ['InvalidReference', 'imageUuid'],
      ['PortWrongFormat', 'ports'],
      ['MinLimitExceeded', 'batchSize'],
      ['MissingRequired', 'name'],
      ['InvalidOption', 'Switching from global scale to fixed (and vice versa)'],
    ] as const
  ).map(([code, fieldName]): Case => ({
    title: `422 ${code} is a failure in Rancher's words, and nothing was changed`,
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: rancherSays(422, code, fieldName) });
      const result = await one.deploy();
      expect(result).toMatchObject({ verdict: 'failed', rounds: 0, state: 'active' });
      expect(result.reason).toContain(code);
      expect(result.reason).toContain(fieldName);
      expect(result.nextStep).toContain('was not posted');
      expect(one.actions).toEqual([]);
      one.expectRuns(1, 2);
    },
  })),
  {
    title: "a switch from fixed to global is refused by Rancher itself, in Rancher's words",
    run: async (one) => {
      const result = await one.deploy({ labels: { 'io.rancher.scheduler.global': 'true' } });
      expect(result).toMatchObject({ verdict: 'failed', rounds: 0 });
      expect(result.reason).toContain('Switching from global scale to fixed');
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'an upgrade that meets somebody else’s (422 by a race) waits for it, rolls it back and upgrades',
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 800 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=upgrade');
      await one.upgradeByHand('other');
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['rollback', 'upgrade', 'finishupgrade']);
      one.expectRuns(2, 2);
    },
  },
  {
    title: 'a finish that somebody else sent a moment before (422 by a race) is success',
    run: async (one) => {
      one.fault({ action: 'finishupgrade', effect: { kind: 'delay', millis: 500 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=finishupgrade');
      await one.byHand('finishupgrade');
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['upgrade']);
    },
  },
  {
    title: 'a rollback that somebody else sent a moment before (422 by a race) restores all the same',
    run: async (one) => {
      one.behave(2, { pullMillis: 60_000 });
      one.fault({ action: 'rollback', effect: { kind: 'delay', millis: 500 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'waiting');
      await deploying.signal('cancel');
      await one.receives('POST', 'action=rollback');
      await one.byHand('rollback');
      expect(await deploying.result()).toMatchObject({ verdict: 'cancelled' });
      expect(one.actions).toEqual(['upgrade']);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'a cancel while the POST is under way waits it out, also when somebody says `retry` meanwhile',
    run: async (one) => {
      // Longer than a request may take: it happens when nobody waits for its answer any more.
      one.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 3_000 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=upgrade');
      await deploying.signal('cancel', { by: 'a person' });
      await one.rig.until(
        deploying,
        ({ phase, events }) => phase === 'rolling-back' || events.some(({ text }) => text.includes('is not known')),
      );
      await deploying.signal('retry', { by: 'an impatient person' });
      expect(await deploying.result()).toMatchObject({ verdict: 'cancelled', state: 'active' });
      expect(one.actions).toEqual(['upgrade', 'rollback']);
      one.expectRuns(1, 2);
    },
  },
  {
    title: '`retry` while the POST is under way does not send a second one',
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 3_000 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=upgrade');
      await deploying.signal('retry', { by: 'an impatient person' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
      expect(one.posts('upgrade')).toBe(1);
    },
  },
  {
    title: 'an outage right after somebody else’s upgrade was rolled back is sat out: something was changed',
    service: (image) => ({ state: 'upgraded', pendingLaunchConfig: { imageUuid: `${image}-pending` } }),
    run: async (one) => {
      one.fault({ action: 'rollback', effect: { kind: 'delay', millis: 300 } });
      one.behave(1, { pullMillis: 20_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=rollback');
      one.fault({ method: 'GET', times: 6, effect: { kind: 'status', status: 503 } });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['rollback', 'upgrade', 'finishupgrade']);
    },
  },
  {
    title: 'HTML from a proxy on the lookups is unreachable within the limit, and named',
    run: async (one) => {
      one.rig.simulator.world.addFault({ pathIncludes: `name=${one.name}`, times: 0, effect: { kind: 'html' } });
      const began = Date.now();
      const result = await one.deploy();
      expect(result).toMatchObject({ verdict: 'unreachable', rounds: 0 });
      expect(result.reason).toMatch(/HTML/);
      expect(Date.now() - began).toBeLessThan(15_000);
      expect(one.actions).toEqual([]);
    },
  },
];

/** A key that is taken away in a phase: it parks, and goes on when the key works again. */
const PARKED: Case[] = [
  {
    title: '401 while waiting parks; retry goes on to success',
    run: (one) => parkAndGoOn(one, 'waiting', async () => undefined, 'succeeded'),
  },
  {
    title: '401 while verifying parks; retry goes on to success',
    run: (one) => parkAndGoOn(one, 'verifying', async () => undefined, 'succeeded', { soakMillis: 2_000 }),
  },
  {
    title: '401 while rolling back parks; retry goes on to the verdict',
    run: (one) =>
      parkAndGoOn(one, 'waiting', (deploying) => deploying.signal('cancel', { by: 'a person' }), 'cancelled'),
  },
  {
    title: '401 on the finish parks; cancel is refused; retry goes on to success',
    run: async (one) => {
      one.fault({ action: 'finishupgrade', effect: rancherSays(401, 'Unauthorized') });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'parked');
      await expect(deploying.executeUpdate('cancel', { args: [{ by: 'a person' }] })).rejects.toThrow();
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
    },
  },
  {
    title: 'a lost reply of the upgrade and a key that is refused right after it: parked, never "nothing was changed"',
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'reset-after' } });
      // The reads before the POST pass (resolve: 1, prepare: 2, post: 2); the one right after it and the next one meet the dead key.
      one.fault({ method: 'GET', skip: 5, times: 2, effect: rancherSays(401, 'Unauthorized') });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'parked');
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
    },
  },
];

async function parkAndGoOn(
  one: Scene,
  phase: string,
  meanwhile: (deploying: Awaited<ReturnType<Scene['start']>>) => Promise<unknown>,
  verdict: string,
  overrides = {},
): Promise<void> {
  one.behave(2, { pullMillis: 20_000 });
  const deploying = await one.start({ overrides: { ...ONE_BATCH, ...overrides } });
  await one.until(deploying, phase);
  one.fault({ method: 'GET', effect: rancherSays(401, 'Unauthorized') });
  await meanwhile(deploying);
  const { attention } = await one.rig.until(deploying, (progress) => progress.phase === 'parked');
  expect(attention).toContain('401');
  await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
  expect(await deploying.result()).toMatchObject({ verdict });
  expect(one.actions).toEqual(['upgrade', verdict === 'succeeded' ? 'finishupgrade' : 'rollback']);
}

describe('faults of the network, a proxy and Rancher', () => {
  runCases([...outageAfterLostReply(), ...mutationCases(), ...readCases(), ...lookups, ...refusals, ...PARKED], {
    atOnce: 16,
  });
});

describe('keys', () => {
  const seedOf = (key: Partial<KeySeed>): WorldSeed => ({
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner', ...key }],
    projects: [
      {
        name: PROJECT,
        stacks: [{ name: STACK, services: [{ name: 'web', launchConfig: { imageUuid: 'docker:example/web:1' } }] }],
      },
      { name: 'Elsewhere', stacks: [] },
    ],
  });
  const asked = { stack: STACK, service: 'web', image: 'example/web:2' };

  test('a read-only key is refused: it may not upgrade', async () => {
    const rig = await Rig.start({ seed: seedOf({ role: 'readonly' }) });
    try {
      const result = await rig.deploy(asked);
      expect(result).toMatchObject({ verdict: 'refused', rounds: 0, state: 'active' });
      expect(result.reason).toMatch(/read-only/);
      expect(rig.actions('web')).toEqual([]);
    } finally {
      await rig.close();
    }
  });

  test('a key that may not see the environment is refused', async () => {
    const rig = await Rig.start({ seed: seedOf({ projects: ['Elsewhere'] }) });
    try {
      const result = await rig.deploy(asked);
      expect(result).toMatchObject({ verdict: 'refused', rounds: 0 });
      expect(result.reason).toContain(PROJECT);
    } finally {
      await rig.close();
    }
  });

  test('a wrong key is refused at once', async () => {
    const rig = await Rig.start({ seed: seedOf({}) });
    try {
      rig.simulator.world.addFault({ times: 0, effect: rancherSays(401, 'Unauthorized') });
      const result = await rig.deploy(asked);
      expect(result).toMatchObject({ verdict: 'refused', rounds: 0 });
      expect(result.reason).toMatch(/key/);
      expect(rig.simulator.world.requests()).toHaveLength(1);
    } finally {
      await rig.close();
    }
  });
});

describe('Rancher is away for some seconds, whatever phase a deployment is in', () => {
  const phases = ['resolving', 'settling', 'waiting', 'verifying', 'confirming', 'finishing', 'rolling-back'] as const;
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({
      seed: {
        keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
        projects: [
          {
            name: PROJECT,
            stacks: [
              {
                name: STACK,
                services: phases.map((name) => ({
                  name,
                  scale: 2,
                  launchConfig: { imageUuid: `docker:example/${name}:1` },
                  ...(name === 'settling'
                    ? { state: 'upgrading' as const, pendingLaunchConfig: { imageUuid: `docker:example/${name}:0` } }
                    : {}),
                })),
              },
            ],
          },
        ],
        behaviours: [
          { image: 'docker:example/settling:0', pullMillis: 160_000 },
          { image: 'docker:example/waiting:2', pullMillis: 160_000 },
          { image: 'docker:example/rolling-back:2', pullMillis: 60_000 },
          { image: 'docker:example/rolling-back:1', pullMillis: 100_000 },
        ],
      },
      // The outage is longer than every limit that must not count it.
      policy: {
        stallLimitMillis: 9_000,
        rollbackLimitMillis: 9_000,
        finishLimitMillis: 9_000,
        reachLimitMillis: 30_000,
      },
    });
  });
  afterAll(() => rig.close());

  test('every one of them goes on where it was, to the right verdict', async () => {
    const scenes = Object.fromEntries(phases.map((name) => [name, new Scene(rig, name)])) as Record<
      (typeof phases)[number],
      Scene
    >;
    const begun: { phase: (typeof phases)[number]; deploying: Deploying }[] = await Promise.all(
      phases
        .filter((phase) => phase !== 'resolving')
        .map(async (phase) => {
          const one = scenes[phase];
          if (phase === 'finishing') one.fault({ action: 'finishupgrade', effect: { kind: 'delay', millis: 1_500 } });
          const deploying = await one.start({
            hold: phase === 'confirming',
            overrides: { ...ONE_BATCH, ...(phase === 'verifying' ? { soakMillis: 8_000 } : {}) },
          });
          if (phase === 'rolling-back') {
            await one.until(deploying, 'waiting');
            await deploying.signal('cancel', { by: 'a person' });
          }
          await one.until(deploying, phase);
          return { phase, deploying };
        }),
    );
    rig.simulator.world.addFault({ times: 0, effect: { kind: 'refuse-all' } });
    begun.push({ phase: 'resolving', deploying: await scenes.resolving.start({ overrides: ONE_BATCH }) });
    const away = Date.now();
    await eventually(() => Date.now() - away > 10_000, 'ten seconds of outage');
    for (const { phase, deploying } of begun) {
      const { phase: now, result } = await rig.progress(deploying);
      expect({ phase, now, result }).toEqual({ phase, now: phase, result: null });
    }
    rig.simulator.world.clearFaults();
    await Promise.all(
      begun.map(async ({ phase, deploying }) => {
        if (phase === 'confirming') await deploying.signal('confirm', { by: 'a person' });
        const { verdict, rounds } = await deploying.result();
        const cancelled = phase === 'rolling-back';
        expect({ phase, verdict, rounds }).toEqual({
          phase,
          verdict: cancelled ? 'cancelled' : 'succeeded',
          rounds: 1,
        });
        expect({ phase, actions: scenes[phase].actions }).toEqual({
          phase,
          actions: [...(phase === 'settling' ? ['rollback'] : []), 'upgrade', cancelled ? 'rollback' : 'finishupgrade'],
        });
      }),
    );
  }, 60_000);
});
