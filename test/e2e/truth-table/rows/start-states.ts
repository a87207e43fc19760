import type { Row, Theme } from '../row';
import {
  does,
  forbidden,
  HOLD,
  inTurn,
  isNow,
  late,
  madeAgain,
  met,
  ONE_BATCH,
  PAIR,
  pending,
  personUpgrades,
  SLOW,
} from '../means';

const HOLDS = { state: 'active', runs: 2 } as const;
const settling: NonNullable<Row['meanwhile']> = (one) => one.reaches('settling');

/** A row in which an upgrade to another image is found pending, and the policy decides. */
function found(
  state: 'upgraded' | 'canceled-upgrade' | 'upgrading',
  policy: 'rollback' | 'finish' | 'wait' | 'abort',
  then: readonly string[] | RegExp,
): Row {
  const stuck = state === 'upgrading';
  const row = {
    title: `somebody else's upgrade is found ${stuck ? 'stuck in ' : ''}\`${state}\`, with \`--on-pending ${policy}\``,
    environment: 'strict',
    // Seeded in the middle of an upgrade, the simulated Rancher goes on with it: it gets stuck on an image that does not start.
    service: stuck ? PAIR : pending(state),
    args: [...ONE_BATCH, '--on-pending', policy],
    ...(stuck
      ? {
          before: inTurn(
            (one) => one.behaves('stuck', { startFails: true }),
            (one) => one.personUpgrades('stuck'),
          ),
        }
      : {}),
  } as const satisfies Partial<Row>;
  const theirs = stuck ? ['upgrade'] : [];
  if (then instanceof RegExp)
    return {
      ...row,
      verdict: 'refused',
      exitCode: 7,
      says: then,
      leaves: { state },
      actions: theirs,
    };
  return {
    ...row,
    verdict: 'succeeded',
    exitCode: 0,
    says: /proven by version/,
    leaves: HOLDS,
    actions: [...theirs, ...then, 'upgrade', 'finishupgrade'],
  };
}

/** Upgrading by hand to what is asked for, before Drover is asked. */
const theirs =
  (tag: string | number, state: string) =>
  async (one: Parameters<NonNullable<Row['before']>>[0]): Promise<void> => {
    await one.personUpgrades(tag);
    await one.stateIs(state);
  };

/** What is found on the service when the deployment begins. */
export const START_STATES: Theme = {
  title: 'What is found at the start',
  about:
    "Somebody else's upgrade is pending, or the service is busy: `onPending` and the limits decide. A pending upgrade to what is asked for is adopted.",
  rows: [
    {
      title: "somebody else's upgrade is found `upgraded`, and it is not to be touched",
      service: pending('upgraded'),
      args: ['--on-pending', 'abort'],
      verdict: 'refused',
      exitCode: 7,
      says: /someone else's upgrade is pending \(upgraded\)/,
      leaves: { state: 'upgraded', runs: 'example/other:9' },
      actions: [],
      plain: true,
    },
    found('upgraded', 'rollback', ['rollback']),
    found('upgraded', 'finish', ['finishupgrade']),
    found('upgraded', 'wait', /someone else's upgrade is pending \(upgraded\); nobody settled it in time/),
    found('canceled-upgrade', 'rollback', ['rollback']),
    found('canceled-upgrade', 'finish', ['rollback']),
    found('canceled-upgrade', 'wait', /pending \(canceled-upgrade\); nobody settled it in time/),
    found('canceled-upgrade', 'abort', /someone else's upgrade is pending \(canceled-upgrade\)/),
    found('upgrading', 'rollback', ['rollback']),
    found('upgrading', 'finish', /someone else's upgrade is stuck in upgrading/),
    found('upgrading', 'wait', /someone else's upgrade is stuck in upgrading/),
    found('upgrading', 'abort', /someone else's upgrade is stuck in upgrading/),
    {
      title: "somebody else's upgrade is under way and gets on: it is waited for, then rolled back by the policy",
      service: PAIR,
      before: inTurn((one) => one.behaves('other', SLOW), personUpgrades),
      args: ONE_BATCH,
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'rollback', 'upgrade', 'finishupgrade'],
    },
    {
      title: 'with `--on-pending wait`, somebody rolls theirs back',
      service: pending('upgraded'),
      args: [...ONE_BATCH, '--on-pending', 'wait'],
      meanwhile: inTurn(settling, does('rollback')),
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['rollback', 'upgrade', 'finishupgrade'],
    },
    {
      title: 'with `--on-pending wait`, somebody finishes theirs',
      service: pending('upgraded'),
      args: [...ONE_BATCH, '--on-pending', 'wait'],
      meanwhile: inTurn(settling, does('finishupgrade')),
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['finishupgrade', 'upgrade', 'finishupgrade'],
    },
    {
      title: 'with `--on-pending wait`, somebody deletes the service',
      service: pending('upgraded'),
      args: ['--on-pending', 'wait'],
      meanwhile: inTurn(settling, does('remove')),
      verdict: 'refused',
      exitCode: 7,
      says: /the service (was removed|is removing)/,
      leaves: { state: 'removed' },
      actions: ['remove'],
    },
    {
      title: 'with `--on-pending wait`, somebody deletes the service and makes another one under its name',
      service: pending('upgraded'),
      args: ['--on-pending', 'wait'],
      meanwhile: inTurn(settling, madeAgain),
      verdict: 'refused',
      exitCode: 7,
      says: /the service (was removed|is removing)/,
      leaves: { state: 'active', runs: 'again' },
      actions: ['remove'],
    },
    {
      title: 'while it waits for their upgrade, somebody cancels that one: it is rolled back by the policy',
      service: PAIR,
      before: inTurn((one) => one.behaves('other', { pullMillis: 200_000 }), personUpgrades),
      args: ONE_BATCH,
      meanwhile: inTurn(settling, does('cancelupgrade')),
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'cancelupgrade', 'rollback', 'upgrade', 'finishupgrade'],
    },
    {
      title: 'somebody upgraded to the same image by hand, unfinished: it is adopted and finished, whatever the policy',
      service: PAIR,
      before: theirs(2, 'upgraded'),
      args: ['--on-pending', 'abort'],
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'finishupgrade'],
    },
    {
      title: 'somebody is upgrading to the same image by hand: it is adopted and finished',
      service: PAIR,
      behaviour: SLOW,
      before: theirs(2, 'upgrading'),
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'finishupgrade'],
    },
    {
      title: 'somebody upgraded to the same image by hand, unfinished, and `--redeploy` is asked for: not adopted',
      service: PAIR,
      before: theirs(2, 'upgraded'),
      args: [...ONE_BATCH, '--redeploy'],
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'rollback', 'upgrade', 'finishupgrade'],
    },
    {
      title: 'an adopted upgrade never gets healthy: it is rolled back',
      environment: 'strict',
      behaviour: { startFails: true },
      before: theirs(2, 'upgrading'),
      verdict: 'rolled-back',
      exitCode: 3,
      says: /the former configuration is proven to run/,
      leaves: { state: 'active', runs: 1 },
      actions: ['upgrade', 'rollback'],
    },
    {
      title: 'the service is still finishing an upgrade',
      service: pending('finishing-upgrade'),
      args: ONE_BATCH,
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'finishupgrade'],
    },
    {
      title: 'the service is still rolling back, and gets nowhere',
      environment: 'strict',
      service: PAIR,
      before: inTurn(
        (one) => one.behaves(1, { pullMillis: 2_000_000 }),
        (one) => one.behaves('other', { pullMillis: 200_000 }),
        personUpgrades,
        isNow('upgrading'),
        does('rollback'),
      ),
      verdict: 'refused',
      exitCode: 7,
      says: /the service stayed busy \(rolling-back/,
      leaves: { state: 'rolling-back' },
      actions: ['upgrade', 'rollback'],
    },
    {
      title: "the key may not roll somebody else's upgrade back",
      service: pending('upgraded'),
      before: forbidden('rollback'),
      verdict: 'refused',
      exitCode: 7,
      says: /403/,
      leaves: { state: 'upgraded', runs: 'example/other:9' },
      actions: [],
    },
    {
      title: 'an upgrade with the label of a deployment that somebody terminated is found: named, and not touched',
      service: PAIR,
      before: async (one) => {
        const left = await one.startUpgrade('--request-id', 'dead', '--image', 'example/dead:1', '--detach', ...HOLD)
          .ended;
        expect(left.code).toBe(5);
        await one.reaches('confirming');
        await one.workflow.terminate('by hand');
      },
      args: ['--on-pending', 'abort'],
      verdict: 'refused',
      exitCode: 7,
      says: /an upgrade with the label of deployment d[0-9a-f]+\.1 is pending \(upgraded\)/,
      leaves: { state: 'upgraded', runs: 'example/dead:1' },
      actions: ['upgrade'],
    },
    {
      title: 'the upgrade of a deployment that somebody terminated goes to what is asked for: adopted and finished',
      service: PAIR,
      before: async (one) => {
        const left = await one.startUpgrade('--request-id', 'dead', '--detach', ...HOLD).ended;
        expect(left.code).toBe(5);
        await one.reaches('confirming');
        await one.workflow.terminate('by hand');
      },
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'finishupgrade'],
    },
    {
      title: 'somebody upgrades a moment before our own upgrade (422), and theirs is not to be touched',
      service: PAIR,
      before: late('upgrade', 900),
      args: ['--on-pending', 'abort'],
      meanwhile: inTurn(met, personUpgrades),
      verdict: 'refused',
      exitCode: 7,
      says: /someone else's upgrade is pending|is stuck in upgrading/,
      leaves: { state: 'upgraded', runs: 'other' },
      actions: ['upgrade'],
    },
    {
      title: 'somebody upgrades a moment before our own upgrade (422): theirs is rolled back by the policy',
      service: PAIR,
      before: late('upgrade', 900),
      args: ONE_BATCH,
      meanwhile: inTurn(met, personUpgrades),
      verdict: 'succeeded',
      exitCode: 0,
      says: /proven by version/,
      leaves: HOLDS,
      actions: ['upgrade', 'rollback', 'upgrade', 'finishupgrade'],
    },
  ],
};
