import type { JsonObject } from '../../simulator/world-seed';
import type { Case, Scene } from './scene';
import { ONE_BATCH, rancherSays, runCases } from './scene';

// A request is lost on its way, takes effect when nobody reckons with it any more, and the key is taken away in between: nobody may say
// that nothing was changed.

/** Reads of one attempt at an action that fail, and of the two that come after its time-out. */
const ATTEMPTS = 4;

/** From the request on the service cannot be read, then once; then the key is refused, until what is returned is called. */
async function loseThenRefuse(one: Scene, action: string): Promise<() => void> {
  await one.receives('POST', `action=${action}`);
  one.fault({ method: 'GET', times: ATTEMPTS, effect: { kind: 'status', status: 503 } });
  return one.fault({ method: 'GET', skip: 2, times: 0, effect: rancherSays(401, 'Unauthorized') });
}

const CASES: readonly Case[] = [
  {
    title: 'the upgrade: a key that is refused when it is posted again parks; it does not end as "not posted"',
    run: async (one) => {
      one.fault({ action: 'upgrade', effect: { kind: 'hang-before' } });
      const deploying = await one.start({ deploymentId: 'late', overrides: ONE_BATCH });
      const allow = await loseThenRefuse(one, 'upgrade');
      const { attention } = await one.rig.until(deploying, ({ phase }) => phase === 'parked');
      expect(attention).toContain('401');
      // What had hung in between arrives after all.
      const labels = one.now.config['labels'] as JsonObject | undefined;
      await one.upgradeByHand(2, { labels: { ...labels, 'io.drover.deployment': 'late.1' } });
      allow();
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      // Of Drover's own upgrade only the one that hung was ever sent.
      expect(one.posts('upgrade')).toBe(1);
      expect(one.actions).toEqual(['finishupgrade']);
      one.expectRuns(2, 2);
    },
  },
  {
    title:
      'somebody else\'s pending upgrade: a key that is refused at the second try parks; it does not end as "left as it is"',
    service: (image) => ({ state: 'upgraded', pendingLaunchConfig: { imageUuid: `${image}-pending` } }),
    run: async (one) => {
      one.fault({ action: 'rollback', effect: { kind: 'hang-before' } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      const allow = await loseThenRefuse(one, 'rollback');
      const { attention } = await one.rig.until(deploying, ({ phase }) => phase === 'parked');
      expect(attention).toContain('401');
      await one.byHand('rollback');
      allow();
      await deploying.executeUpdate('retry', { args: [{ by: 'a person' }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.posts('rollback')).toBe(1);
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
      one.expectRuns(2, 2);
    },
  },
];

describe('an action that may have been taken, and a key that is refused after it', () => {
  runCases(CASES);
});
