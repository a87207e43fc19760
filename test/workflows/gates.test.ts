import type { JsonObject } from '../../simulator/world-seed';
import type { Progress } from '../../workflows/contract';
import type { Deploying } from '../support/rig';
import type { Case, Scene } from './scene';
import { eventually, HEALTH_CHECK, ONE_BATCH, runCases } from './scene';

const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];

const CHECKED = { launchConfig: { healthCheck: HEALTH_CHECK } };
const FAILING = /Failing \[compute\.instance\.activate\]/;

const progress: Case[] = [
  {
    title: 'never healthy: rolled back after the stall limit',
    service: CHECKED,
    run: async (one) => {
      one.behave(2, { neverHealthy: true });
      const result = await one.deploy({ overrides: ONE_BATCH });
      expect(result).toMatchObject({ verdict: 'rolled-back', rounds: 1, state: 'active' });
      expect(result.reason).toContain('no progress');
      expect(result.endedAt - result.startedAt).toBeGreaterThan(6_000);
      expect(one.actions).toEqual(UNDONE);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'health that comes late, but within the limit: succeeds',
    service: CHECKED,
    run: async (one) => {
      one.behave(2, { healthyAfterMillis: 55_000 });
      // One after the other: so it is waited for long enough for several reads.
      const deploying = await one.start({ overrides: { batchSize: 1, batchIntervalMillis: 100 } });
      const waits = (seen: (progress: Progress) => boolean): Promise<Progress> =>
        one.rig.until(deploying, (progress) => progress.phase === 'waiting' && seen(progress));
      // Told also after reads that left the containers out: their counts are of the last one that did not.
      await waits(({ instances, instancesAt }) => instances.length > 0 && instancesAt !== null);
      await waits(({ instances }) => instances.some(({ running, healthy }) => healthy < running));
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(DONE);
    },
  },
  {
    title: "a start that fails again and again: rolled back, with Rancher's own words",
    run: async (one) => {
      one.behave(2, { startFails: true });
      const deploying = await one.start({ overrides: ONE_BATCH });
      const result = await deploying.result();
      expect(result).toMatchObject({ verdict: 'rolled-back', rounds: 1 });
      expect(result.reason).toMatch(FAILING);
      expect((await one.events(deploying)).match(/Rancher: .*Failing/g)).toHaveLength(1);
      expect(one.actions).toEqual(UNDONE);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'a start that fails and recovers before the limit: an error is not the end',
    run: async (one) => {
      one.behave(2, { startFails: { forMillis: 40_000 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(await one.events(deploying)).toMatch(FAILING);
      expect(one.actions).toEqual(DONE);
    },
  },
  {
    title: 'no host has room: rolled back, with Rancher’s own words',
    run: async (one) => {
      one.behave(2, { unschedulable: true });
      const result = await one.deploy({ overrides: ONE_BATCH });
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toMatch(/no host has room/);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'pulls that take longer in all than the stall limit, but get on: succeeds',
    service: { scale: 4 },
    run: async (one) => {
      one.behave(2, { pullMillis: 50_000 });
      const result = await one.deploy({ overrides: { batchSize: 1, batchIntervalMillis: 100 } });
      expect(result).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(result.endedAt - result.startedAt).toBeGreaterThan(9_000);
      expect(one.actions).toEqual(DONE);
    },
  },
  {
    title: 'the absolute cap: rolled back though Rancher is still at it',
    run: async (one) => {
      one.behave(2, { pullMillis: 120_000 });
      const result = await one.deploy({ overrides: { ...ONE_BATCH, timeoutMillis: 5_000 } });
      expect(result).toMatchObject({ verdict: 'rolled-back', rounds: 1 });
      expect(result.reason).toContain('the time was up (5 s)');
      one.expectRuns(1, 2);
    },
  },
];

const soak: Case[] = [
  {
    title: 'a new container that crashes in `upgraded` during the soak: rolled back, never finished',
    run: async (one) => {
      one.behave(2, { crashesAfterMillis: 40_000 });
      const result = await one.deploy({ overrides: { ...ONE_BATCH, soakMillis: 6_000 } });
      expect(result).toMatchObject({ verdict: 'rolled-back', rounds: 1 });
      expect(result.reason).toMatch(/0 of 2 run, 2 ended|1 of 2 run, 1 ended/);
      expect(one.actions).toEqual(UNDONE);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'a soak that passes takes its time, and is finished',
    run: async (one) => {
      const result = await one.deploy({ overrides: { ...ONE_BATCH, soakMillis: 3_000 } });
      expect(result).toMatchObject({ verdict: 'succeeded' });
      const verifying = result.timeline.find(({ phase }) => phase === 'verifying');
      expect((verifying?.to ?? 0) - (verifying?.from ?? 0)).toBeGreaterThanOrEqual(2_900);
    },
  },
  {
    title: 'a held container that crashes is noticed without anybody asking: rolled back',
    run: async (one) => {
      one.behave(2, { crashesAfterMillis: 60_000 });
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      const result = await deploying.result();
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toContain('failed while waiting');
      expect(one.actions).toEqual(UNDONE);
    },
  },
  {
    title: 'a held container that crashes just before `confirm`: rolled back, never finished',
    run: async (one) => {
      one.behave(2, { crashesAfterMillis: 60_000 });
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      await eventually(() => one.running.length === 0, 'both have crashed');
      await deploying.signal('confirm', { by: 'a person' });
      expect(await deploying.result()).toMatchObject({ verdict: 'rolled-back' });
      expect(one.actions).toEqual(UNDONE);
    },
  },
];

const hangs: Case[] = [
  {
    title: 'a rollback that hangs parks; `retry` goes on when it is mended',
    run: async (one) => {
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      one.behave(1, { startFails: true });
      await deploying.signal('rollback', { by: 'a person' });
      const { attention } = await one.rig.until(deploying, (now) => now.phase === 'parked');
      expect(attention).toMatch(/does not come back/);
      expect(attention).toMatch(FAILING);
      one.behaveAgain(1);
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'rolled-back', state: 'active' });
      expect(one.actions).toEqual(UNDONE);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'a finish that hangs parks; cancel and rollback are refused; `retry` goes on',
    run: async (one) => {
      const deploying = await hangingFinish(one);
      const { attention } = await one.rig.until(deploying, (now) => now.phase === 'parked');
      expect(attention).toMatch(/the finish hangs/);
      for (const message of ['cancel', 'rollback'])
        await expect(deploying.executeUpdate(message, { args: [{ by: 'a person' }] })).rejects.toMatchObject({
          cause: { message: expect.stringMatching(/no way back/) },
        });
      one.behaveAgain(2);
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', state: 'active' });
      expect(one.actions).toEqual(DONE);
      one.expectRuns(2, 3);
    },
  },
];

/** A finish that has to start one more container (somebody scaled between the last proof and the POST), which fails. */
async function hangingFinish(one: Scene): Promise<Deploying> {
  one.fault({ action: 'finishupgrade', effect: { kind: 'delay', millis: 600 } });
  const deploying = await one.start({ overrides: ONE_BATCH });
  await one.receives('POST', 'action=finishupgrade');
  one.behave(2, { startFails: true });
  await one.byHand('update', { scale: 3 });
  await one.reaches('finishing-upgrade');
  return deploying;
}

/** Somebody's upgrade and ours within a few milliseconds: Rancher takes both. */
async function atOnce(
  one: Scene,
  theirs: 'first' | 'second',
  post: () => Promise<void> = () => one.upgradeByHand('theirs'),
): Promise<Deploying> {
  const { world } = one.rig.simulator;
  const record = world.recordRequest.bind(world);
  const race: Promise<void>[] = [];
  world.recordRequest = (request) => {
    record(request);
    if (race.length > 0 || one.posts('upgrade') === 0) return;
    if (theirs === 'first') race.push(post());
    else race.push(new Promise((resolve) => setTimeout(resolve, 1)).then(post));
  };
  const deploying = await one.start({ overrides: ONE_BATCH, deploymentId: 'at-once' });
  await one.receives('POST', 'action=upgrade');
  await Promise.all(race);
  await eventually(
    () => one.journal.filter((entry) => entry.action === 'upgrade').length === 2,
    'both upgrades are accepted',
  );
  const accepted = one.journal.filter((entry) => entry.action === 'upgrade').map((entry) => entry.by === 'person');
  expect(accepted).toEqual(theirs === 'first' ? [true, false] : [false, true]);
  return deploying;
}

const races: Case[] = [
  {
    title: 'two upgrades at once, ours the later one: they fight each other, and it is rolled back',
    run: async (one) => {
      const result = await (await atOnce(one, 'first')).result();
      expect(result).toMatchObject({ verdict: 'rolled-back', state: 'active' });
      expect(result.reason).toContain('two upgrades were accepted at once');
      expect(one.actions).toEqual(UNDONE);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'two upgrades at once, both ours, of an attempt that was held up and of the next one: it is rolled back',
    run: async (one) => {
      const labels = one.now.config['labels'] as JsonObject | undefined;
      const again = (): Promise<void> =>
        one.upgradeByHand(2, { labels: { ...labels, 'io.drover.deployment': 'at-once.1' } });
      const result = await (await atOnce(one, 'second', again)).result();
      expect(result).toMatchObject({ verdict: 'rolled-back', state: 'active' });
      expect(result.reason).toContain('two upgrades were accepted at once');
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'two upgrades at once, ours the earlier one: theirs is named, and never fought',
    run: async (one) => {
      const result = await (await atOnce(one, 'second')).result();
      expect(result).toMatchObject({ verdict: 'interfered' });
      expect(result.reason).toMatch(/somebody else upgraded the service.*:theirs/);
      expect(one.actions).toEqual(['upgrade']);
    },
  },
];

describe('the gates, the limits and what hangs', () => {
  runCases([...hangs, ...progress, ...soak], { atOnce: 16 });
});

describe('two upgrades at once', () => {
  // Wider than the real server's few milliseconds: the two have to meet on a busy machine, too.
  runCases(races, { raceMillis: 300 });
});
