import { DEPLOYMENT_LABEL } from '../../rancher/deployment-label';
import type { JsonObject } from '../../simulator/world-seed';
import type { Deploying } from '../support/rig';
import type { Case, Scene } from './scene';
import { ONE_BATCH, runCases } from './scene';

const labels = (one: Scene): unknown[] =>
  one.posted.map(({ launchConfig }) => (launchConfig?.['labels'] as JsonObject | undefined)?.[DEPLOYMENT_LABEL]);

/** The first round is posted and rolled back because a person says `retry`; then the second one begins. */
async function secondRound(one: Scene): Promise<Deploying> {
  one.behave(2, { pullMillis: 60_000 });
  const deploying = await one.start({ deploymentId: `d-${one.name}`, overrides: ONE_BATCH });
  await one.until(deploying, 'waiting');
  one.behaveAgain(2);
  await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
  return deploying;
}

const rounds: Case[] = [
  {
    title: '`retry` while waiting rolls back and upgrades again: two rounds, each with its own label',
    run: async (one) => {
      const deploying = await secondRound(one);
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 2 });
      expect(one.actions).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
      expect(labels(one)).toEqual([`d-${one.name}.1`, `d-${one.name}.2`]);
      one.expectRuns(2, 2);
    },
  },
  {
    title: 'the second POST never arrives: what the first one left behind is not taken for it',
    run: async (one) => {
      one.fault({ action: 'upgrade', skip: 1, effect: { kind: 'reset-before' } });
      one.fault({ method: 'GET', times: 0, skip: 10, effect: { kind: 'stale-upgrade-field' } });
      const deploying = await secondRound(one);
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 2 });
      expect(one.actions).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
      expect(one.posts('upgrade')).toBe(3);
    },
  },
  {
    title: 'the second POST is lost after its effect: recognised by its own label, and never sent again',
    run: async (one) => {
      one.fault({ action: 'upgrade', skip: 1, effect: { kind: 'reset-after' } });
      const deploying = await secondRound(one);
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 2 });
      expect(one.posts('upgrade')).toBe(2);
    },
  },
  {
    title: 'somebody posts the first round’s configuration again, label and all: not ours, so rolled back first',
    run: async (one) => {
      one.fault({ action: 'upgrade', skip: 1, effect: { kind: 'delay', millis: 700 } });
      const deploying = await secondRound(one);
      await one.receives('POST', 'action=upgrade', 2);
      await one.upgradeByHand(2, {
        imageUuid: `docker:${one.image(2)}`,
        labels: { [DEPLOYMENT_LABEL]: `d-${one.name}.1` },
      });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 2 });
      expect(one.actions).toEqual(['upgrade', 'rollback', 'rollback', 'upgrade', 'finishupgrade']);
      expect(labels(one)).toEqual([`d-${one.name}.1`, `d-${one.name}.2`]);
    },
  },
  {
    title:
      'somebody deploys the former image again between the preparation and the POST: prepared anew, and restored to that',
    run: async (one) => {
      // Looked up and prepared, and now read once more before the POST: by then the versions are other ones, the content is not.
      one.fault({ method: 'GET', effect: { kind: 'delay', millis: 1_500 } });
      one.behave(2, { startFails: true });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('GET', '', 1);
      const { config } = one.now;
      await one.byHand('upgrade', { inServiceStrategy: { batchSize: 2, launchConfig: config } });
      await one.reaches('upgraded');
      await one.byHand('finishupgrade');
      await one.reaches('active');
      const redeployed = one.now.version;
      expect(await deploying.result()).toMatchObject({ verdict: 'rolled-back' });
      expect(await one.events(deploying)).toContain('changed between two reads: preparing again');
      expect(one.now.version).toBe(redeployed);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'the label of the round before is on the service that is upgraded: a lost POST is sent again all the same',
    service: (image) => ({ launchConfig: { imageUuid: image, labels: { [DEPLOYMENT_LABEL]: 'd-web.1' } } }),
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'reset-before' } });
      const result = await one.deploy({
        deploymentId: 'd-web',
        image: one.image(1),
        redeploy: true,
        overrides: ONE_BATCH,
      });
      expect(result).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
      expect(one.posts('upgrade')).toBe(2);
    },
  },
  {
    title: 'three rounds are the end: one more retry is refused, and said so',
    run: async (one) => {
      one.behave(2, { pullMillis: 60_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      const retry = (): Promise<unknown> => deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      const waitsIn = (round: number): Promise<unknown> =>
        one.rig.until(deploying, (now) => now.phase === 'waiting' && now.round === round);
      for (const round of [1, 2]) {
        await waitsIn(round);
        await retry();
      }
      await waitsIn(3);
      await expect(retry()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('no upgrade is left: 3 of 3') as unknown },
      });
      await deploying.executeUpdate('rollback', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'rolled-back', rounds: 3 });
      one.expectRuns(1, 2);
    },
  },
];

/** Somebody ended the workflow by hand after its upgrade was accepted. */
async function dead(one: Scene): Promise<string> {
  const deploymentId = `dead-${one.name}`;
  const deploying = await one.start({ deploymentId, hold: true, overrides: ONE_BATCH });
  await one.until(deploying, 'confirming');
  await deploying.terminate('by hand');
  return `${deploymentId}.1`;
}

const deadOnes: Case[] = [
  ...(['rollback', 'finish'] as const).map((onPending): Case => ({
    title: `a dead deployment's pending upgrade, --on-pending ${onPending}: settled, and named`,
    run: async (one) => {
      const label = await dead(one);
      const deploying = await one.start({ image: one.image(3), overrides: { ...ONE_BATCH, onPending } });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual([
        'upgrade',
        onPending === 'finish' ? 'finishupgrade' : 'rollback',
        'upgrade',
        'finishupgrade',
      ]);
      expect(await one.events(deploying)).toContain(label);
      one.expectRuns(3, 2);
    },
  })),
  ...(['wait', 'abort'] as const).map((onPending): Case => ({
    title: `a dead deployment's pending upgrade, --on-pending ${onPending}: refused, and named`,
    run: async (one) => {
      const label = await dead(one);
      const result = await one.deploy({ image: one.image(3), overrides: { ...ONE_BATCH, onPending } });
      expect(result).toMatchObject({ verdict: 'refused', rounds: 0, state: 'upgraded' });
      expect(result.reason).toContain(label);
      expect(one.actions).toEqual(['upgrade']);
    },
  })),
  {
    title: "a dead deployment's pending upgrade to what is asked: adopted, finished, and named",
    run: async (one) => {
      const label = await dead(one);
      const deploying = await one.start({ overrides: ONE_BATCH });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
      expect(await one.events(deploying)).toContain(label);
    },
  },
  {
    title:
      "a dead deployment's upgrade that is still under way and goes to what is asked: adopted, and cancelled back to the former one",
    run: async (one) => {
      one.behave(2, { pullMillis: 80_000 });
      const first = await one.start({ deploymentId: `dead-${one.name}`, overrides: ONE_BATCH });
      await one.until(first, 'waiting');
      await first.terminate('by hand');
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'waiting');
      await deploying.signal('cancel', { by: 'a person' });
      expect(await deploying.result()).toMatchObject({ verdict: 'cancelled' });
      expect(one.actions).toEqual(['upgrade', 'rollback']);
      one.expectRuns(1, 2);
    },
  },
  {
    title: "a dead deployment's cancelled upgrade is rolled back under `finish` too, never continued",
    run: async (one) => {
      one.behave(2, { pullMillis: 40_000 });
      const first = await one.start({ deploymentId: `dead-${one.name}`, overrides: ONE_BATCH });
      await one.until(first, 'waiting');
      await first.terminate('by hand');
      await one.byHand('cancelupgrade');
      await one.reaches('canceled-upgrade');
      const deploying = await one.start({ overrides: { ...ONE_BATCH, onPending: 'finish' } });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
      expect(await one.events(deploying)).toContain(`dead-${one.name}.1`);
    },
  },
];

describe('whose upgrade it is', () => {
  runCases([...rounds, ...deadOnes], { atOnce: 16 });
});
