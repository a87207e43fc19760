import fc from 'fast-check';
import type { Ownership, Round } from '../../decision/round';
import { ownershipOf } from '../../decision/round';
import type { Goal, RoundStep } from '../../decision/round-step';
import { roundStep } from '../../decision/round-step';
import { SERVICE_STATES } from '../../decision/service-state';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';
import {
  acceptedRound,
  BASE,
  config,
  LABEL,
  NEW,
  NEW_IMAGE,
  OLD_IMAGE,
  OTHER,
  posted,
  service,
  upgradedConfig,
  versions,
} from './samples';

const GOALS = ['upgraded', 'finished', 'restored'] as const satisfies readonly Goal[];

/** What somebody else did, in the words of the verdict. */
const FINISHED = 'somebody else finished the upgrade';
const CANCELLED = 'somebody else cancelled the upgrade';
const ROLLED_BACK = 'somebody else rolled the upgrade back';
const CONTINUED = 'somebody else cancelled the upgrade and continued it';
const BEGAN = 'somebody else began another upgrade';
const REMOVED = 'the service was removed';
const UPGRADED = 'somebody else upgraded the service';

/**
 * By state: what to do about an accepted upgrade of ours, for each goal, while its versions are there (`ours`) and once the former ones are
 * (`base`). Written from Rancher's state machine and from DESIGN.md ("foreign moves", "finish", "any failure before the finish").
 */
interface Expected {
  readonly ours: Readonly<Record<Goal, string>>;
  readonly base: Readonly<Record<Goal, string>>;
}

const goals = (upgraded: string, finished: string, restored: string): Readonly<Record<Goal, string>> => ({
  upgraded,
  finished,
  restored,
});

/** Ours and steady: the upgrade is over. Whoever finished it, our own finish has reached its target; a rollback came too late. */
const SETTLED: Expected = {
  ours: goals(FINISHED, 'prove', FINISHED),
  base: goals(ROLLED_BACK, ROLLED_BACK, 'prove'),
};
/** On the way to or from a steady state: what it becomes is waited for, but what it can only be is named. */
const PASSING: Expected = {
  ours: goals(FINISHED, 'wait', 'wait'),
  base: goals(ROLLED_BACK, ROLLED_BACK, 'wait'),
};
const REMOVED_EVERYWHERE = goals(REMOVED, REMOVED, REMOVED);
const GONE: Expected = { ours: REMOVED_EVERYWHERE, base: REMOVED_EVERYWHERE };
/** The former versions and yet an upgrade under way: it is another one. */
const ANOTHER = goals(BEGAN, BEGAN, BEGAN);

const EXPECTED: Readonly<Record<keyof typeof SERVICE_STATES, Expected>> = {
  requested: PASSING,
  creating: PASSING,
  registering: PASSING,
  activating: SETTLED,
  active: SETTLED,
  'updating-active': SETTLED,
  restarting: PASSING,
  deactivating: PASSING,
  inactive: SETTLED,
  'updating-inactive': PASSING,
  upgrading: { ours: goals('wait', CONTINUED, 'rollback'), base: ANOTHER },
  upgraded: { ours: goals('verify', 'finish', 'rollback'), base: ANOTHER },
  'finishing-upgrade': PASSING,
  'canceling-upgrade': {
    ours: goals(CANCELLED, CANCELLED, 'wait'),
    base: goals(ROLLED_BACK, ROLLED_BACK, 'wait'),
  },
  'canceled-upgrade': { ours: goals(CANCELLED, CANCELLED, 'rollback'), base: ANOTHER },
  'rolling-back': {
    ours: goals(ROLLED_BACK, ROLLED_BACK, 'wait'),
    base: goals(ROLLED_BACK, ROLLED_BACK, 'wait'),
  },
  removing: GONE,
  removed: GONE,
  purging: GONE,
  purged: GONE,
};

const STATES = Object.keys(SERVICE_STATES) as (keyof typeof SERVICE_STATES)[];

const told = (step: RoundStep): string => (step.do === 'interfered' ? step.why : step.do);

const showing = (ownership: Ownership, state: string): ServiceSnapshot =>
  service({
    state,
    configs: [
      { ours: upgradedConfig(), base: config(), foreign: upgradedConfig({ version: OTHER, deploymentLabel: 'd-9.9' }) }[
        ownership
      ],
    ],
  });

describe.each(STATES)('a service that is %s', (state) => {
  for (const goal of GOALS) {
    for (const ownership of ['ours', 'base'] as const) {
      const expected = EXPECTED[state][ownership][goal];
      test(`goal ${goal}, versions ${ownership}: ${expected}`, () => {
        expect(told(roundStep(showing(ownership, state), acceptedRound(), goal))).toBe(expected);
      });
    }

    test(`goal ${goal}, versions of somebody else: only named`, () => {
      expect(roundStep(showing('foreign', state), acceptedRound(), goal)).toEqual({
        do: 'interfered',
        why: EXPECTED[state] === GONE ? REMOVED : UPGRADED,
      });
    });

    test(`goal ${goal}, removed: only named`, () => {
      for (const ownership of ['ours', 'base', 'foreign'] as const)
        expect(roundStep({ ...showing(ownership, state), removed: true }, acceptedRound(), goal).do).toBe('interfered');
    });
  }

  test('restoring with the reply of our POST lost: what is recognised is rolled back, else there is nothing to restore', () => {
    const lost = acceptedRound({ accepted: null });
    expect(told(roundStep(showing('ours', state), lost, 'restored'))).toBe(EXPECTED[state].ours.restored);
    expect(told(roundStep(showing('base', state), lost, 'restored'))).toBe(
      EXPECTED[state] === GONE ? REMOVED : 'nothing-posted',
    );
  });

  test('restoring with the reply of our POST lost, and other versions: nobody can tell whether it was taken', () => {
    const lost = acceptedRound({ accepted: null });
    expect(told(roundStep(showing('foreign', state), lost, 'restored'))).toBe(
      EXPECTED[state] === GONE ? REMOVED : UPGRADED,
    );
  });

  test('restoring with the reply of our POST lost, and undone by somebody: the former configuration is proven', () => {
    const lost = acceptedRound({ accepted: null });
    const undone = { ...showing('base', state), lastLabels: [LABEL] };
    expect(told(roundStep(undone, lost, 'restored'))).toBe(EXPECTED[state].base.restored);
  });
});

test('a state that nobody knows is waited for once our finish or rollback is on its way', () => {
  expect(told(roundStep(showing('ours', 'reticulating'), acceptedRound(), 'finished'))).toBe('wait');
  expect(told(roundStep(showing('base', 'reticulating'), acceptedRound(), 'restored'))).toBe('wait');
});

describe('whatever a service and a round look like', () => {
  const anyVersion = fc.constantFrom('0', BASE, NEW, OTHER);
  const anyConfig = fc.record({
    version: anyVersion,
    image: fc.constantFrom(OLD_IMAGE, NEW_IMAGE, null),
    deploymentLabel: fc.constantFrom(LABEL, 'd-1.1', 'd-9.9', null),
    digest: fc.constantFrom('key:ours', 'another'),
  });
  const anyVersions = fc.option(
    fc.record({ [PRIMARY]: anyVersion, logs: anyVersion }, { requiredKeys: [PRIMARY] }).map(versions),
  );
  const anyService: fc.Arbitrary<ServiceSnapshot> = fc
    .record({
      state: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom<string>(...STATES) },
        { weight: 1, arbitrary: fc.string() },
      ),
      removed: fc.constant(false),
      configs: fc
        .tuple(anyConfig, fc.option(anyConfig))
        .map(([primary, logs]) => [config(primary), ...(logs === null ? [] : [config({ ...logs, name: 'logs' })])]),
      transitioning: fc.constantFrom('yes', 'no', 'error'),
      twoWriters: fc.boolean(),
      meetsRequest: fc.boolean(),
    })
    .map((changes) => service(changes));
  const anyRound: fc.Arbitrary<Round> = fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    label: fc.constantFrom(LABEL, null),
    base: anyVersions,
    namedBefore: fc.constantFrom([], versions({ [PRIMARY]: OTHER })),
    posted: fc.constantFrom([], [posted()], [posted(), posted({ config: 'logs' })]),
    accepted: anyVersions,
  });
  const anyGoal = fc.constantFrom(...GOALS);
  const anyState = fc.oneof(fc.constantFrom('upgrading', 'upgraded', 'canceled-upgrade'), fc.constantFrom(...STATES));
  /** Anything at all, and as often a service and a round that have to do with each other. */
  const anySituation = fc.oneof(
    fc.tuple(anyService, anyRound),
    fc
      .tuple(fc.constantFrom('ours', 'base', 'foreign'), anyState, fc.boolean())
      .map(([ownership, state, lost]): [ServiceSnapshot, Round] => [
        showing(ownership, state),
        lost ? acceptedRound({ accepted: null }) : acceptedRound(),
      ]),
  );

  /** Checks a claim for many situations, and that its premise was met at all. */
  function always(
    premise: (step: RoundStep, found: ServiceSnapshot, ours: Round, goal: Goal) => boolean,
    claim: (step: RoundStep, found: ServiceSnapshot, ours: Round, goal: Goal) => void,
  ): void {
    let met = 0;
    fc.assert(
      fc.property(anySituation, anyGoal, ([found, ours], goal) => {
        const step = roundStep(found, ours, goal);
        if (!premise(step, found, ours, goal)) return;
        met += 1;
        claim(step, found, ours, goal);
      }),
      { numRuns: 3000 },
    );
    expect(met).toBeGreaterThan(0);
  }

  test('finish is only decided for ours, `upgraded`, once the finish is the goal', () => {
    always(
      (step) => step.do === 'finish',
      (_step, found, ours, goal) => {
        expect([found.state, ownershipOf(found, ours), goal]).toEqual(['upgraded', 'ours', 'finished']);
      },
    );
  });

  test('a cancelled upgrade is never finished, verified or continued', () => {
    always(
      (_step, found) => ['canceled-upgrade', 'canceling-upgrade'].includes(found.state),
      (step) => expect(['rollback', 'wait', 'interfered', 'nothing-posted']).toContain(step.do),
    );
  });

  test('a rollback is only decided for ours, where Rancher offers it, once restoring is the goal', () => {
    always(
      (step) => step.do === 'rollback',
      (_step, found, ours, goal) => {
        expect([ownershipOf(found, ours), goal]).toEqual(['ours', 'restored']);
        expect(['upgrading', 'upgraded', 'canceled-upgrade']).toContain(found.state);
      },
    );
  });

  test("somebody else's state is named and nothing else", () => {
    always(
      (_step, found, ours) => ownershipOf(found, ours) === 'foreign',
      (step) => {
        expect(step.do).toBe('interfered');
      },
    );
  });

  test('after the finish was sent there is no rollback, and before it no finish', () => {
    always(
      (_step, _found, _ours, goal) => goal === 'finished',
      (step) => expect(step.do).not.toBe('rollback'),
    );
    always(
      (_step, _found, _ours, goal) => goal !== 'finished',
      (step) => expect(step.do).not.toBe('finish'),
    );
  });

  test('a removed service is left alone', () => {
    always(
      (_step, found) => ['removing', 'removed', 'purging', 'purged'].includes(found.state),
      (step) => expect(step).toEqual({ do: 'interfered', why: REMOVED }),
    );
  });

  test('what is proven is a steady service of the versions that were wanted', () => {
    always(
      (step) => step.do === 'prove',
      (_step, found, ours, goal) => {
        expect(ownershipOf(found, ours)).toBe(goal === 'finished' ? 'ours' : 'base');
        expect(['active', 'inactive', 'activating', 'updating-active']).toContain(found.state);
      },
    );
  });

  test('an interference is told in words', () => {
    always(
      (step) => step.do === 'interfered',
      (step) => expect(told(step)).toMatch(/^(somebody else|the service was removed)/),
    );
  });
});
