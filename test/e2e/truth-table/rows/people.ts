import type { Row, Theme } from '../row';
import {
  ENDLESS,
  forbidden,
  HOLD,
  inTurn,
  isNow,
  late,
  met,
  ONE_BATCH,
  PAIR,
  pending,
  says,
  SLOW,
  SOAK,
  UNHEALTHY,
  verifying,
  waiting,
} from '../means';

const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];
const HOLDS = { state: 'active', runs: 2 } as const;
const BACK = { state: 'active', runs: 1 } as const;

const cancelled = (actions: readonly string[], more: Partial<Row> = {}) =>
  ({
    verdict: 'cancelled',
    exitCode: 6,
    says:
      actions.length > 0
        ? /cancel by jane.*the former configuration is proven to run/
        : /cancel by jane.*nothing of this deployment was posted/,
    leaves: BACK,
    actions,
    ...more,
  }) as const;
const rolledBack = {
  verdict: 'rolled-back',
  exitCode: 3,
  says: /rollback by jane \(a test\); the former configuration is proven to run/,
  leaves: BACK,
  actions: UNDONE,
} as const;
const succeeded = {
  verdict: 'succeeded',
  exitCode: 0,
  says: /proven by version/,
  leaves: HOLDS,
  actions: DONE,
} as const;

/** What people ask of the deployment, in each phase. */
export const PEOPLE: Theme = {
  title: 'People step in',
  about: '`drover cancel`, `retry`, `confirm` and `rollback`, in the phases in which they mean something else.',
  rows: [
    {
      title: 'a person cancels while it is `waiting`',
      service: PAIR,
      args: ENDLESS,
      meanwhile: async (one) => {
        await waiting(one);
        const cancel = await one.run('cancel', '--why', 'too early');
        expect(cancel).toMatchObject({ code: 0, stderr: '' });
        expect(cancel.stdout).toMatch(/^cancel acknowledged in phase waiting: restores the former configuration/);
      },
      verdict: 'cancelled',
      exitCode: 6,
      says: /cancel by .+@.+ \(too early\); the former configuration is proven to run/,
      leaves: BACK,
      actions: UNDONE,
      plain: true,
    },
    {
      title: 'a person decides to go back while it is `waiting`',
      service: PAIR,
      args: ENDLESS,
      meanwhile: async (one) => {
        await waiting(one);
        expect((await one.run('rollback', '--why', 'wrong tag')).code).toBe(0);
      },
      verdict: 'rolled-back',
      exitCode: 3,
      says: /rollback by .+@.+ \(wrong tag\); the former configuration is proven to run/,
      leaves: BACK,
      actions: UNDONE,
      plain: true,
    },
    {
      title: 'a person cancels while the service is looked up',
      before: (one) => one.lookupFault({ kind: 'delay', millis: 1500 }),
      meanwhile: inTurn(met, says('cancel')),
      ...cancelled([]),
    },
    {
      title: "a person cancels while somebody else's upgrade is waited for",
      service: pending('upgraded'),
      args: ['--on-pending', 'wait'],
      meanwhile: inTurn((one) => one.reaches('settling'), says('cancel')),
      ...cancelled([], { leaves: { state: 'upgraded', runs: 'example/other:9' } }),
    },
    {
      title: "a person cancels after somebody else's pending upgrade was rolled back: that is said",
      service: pending('upgraded'),
      before: late('rollback', 800),
      meanwhile: inTurn(met, says('cancel')),
      ...cancelled(['rollback'], {
        says: /cancel by jane.*nothing of this deployment was posted; what somebody else had left pending was rolled back/,
      }),
    },
    {
      title: 'a person cancels while the upgrade is on its way',
      service: PAIR,
      args: ENDLESS,
      before: late('upgrade', 1000),
      meanwhile: inTurn(met, says('cancel')),
      ...cancelled(UNDONE),
    },
    {
      title: 'a person cancels while it is `verifying`',
      service: PAIR,
      args: SOAK,
      meanwhile: inTurn(verifying, says('cancel')),
      ...cancelled(UNDONE),
    },
    {
      title: 'a person cancels while it is held',
      service: PAIR,
      args: HOLD,
      interim: { verdict: 'held', exitCode: 0 },
      between: says('cancel'),
      ...cancelled(UNDONE),
    },
    {
      title: 'a person cancels after the finish was sent: refused',
      service: PAIR,
      args: ONE_BATCH,
      // One more container has to start, and does not before the person was answered.
      before: late('finishupgrade', 600),
      meanwhile: async (one) => {
        await one.met();
        await one.behaves(2, { startFails: true });
        await one.person('update', { scale: 3 });
        await one.stateIs('finishing-upgrade');
        const refused = await one.run('cancel');
        expect(refused).toMatchObject({ code: 7, stdout: '' });
        expect(refused.stderr).toContain('the finish was sent: there is no way back');
        await one.behavesAgain(2);
      },
      ...succeeded,
      leaves: { ...HOLDS, count: 3 },
      actions: ['upgrade', 'update', 'finishupgrade'],
    },
    {
      title: 'a person cancels while it rolls back already: it ends as the rollback was to',
      service: PAIR,
      args: ENDLESS,
      before: (one) => one.behaves(1, { pullMillis: 40_000 }),
      meanwhile: async (one) => {
        await waiting(one);
        await one.says('rollback');
        await one.stateIs('rolling-back');
        expect(await one.says('cancel')).toContain('already restoring');
      },
      ...rolledBack,
    },
    {
      title: 'a person cancels while it is parked: it is rolled back once more, and ends as it was to',
      environment: 'strict',
      ...UNHEALTHY,
      before: forbidden('rollback'),
      interim: { verdict: 'needs-attention', exitCode: 4 },
      between: says('cancel'),
      verdict: 'rolled-back',
      exitCode: 3,
      says: /no progress for \d+ s.*the former configuration is proven to run/,
      leaves: BACK,
      actions: UNDONE,
    },
    {
      title: 'a person cancels while it is parked, and the rollback is not allowed either',
      environment: 'strict',
      ...UNHEALTHY,
      before: forbidden('rollback', 0),
      interim: { verdict: 'needs-attention', exitCode: 4 },
      between: says('cancel'),
      verdict: 'needs-attention',
      exitCode: 4,
      says: /403.*given up, as asked/,
      leaves: { state: 'upgrading' },
      actions: ['upgrade'],
    },
    {
      title: 'a person goes back while it is `verifying`',
      service: PAIR,
      args: SOAK,
      meanwhile: inTurn(verifying, says('rollback')),
      ...rolledBack,
    },
    {
      title: 'a person goes back while it is held',
      service: PAIR,
      args: HOLD,
      interim: { verdict: 'held', exitCode: 0 },
      between: says('rollback'),
      ...rolledBack,
    },
    {
      title: 'a person says `retry` while it is `waiting`: rolled back, and upgraded once more',
      service: PAIR,
      behaviour: { pullMillis: 100_000 },
      args: ONE_BATCH,
      meanwhile: inTurn(waiting, (one) => one.behavesAgain(2), says('retry')),
      ...succeeded,
      actions: [...UNDONE, ...DONE],
    },
    {
      title: 'a person says `retry` while the upgrade is on its way: it is not posted twice',
      service: PAIR,
      args: ONE_BATCH,
      before: late('upgrade', 1000),
      meanwhile: inTurn(met, says('retry')),
      ...succeeded,
    },
    {
      title: 'a person says `retry` again and again: the rounds are bounded, and one more is refused; then `rollback`',
      service: PAIR,
      args: ENDLESS,
      meanwhile: async (one) => {
        const waitsIn = async (round: number): Promise<void> => {
          await one.accepted('upgrade', round);
          await one.logs(new RegExp(`accepted upgrade ${round}`));
          await one.reaches('waiting');
        };
        for (const round of [1, 2]) {
          await waitsIn(round);
          await one.says('retry');
          await one.accepted('rollback', round);
        }
        await waitsIn(3);
        const refused = await one.run('retry', '--json');
        expect(refused.code).toBe(7);
        expect(refused.stdout).toContain('no upgrade is left: 3 of 3');
        await one.says('rollback');
      },
      verdict: 'rolled-back',
      exitCode: 3,
      says: /rollback by .*; the former configuration is proven to run/,
      leaves: BACK,
      actions: [...UNDONE, ...UNDONE, ...UNDONE],
    },
    {
      title: 'it was asked to hold, and another process confirms',
      service: PAIR,
      behaviour: SLOW,
      args: HOLD,
      interim: { verdict: 'held', exitCode: 0, says: /held as asked/ },
      between: async (one) => {
        const refused = await one.run('retry', '--json');
        expect(refused.code).toBe(7);
        expect(refused.stdout).toContain('waits for a person');
        const confirmed = await one.run('confirm');
        expect(confirmed.code).toBe(0);
        expect(confirmed.stdout).toMatch(/^confirm acknowledged in phase confirming: /);
        await isNow('active')(one);
      },
      ...succeeded,
    },
    {
      title: 'it is parked, and after the cause is mended somebody says `retry`',
      environment: 'strict',
      ...UNHEALTHY,
      before: forbidden('rollback'),
      interim: { verdict: 'needs-attention', exitCode: 4, says: /drover retry strict cases\/web-\d+/ },
      between: async (one) => {
        expect(await one.actions()).toEqual(['upgrade']);
        const retried = await one.run('retry');
        expect(retried.code).toBe(0);
        expect(retried.stdout).toMatch(/^retry acknowledged in phase parked: goes on where it stopped\n/);
      },
      verdict: 'rolled-back',
      exitCode: 3,
      says: /the former configuration is proven to run/,
      leaves: BACK,
      actions: UNDONE,
      plain: true,
    },
  ],
};
