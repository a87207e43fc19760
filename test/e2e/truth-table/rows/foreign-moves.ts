import type { Row, Theme } from '../row';
import type { RowScene } from '../row-scene';
import {
  does,
  ENDLESS,
  forbidden,
  HOLD,
  inTurn,
  isNow,
  late,
  lostReply,
  madeAgain,
  met,
  ONE_BATCH,
  PAIR,
  personUpgrades,
  says,
  scales,
  SOAK,
  UNHEALTHY,
  verifying,
  waiting,
} from '../means';

type Step = (one: RowScene) => Promise<unknown>;
type Expected = Pick<Row, 'verdict' | 'exitCode' | 'says' | 'leaves' | 'actions'> & Partial<Row>;

const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];
const BACK = { state: 'active', runs: 1 } as const;
const HOLDS = { state: 'active', runs: 2 } as const;
const GONE = { state: 'removed' } as const;
const ANOTHER = { state: 'active', runs: 'again' } as const;

const rollsBack = does('rollback');
const finishes = does('finishupgrade');
const cancels = does('cancelupgrade');
const removes = does('remove');
const deactivates = does('deactivate');
const replaces = inTurn(rollsBack, isNow('active'), personUpgrades, isNow('upgraded'));
const finishesAndReplaces = inTurn(finishes, isNow('active'), personUpgrades, isNow('upgraded'));

const interfered = (says: RegExp, leaves: Row['leaves'], actions: readonly string[]): Expected => ({
  verdict: 'interfered',
  exitCode: 10,
  says,
  leaves,
  actions,
});
const succeeded = (leaves: Row['leaves'], actions: readonly string[]): Expected => ({
  verdict: 'succeeded',
  exitCode: 0,
  says: /proven by version/,
  leaves,
  actions,
});
/** Nothing of ours was posted yet: there is nothing that anybody could have interfered with. */
const refused = (leaves: Row['leaves']): Expected => ({
  verdict: 'refused',
  exitCode: 7,
  says: /removed/,
  leaves,
  actions: ['remove'],
});
const cancelled = (leaves: Row['leaves'], actions: readonly string[]): Expected => ({
  verdict: 'cancelled',
  exitCode: 6,
  says: /cancel by jane.*the former configuration is proven to run/,
  leaves,
  actions,
});

function resolving(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`resolving\`, somebody ${title}`,
    before: (one) => one.lookupFault({ kind: 'delay', millis: 1200 }),
    meanwhile: inTurn(met, move),
    ...expected,
  };
}

/** Our upgrade is on its way, and has no effect yet. */
function upgrading(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`upgrading\`, before Rancher takes ours, somebody ${title}`,
    service: PAIR,
    args: ONE_BATCH,
    before: late('upgrade', 1000),
    meanwhile: inTurn(met, move),
    ...expected,
  };
}

/** Our upgrade was taken, and its reply is lost for two seconds. */
function unanswered(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`upgrading\`, the reply being lost, somebody ${title}`,
    service: PAIR,
    args: ONE_BATCH,
    before: lostReply('upgrade'),
    meanwhile: inTurn(met, isNow('upgraded'), move),
    ...expected,
  };
}

/** One of two containers is replaced. */
function whileWaiting(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`waiting\`, somebody ${title}`,
    service: PAIR,
    args: ENDLESS,
    meanwhile: inTurn(waiting, move),
    ...expected,
  };
}

/** Upgraded and good, and watched for a while. */
function whileVerifying(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`verifying\`, somebody ${title}`,
    service: PAIR,
    args: SOAK,
    meanwhile: inTurn(verifying, move),
    ...expected,
  };
}

/** Held; a person who does not know confirms afterwards. */
function whileConfirming(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`confirming\`, somebody ${title}, and somebody else confirms`,
    service: PAIR,
    args: HOLD,
    interim: { verdict: 'held', exitCode: 0 },
    between: inTurn(move, says('confirm')),
    ...expected,
  };
}

/** Our finish was taken, and its reply is lost for two seconds. */
function whileFinishing(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`finishing\`, somebody ${title}`,
    service: PAIR,
    args: ONE_BATCH,
    before: lostReply('finishupgrade'),
    meanwhile: inTurn(met, isNow('active'), move),
    ...expected,
  };
}

/** A finish that has one more container to start, which takes its time. */
function whileFinishHangs(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`finishing\`, Rancher being at it, somebody ${title}`,
    service: PAIR,
    args: ONE_BATCH,
    before: late('finishupgrade', 600),
    meanwhile: inTurn(
      met,
      (one) => one.behaves(2, { pullMillis: 100_000 }),
      scales(3),
      isNow('finishing-upgrade'),
      move,
    ),
    ...expected,
  };
}

/** A person cancelled, and the former containers take their time to come back. */
function whileRollingBack(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`rolling-back\`, somebody ${title}`,
    service: PAIR,
    args: ENDLESS,
    before: (one) => one.behaves(1, { pullMillis: 40_000 }),
    meanwhile: inTurn(waiting, says('cancel'), isNow('rolling-back'), move),
    ...expected,
  };
}

/** Our rollback was taken and is done, and its reply is lost for two seconds. */
function afterRollback(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`rolling-back\`, before it is proven, somebody ${title}`,
    service: PAIR,
    args: HOLD,
    before: lostReply('rollback'),
    interim: { verdict: 'held', exitCode: 0 },
    between: inTurn(says('rollback'), met, isNow('active'), move),
    ...expected,
  };
}

/** The rollback is not allowed: it is parked, in `upgrading`. */
function whileParked(title: string, move: Step, expected: Expected): Row {
  return {
    title: `while \`parked\`, somebody ${title}, and somebody else says \`retry\``,
    environment: 'strict',
    ...UNHEALTHY,
    before: forbidden('rollback'),
    interim: { verdict: 'needs-attention', exitCode: 4, says: /parked: .*403/ },
    between: inTurn(move, says('retry')),
    ...expected,
  };
}

/** Somebody moves the service by hand, in each phase. */
export const FOREIGN_MOVES: Theme = {
  title: 'Somebody moves the service by hand',
  about:
    'In each phase, as far as Rancher offers it: recognised, named with the state as found, and never fought. A change of the scale is no ' +
    'interference. Once our own finish or rollback is in the history, reaching its target is success, whoever pressed the button.',
  rows: [
    resolving('deletes the service', removes, {
      verdict: 'refused',
      exitCode: 7,
      says: /There is no service|no service|not found/i,
      leaves: GONE,
      actions: ['remove'],
    }),
    upgrading('deletes the service', removes, refused(GONE)),
    upgrading('deletes the service and makes another one under its name', madeAgain, refused(ANOTHER)),
    upgrading('scales it', scales(3), succeeded({ ...HOLDS, count: 3 }, ['update', ...DONE])),
    upgrading(
      'restarts it',
      does('restart', { rollingRestartStrategy: { batchSize: 1, intervalMillis: 100 } }),
      succeeded(HOLDS, ['restart', ...DONE]),
    ),
    unanswered('rolls it back', rollsBack, interfered(/somebody else rolled the upgrade back.*found/, BACK, UNDONE)),
    unanswered('finishes it', finishes, interfered(/somebody else finished the upgrade.*found/, HOLDS, DONE)),
    unanswered('deletes the service', removes, interfered(/removed/, GONE, ['upgrade', 'remove'])),
    {
      ...whileWaiting('rolls it back', rollsBack, interfered(/rolled.*back.*found/, BACK, UNDONE)),
      plain: true,
    },
    whileWaiting(
      'cancels it',
      cancels,
      interfered(/cancelled the upgrade.*found cancel.*:2/, { state: 'canceled-upgrade' }, [
        'upgrade',
        'cancelupgrade',
      ]),
    ),
    whileWaiting(
      'cancels it and rolls it back',
      inTurn(cancels, isNow('canceled-upgrade'), rollsBack),
      interfered(/somebody else (cancelled the upgrade|rolled the upgrade back)/, BACK, [
        'upgrade',
        'cancelupgrade',
        'rollback',
      ]),
    ),
    whileWaiting(
      'rolls it back and upgrades to something else',
      replaces,
      interfered(/somebody else (upgraded the service|rolled the upgrade back)/, { state: 'upgraded', runs: 'other' }, [
        ...UNDONE,
        'upgrade',
      ]),
    ),
    whileWaiting('deletes the service', removes, interfered(/removed/, GONE, ['upgrade', 'remove'])),
    whileWaiting(
      'deletes the service and makes another one under its name',
      madeAgain,
      interfered(/removed/, ANOTHER, ['upgrade', 'remove']),
    ),
    whileWaiting(
      'rolls it back and deactivates it',
      inTurn(rollsBack, isNow('active'), deactivates),
      interfered(/somebody else (rolled the upgrade back|deactivated)/, { state: 'inactive' }, [
        ...UNDONE,
        'deactivate',
      ]),
    ),
    {
      title: 'while `waiting`, somebody scales down: Rancher ends it early, old containers still run',
      service: PAIR,
      behaviour: { pullMillis: 80_000 },
      args: ['--batch-interval', '100ms'],
      meanwhile: inTurn(waiting, scales(1)),
      verdict: 'rolled-back',
      exitCode: 3,
      says: /of the other version still run/,
      leaves: BACK,
      actions: ['upgrade', 'update', 'rollback'],
    },
    whileVerifying('rolls it back', rollsBack, interfered(/rolled the upgrade back.*found .*:1/, BACK, UNDONE)),
    whileVerifying(
      'finishes it',
      finishes,
      interfered(/finished the upgrade.*found (active|finishing-upgrade).*:2/, HOLDS, DONE),
    ),
    whileVerifying(
      'rolls it back and upgrades to something else',
      replaces,
      interfered(/somebody else (upgraded the service|rolled the upgrade back)/, { state: 'upgraded', runs: 'other' }, [
        ...UNDONE,
        'upgrade',
      ]),
    ),
    whileVerifying(
      'finishes it and upgrades to something else',
      finishesAndReplaces,
      interfered(/somebody else (upgraded the service|finished the upgrade)/, { state: 'upgraded', runs: 'other' }, [
        ...DONE,
        'upgrade',
      ]),
    ),
    whileVerifying('deletes the service', removes, interfered(/removed/, GONE, ['upgrade', 'remove'])),
    whileVerifying('scales down: enough new containers run', scales(1), {
      ...succeeded({ state: 'active', runs: 2, count: 2 }, ['upgrade', 'update', 'finishupgrade']),
    }),
    {
      ...whileVerifying('scales up: too few new containers run', scales(3), {
        verdict: 'rolled-back',
        exitCode: 3,
        says: /2 of 3 run/,
        leaves: { ...BACK, count: 3 },
        actions: ['upgrade', 'update', 'rollback'],
      }),
      environment: 'strict',
    },
    whileConfirming('rolls it back', rollsBack, interfered(/rolled the upgrade back/, BACK, UNDONE)),
    whileConfirming('finishes it', finishes, interfered(/finished the upgrade.*found/, HOLDS, DONE)),
    whileConfirming('deletes the service', removes, interfered(/removed/, GONE, ['upgrade', 'remove'])),
    whileConfirming(
      'deletes the service and makes another one under its name',
      madeAgain,
      interfered(/removed/, ANOTHER, ['upgrade', 'remove']),
    ),
    whileConfirming(
      'rolls it back and upgrades to something else',
      replaces,
      interfered(/somebody else (upgraded the service|rolled the upgrade back)/, { state: 'upgraded', runs: 'other' }, [
        ...UNDONE,
        'upgrade',
      ]),
    ),
    whileConfirming(
      'scales down',
      scales(1),
      succeeded({ state: 'active', runs: 2, count: 2 }, ['upgrade', 'update', 'finishupgrade']),
    ),
    {
      title: 'while `finishing`, somebody finishes it a moment before us (422)',
      service: PAIR,
      args: ONE_BATCH,
      before: late('finishupgrade', 600),
      meanwhile: inTurn(met, finishes),
      ...succeeded(HOLDS, DONE),
    },
    {
      title: 'while `finishing`, somebody rolls it back a moment before us (422)',
      service: PAIR,
      args: ONE_BATCH,
      before: late('finishupgrade', 600),
      meanwhile: inTurn(met, rollsBack),
      ...interfered(/rolled the upgrade back.*found/, BACK, UNDONE),
    },
    whileFinishing(
      'upgrades to something else',
      inTurn(personUpgrades, isNow('upgraded')),
      interfered(/somebody else upgraded the service.*:other/, { state: 'upgraded', runs: 'other' }, [
        ...DONE,
        'upgrade',
      ]),
    ),
    whileFinishing('deletes the service', removes, interfered(/removed/, GONE, [...DONE, 'remove'])),
    whileFinishing(
      'deactivates it',
      deactivates,
      interfered(/deactivated the service.*found (inactive|deactivating)/, { state: 'inactive' }, [
        ...DONE,
        'deactivate',
      ]),
    ),
    whileFinishing('scales it', scales(3), succeeded({ ...HOLDS, count: 3 }, [...DONE, 'update'])),
    whileFinishHangs(
      'cancels it',
      cancels,
      interfered(/cancelled the upgrade.*found cancel/, { state: 'canceled-upgrade' }, [
        'upgrade',
        'update',
        'finishupgrade',
        'cancelupgrade',
      ]),
    ),
    whileFinishHangs(
      'cancels it and rolls it back',
      inTurn(cancels, isNow('canceled-upgrade'), rollsBack),
      interfered(/somebody else (cancelled the upgrade|rolled the upgrade back)/, { ...BACK, count: 3 }, [
        'upgrade',
        'update',
        'finishupgrade',
        'cancelupgrade',
        'rollback',
      ]),
    ),
    whileRollingBack('deletes the service', removes, interfered(/removed/, GONE, [...UNDONE, 'remove'])),
    whileRollingBack('scales it', scales(3), cancelled({ ...BACK, count: 3 }, [...UNDONE, 'update'])),
    {
      title: 'while `rolling-back`, somebody rolls it back a moment before us (422)',
      service: PAIR,
      args: ENDLESS,
      before: late('rollback', 600),
      meanwhile: inTurn(waiting, says('cancel'), met, rollsBack),
      ...cancelled(BACK, UNDONE),
    },
    {
      title: 'while `rolling-back`, somebody finishes it a moment before us (422)',
      service: PAIR,
      args: HOLD,
      before: late('rollback', 900),
      interim: { verdict: 'held', exitCode: 0 },
      between: inTurn(says('rollback'), met, finishes),
      ...interfered(/finished the upgrade.*:2/, HOLDS, DONE),
    },
    {
      title: 'while `rolling-back`, somebody cancels the upgrade a moment before us: it is rolled back all the same',
      service: PAIR,
      args: ENDLESS,
      before: late('rollback', 600),
      meanwhile: inTurn(waiting, says('cancel'), met, cancels),
      ...cancelled(BACK, ['upgrade', 'cancelupgrade', 'rollback']),
    },
    afterRollback(
      'upgrades to something else',
      inTurn(personUpgrades, isNow('upgraded')),
      interfered(/somebody else .*:other/, { state: 'upgraded', runs: 'other' }, [...UNDONE, 'upgrade']),
    ),
    afterRollback(
      'deactivates it',
      deactivates,
      interfered(/deactivated the service/, { state: 'inactive' }, [...UNDONE, 'deactivate']),
    ),
    afterRollback('scales it', scales(1), {
      verdict: 'rolled-back',
      exitCode: 3,
      says: /the former configuration is proven to run/,
      leaves: BACK,
      actions: [...UNDONE, 'update'],
    }),
    whileParked('rolls it back', inTurn(rollsBack, isNow('active')), {
      verdict: 'rolled-back',
      exitCode: 3,
      says: /the former configuration is proven to run/,
      leaves: BACK,
      actions: UNDONE,
    }),
    whileParked('cancels it', inTurn(cancels, isNow('canceled-upgrade')), {
      verdict: 'rolled-back',
      exitCode: 3,
      says: /the former configuration is proven to run/,
      leaves: BACK,
      actions: ['upgrade', 'cancelupgrade', 'rollback'],
    }),
    whileParked(
      'deletes the service',
      inTurn(removes, isNow('removed')),
      interfered(/removed/, GONE, ['upgrade', 'remove']),
    ),
    {
      title: 'two upgrades are accepted at once, ours the later one: they fight each other',
      service: PAIR,
      args: ONE_BATCH,
      // Theirs begins: its first container takes its time, so that ours finds the service in the midst of it.
      before: inTurn((one) => one.behaves('other', { pullMillis: 40_000 }), late('upgrade', 300)),
      meanwhile: inTurn(met, personUpgrades),
      verdict: 'rolled-back',
      exitCode: 3,
      says: /two upgrades were accepted at once and fight each other; the former configuration is proven to run/,
      leaves: BACK,
      actions: ['upgrade', 'upgrade', 'rollback'],
    },
    {
      title: 'two upgrades are accepted at once, ours the earlier one: theirs is named',
      service: PAIR,
      args: ONE_BATCH,
      // It takes long enough to be found on its way.
      before: inTurn((one) => one.behaves('other', { pullMillis: 60_000 }), late('upgrade', 1)),
      meanwhile: inTurn(met, personUpgrades),
      ...interfered(
        /somebody else upgraded the service; found upgrading: primary example\/.*:other/,
        { state: 'upgrading' },
        ['upgrade', 'upgrade'],
      ),
      afterwards: inTurn(rollsBack, isNow('active')),
    },
  ],
};
