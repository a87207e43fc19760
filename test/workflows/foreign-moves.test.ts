import type { DeploymentResult } from '../../workflows/contract';
import type { Asked, Deploying } from '../support/rig';
import type { Case, Scene } from './scene';
import { ONE_BATCH, runCases } from './scene';

/** What somebody does by hand in Rancher's UI while a deployment is under way. */
type Move = (one: Scene) => Promise<void>;

const rollsBack: Move = (one) => one.byHand('rollback');
const finishes: Move = (one) => one.byHand('finishupgrade');
const cancels: Move = (one) => one.byHand('cancelupgrade');
const removes: Move = (one) => one.byHand('remove');
const scales =
  (scale: number): Move =>
  (one) =>
    one.byHand('update', { scale });
const replaces: Move = async (one) => {
  await one.byHand('rollback');
  await one.reaches('active');
  await one.upgradeByHand('other');
};
const finishesAndUpgrades: Move = async (one) => {
  await one.byHand('finishupgrade');
  await one.reaches('active');
  await one.upgradeByHand('other');
};

/** What must come of it. `actions` are Drover's own, and nothing else of Drover's was accepted. */
interface Expected {
  readonly verdict: DeploymentResult['verdict'];
  readonly reason?: RegExp;
  readonly actions: string[];
  /** Tag, scale and state of what runs in the end. */
  readonly runs?: [tag: string | number, scale: number, state?: string];
}

async function judge(one: Scene, deploying: Deploying, expected: Expected): Promise<void> {
  const { verdict, reason } = await deploying.result();
  expect({ verdict, reason }).toEqual({
    verdict: expected.verdict,
    reason: expected.reason === undefined ? reason : expect.stringMatching(expected.reason),
  });
  expect(one.actions).toEqual(expected.actions);
  if (expected.runs !== undefined) {
    const [tag, scale, state = 'active'] = expected.runs;
    await one.reaches(state);
    one.expectRuns(tag, scale, state);
  }
}

/** Containers take four seconds to come up: somebody steps in while Rancher still replaces them. */
function whileWaiting(title: string, move: Move, expected: Expected, more: Partial<Case> = {}): Case {
  return {
    title: `while waiting, somebody ${title}`,
    ...more,
    run: async (one) => {
      one.behave(2, { pullMillis: 80_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'waiting');
      await move(one);
      await judge(one, deploying, expected);
    },
  };
}

const interferedBy = (reason: RegExp, actions: string[], runs?: Expected['runs']): Expected => ({
  verdict: 'interfered',
  reason,
  actions,
  ...(runs === undefined ? {} : { runs }),
});

const waiting: Case[] = [
  whileWaiting('rolls back', rollsBack, interferedBy(/rolled the upgrade back.*found .*:1/, ['upgrade'], [1, 2])),
  whileWaiting('cancels', cancels, {
    ...interferedBy(/cancelled the upgrade.*found cancel.*:2/, ['upgrade']),
  }),
  whileWaiting(
    'cancels and rolls back',
    async (one) => {
      await one.byHand('cancelupgrade');
      await one.reaches('canceled-upgrade');
      await one.byHand('rollback');
    },
    interferedBy(/somebody else (rolled the upgrade back|cancelled the upgrade)/, ['upgrade'], [1, 2]),
  ),
  whileWaiting(
    'cancels and continues while Rancher does not answer us: Rancher is at it again, and it is finished',
    async (one) => {
      // Three attempts of a look and three of an outage: seven seconds.
      one.fault({ method: 'GET', times: 6, effect: { kind: 'status', status: 503 } });
      await one.byHand('cancelupgrade');
      await one.reaches('canceled-upgrade');
      await one.byHand('continueupgrade');
    },
    { verdict: 'succeeded', actions: ['upgrade', 'finishupgrade'], runs: [2, 2] },
  ),
  whileWaiting(
    'rolls back and upgrades to something else',
    replaces,
    interferedBy(/somebody else (upgraded the service|rolled the upgrade back)/, ['upgrade'], ['other', 2, 'upgraded']),
  ),
  whileWaiting('removes the service', removes, interferedBy(/removed/, ['upgrade'])),
  whileWaiting(
    'rolls back and deactivates the service',
    async (one) => {
      await one.byHand('rollback');
      await one.reaches('active');
      await one.byHand('deactivate');
    },
    interferedBy(/somebody else (rolled the upgrade back|deactivated)/, ['upgrade']),
  ),
  ...([3, 1] as const).map((scale): Case => ({
    title: `while waiting, somebody scales from 2 to ${scale}: upgraded, with old containers left, and rolled back`,
    run: async (one) => {
      one.behave(2, { pullMillis: 60_000 });
      const deploying = await one.start({ overrides: { batchSize: 1, batchIntervalMillis: 100 } });
      await one.until(deploying, 'waiting');
      await scales(scale)(one);
      await judge(one, deploying, {
        verdict: 'rolled-back',
        reason: /of the other version still run/,
        actions: ['upgrade', 'rollback'],
        runs: [1, scale],
      });
    },
  })),
];

/** In `upgraded`: proven and watched (a soak), or held for a person. */
function inUpgraded(phase: 'verifying' | 'confirming', title: string, move: Move, expected: Expected): Case {
  return {
    title: `while ${phase}, somebody ${title}`,
    run: async (one) => {
      const asked: Partial<Asked> =
        phase === 'confirming'
          ? { hold: true, overrides: ONE_BATCH }
          : { overrides: { ...ONE_BATCH, soakMillis: 2_500 } };
      const deploying = await one.start(asked);
      await one.until(deploying, phase);
      await one.reaches('upgraded');
      await move(one);
      if (phase === 'confirming') await deploying.signal('confirm', { by: 'a person who does not know' });
      await judge(one, deploying, expected);
    },
  };
}

const upgraded: Case[] = (['verifying', 'confirming'] as const).flatMap((phase) => [
  inUpgraded(phase, 'rolls back', rollsBack, interferedBy(/rolled the upgrade back.*found .*:1/, ['upgrade'], [1, 2])),
  inUpgraded(
    phase,
    'finishes',
    finishes,
    interferedBy(/finished the upgrade.*found (active|finishing-upgrade).*:2/, ['upgrade'], [2, 2]),
  ),
  inUpgraded(
    phase,
    'rolls back and upgrades to something else',
    replaces,
    interferedBy(/somebody else (upgraded the service|rolled the upgrade back)/, ['upgrade'], ['other', 2, 'upgraded']),
  ),
  inUpgraded(
    phase,
    'finishes and upgrades to something else',
    finishesAndUpgrades,
    interferedBy(/somebody else (upgraded the service|finished the upgrade)/, ['upgrade'], ['other', 2, 'upgraded']),
  ),
  inUpgraded(phase, 'removes the service', removes, interferedBy(/removed/, ['upgrade'])),
  inUpgraded(
    phase,
    'finishes and deactivates the service',
    async (one) => {
      await finishes(one);
      await one.reaches('active');
      await one.byHand('deactivate');
    },
    interferedBy(/finished the upgrade/, ['upgrade']),
  ),
  inUpgraded(phase, 'scales down: enough new containers run, and it is finished', scales(1), {
    verdict: 'succeeded',
    actions: ['upgrade', 'finishupgrade'],
  }),
]);

/** The finish was taken, its reply is lost for two seconds, and somebody steps in before Drover reads again. */
function afterFinish(title: string, move: Move, expected: Expected): Case {
  return {
    title: `while finishing, somebody ${title}`,
    run: async (one) => {
      one.fault({ action: 'finishupgrade', effect: { kind: 'hang-after' } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=finishupgrade');
      await one.reaches('active');
      await move(one);
      await judge(one, deploying, expected);
    },
  };
}

const BOTH = ['upgrade', 'finishupgrade'];

const finishing: Case[] = [
  afterFinish(
    'upgrades to something else',
    (one) => one.upgradeByHand('other'),
    interferedBy(/somebody else upgraded the service.*:other/, BOTH, ['other', 2, 'upgraded']),
  ),
  afterFinish('removes the service', removes, interferedBy(/removed/, BOTH)),
  afterFinish(
    'deactivates the service',
    (one) => one.byHand('deactivate'),
    interferedBy(/deactivated the service.*found (inactive|deactivating)/, BOTH),
  ),
  afterFinish('scales up: all of them are new, and that is success', scales(3), {
    verdict: 'succeeded',
    actions: BOTH,
    runs: [2, 3],
  }),
  afterFinish('scales down: that is success', scales(1), { verdict: 'succeeded', actions: BOTH, runs: [2, 1] }),
  {
    title: 'while finishing, somebody cancels: interfered, and never continued',
    run: async (one) => {
      const deploying = await hangingFinish(one);
      await one.byHand('cancelupgrade');
      await judge(one, deploying, interferedBy(/cancelled the upgrade.*found cancel/, BOTH));
      await one.reaches('canceled-upgrade');
      expect(one.posts('continueupgrade')).toBe(0);
      expect(one.posts('finishupgrade')).toBe(1);
    },
  },
  {
    title: 'while finishing and out of touch, somebody cancels: found cancelled, and neither finished nor continued',
    run: async (one) => {
      const deploying = await hangingFinish(one);
      const mend = one.fault({ method: 'GET', times: 0, effect: { kind: 'status', status: 503 } });
      await one.byHand('cancelupgrade');
      await one.reaches('canceled-upgrade');
      mend();
      await judge(one, deploying, interferedBy(/cancelled the upgrade.*found canceled-upgrade/, BOTH));
      expect(one.posts('continueupgrade')).toBe(0);
      expect(one.posts('finishupgrade')).toBe(1);
      expect(one.now.state).toBe('canceled-upgrade');
    },
  },
  {
    title: 'while finishing, somebody cancels and rolls back: interfered',
    run: async (one) => {
      const deploying = await hangingFinish(one);
      await one.byHand('cancelupgrade');
      await one.reaches('canceled-upgrade');
      await one.byHand('rollback');
      await judge(one, deploying, interferedBy(/somebody else (rolled the upgrade back|cancelled)/, BOTH));
    },
  },
];

/** A finish that has to start one more container (somebody scaled between the last proof and the POST), and takes its time. */
async function hangingFinish(one: Scene): Promise<Deploying> {
  one.fault({ action: 'finishupgrade', effect: { kind: 'delay', millis: 600 } });
  const deploying = await one.start({ overrides: ONE_BATCH });
  await one.receives('POST', 'action=finishupgrade');
  one.behave(2, { pullMillis: 100_000 });
  await one.byHand('update', { scale: 3 });
  await one.reaches('finishing-upgrade');
  return deploying;
}

/** A person cancelled, and while the former containers come back somebody steps in. */
function whileRollingBack(title: string, move: Move, expected: Expected): Case {
  return {
    title: `while rolling back, somebody ${title}`,
    run: async (one) => {
      one.behave(2, { pullMillis: 60_000 });
      one.behave(1, { pullMillis: 20_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'waiting');
      await one.reaches('upgrading');
      await deploying.signal('cancel', { by: 'a person' });
      await one.reaches('rolling-back');
      await move(one);
      await judge(one, deploying, expected);
    },
  };
}

/** The rollback was taken, its reply is lost for two seconds, and somebody steps in before Drover reads again. */
function afterRollback(title: string, move: Move, expected: Expected): Case {
  return {
    title: `after the rollback, before it is proven, somebody ${title}`,
    run: async (one) => {
      one.fault({ action: 'rollback', effect: { kind: 'hang-after' } });
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      await deploying.signal('rollback', { by: 'a person' });
      await one.receives('POST', 'action=rollback');
      await one.reaches('active');
      await move(one);
      await judge(one, deploying, expected);
    },
  };
}

const UNDONE = ['upgrade', 'rollback'];

const rollingBack: Case[] = [
  whileRollingBack('removes the service', removes, interferedBy(/removed/, UNDONE)),
  whileRollingBack('scales up: the former configuration runs, three times', scales(3), {
    verdict: 'cancelled',
    actions: UNDONE,
  }),
  afterRollback(
    'upgrades to something else',
    (one) => one.upgradeByHand('other'),
    interferedBy(/somebody else .*:other/, UNDONE, ['other', 2, 'upgraded']),
  ),
  afterRollback(
    'deactivates the service',
    (one) => one.byHand('deactivate'),
    interferedBy(/deactivated the service/, UNDONE),
  ),
  afterRollback('scales: that is success', scales(1), { verdict: 'rolled-back', actions: UNDONE, runs: [1, 1] }),
  {
    title: 'somebody finishes a moment before our rollback: interfered, and left as it is',
    run: async (one) => {
      one.fault({ action: 'rollback', effect: { kind: 'delay', millis: 500 } });
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      await deploying.signal('rollback', { by: 'a person' });
      await one.receives('POST', 'action=rollback');
      await one.byHand('finishupgrade');
      await judge(one, deploying, interferedBy(/finished the upgrade.*:2/, ['upgrade'], [2, 2]));
    },
  },
  {
    title: 'a held deployment notices by itself that somebody rolled back',
    run: async (one) => {
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      await one.byHand('rollback');
      await judge(one, deploying, interferedBy(/rolled the upgrade back/, ['upgrade'], [1, 2]));
    },
  },
];

describe('somebody moves the service by hand', () => {
  runCases([...waiting, ...upgraded, ...finishing, ...rollingBack], { atOnce: 16 });
});
