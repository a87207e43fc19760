import type { Ended } from '../../workflows/endings';
import { unposted } from '../../workflows/endings';
import type { Deploying } from '../support/rig';
import type { Case, Scene } from './scene';
import { eventually, ONE_BATCH, runCases } from './scene';

/** An upgrade that Rancher took, its reply lost, and Rancher away since. @returns what ends that */
async function lost(one: Scene): Promise<{ deploying: Deploying; back: () => void }> {
  one.fault({ action: 'upgrade', effect: { kind: 'hang-after' } });
  const deploying = await one.start({ overrides: ONE_BATCH });
  await eventually(() => one.actions.includes('upgrade'), 'the upgrade is taken');
  return { deploying, back: one.fault({ method: 'GET', times: 0, effect: { kind: 'status', status: 503 } }) };
}

async function rolledBackByHand(one: Scene): Promise<void> {
  await one.byHand('rollback');
  await one.reaches('active');
}

/** Each was found by `npm run explore` first: a reply is lost, and somebody moves the service before that is known. */
const cases: Case[] = [
  {
    title: 'taken, rolled back by hand, and upgraded by hand to another image: named, and not posted a second time',
    run: async (one) => {
      const { deploying, back } = await lost(one);
      await rolledBackByHand(one);
      await one.upgradeByHand(9);
      back();
      const { verdict, reason } = await deploying.result();
      expect({ verdict, reason }).toEqual({
        verdict: 'interfered',
        reason: expect.stringContaining('before it was known whether Rancher had taken ours'),
      });
      expect(one.actions).toEqual(['upgrade']);
    },
  },
  {
    title: 'taken, rolled back by hand, and then cancelled: it is not told that nothing was posted',
    run: async (one) => {
      const { deploying, back } = await lost(one);
      await rolledBackByHand(one);
      await deploying.signal('cancel', { by: 'jane' });
      back();
      const { verdict, reason } = await deploying.result();
      expect({ verdict, reason }).toEqual({
        verdict: 'cancelled',
        reason: expect.stringContaining('the former configuration is proven to run'),
      });
      expect(one.actions).toEqual(['upgrade']);
    },
  },
  {
    title: "the reply to the rollback of somebody else's upgrade is lost: what was changed is not called unchanged",
    run: async (one) => {
      await one.upgradeByHand(9);
      await one.reaches('upgraded');
      one.fault({ action: 'rollback', effect: { kind: 'reset-after' } });
      const { verdict, reason } = await one.deploy({ image: one.image(1) });
      expect({ verdict, reason }).toEqual({
        verdict: 'succeeded',
        reason: expect.stringContaining('what somebody else had left pending was rolled back'),
      });
      expect(one.actions).toEqual(['rollback']);
    },
  },
  {
    title: 'a finish whose outcome is unknown is waited out before anything is judged',
    run: async (one) => {
      one.fault({ action: 'finishupgrade', effect: { kind: 'hang-before' } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      const { events = [] } = await deploying.fetchHistory();
      const timers = (events ?? []).map(({ timerStartedEventAttributes: timer }) =>
        Number(timer?.startToFireTimeout?.nanos),
      );
      expect(timers).toContain(REQUEST_MILLIS * 1e6);
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
    },
  },
];

/** Odd, so that the timer that waits it out is told from others. */
const REQUEST_MILLIS = 987;

describe('a reply is lost, and somebody moves the service', () => {
  runCases(cases, { policy: { requestTimeoutMillis: REQUEST_MILLIS } });
});

describe('a reply is lost, and somebody moves the service, where the label is switched off', () => {
  runCases(
    [
      {
        title: 'taken and rolled back by hand: named, and not posted a second time',
        run: async (one) => {
          const { deploying, back } = await lost(one);
          await rolledBackByHand(one);
          back();
          expect(await deploying.result()).toMatchObject({ verdict: 'interfered' });
          expect(one.actions).toEqual(['upgrade']);
        },
      },
    ],
    { policy: { label: false } },
  );
});

describe('an end of which nothing is posted', () => {
  const ending = (roundsPosted: number, settledOthers: string | null): Ended =>
    unposted({ roundsPosted, settledOthers }, 'refused', 'the key is not accepted', 'Mend it.');

  test('says that nothing was changed only where that is so', () => {
    expect(ending(0, null)).toMatchObject({ verdict: 'refused', nextStep: 'Nothing was changed. Mend it.' });
    const settled = ending(0, 'what somebody else had left pending was rolled back');
    expect(settled.reason).toContain('left pending was rolled back');
    expect(settled.nextStep).toBe('Mend it.');
  });

  test('after an earlier round is that of a deployment that was rolled back', () => {
    expect(ending(1, null)).toMatchObject({
      verdict: 'rolled-back',
      reason: 'the key is not accepted; the former configuration was restored before',
    });
  });
});
