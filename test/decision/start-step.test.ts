import { PRIMARY } from '../../decision/service-snapshot';
import type { OnPending } from '../../decision/policy';
import { ON_PENDING } from '../../decision/policy';
import { SERVICE_STATES } from '../../decision/service-state';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import type { StartStep, StartView } from '../../decision/start-step';
import { ownRoundOf, startStep } from '../../decision/start-step';
import type { Outcome } from '../state-matrix';
import { STATE_MATRIX } from '../state-matrix';
import { config, good, service, tally } from './samples';

const PATIENCE = ['fresh', 'stalled', 'over'] as const satisfies readonly StartView['patience'][];
type Patience = (typeof PATIENCE)[number];
type CellName = 'same' | 'other';

/** What Rancher offers in each state, from its state machine (FACTS: "State machine"); nothing where a state is not listed. */
const OFFERED: Readonly<Record<string, readonly string[]>> = {
  active: ['upgrade'],
  inactive: ['upgrade'],
  activating: ['upgrade'],
  'updating-active': ['upgrade'],
  upgrading: ['cancelupgrade', 'rollback'],
  upgraded: ['finishupgrade', 'rollback'],
  'finishing-upgrade': ['cancelupgrade'],
  'canceled-upgrade': ['continueupgrade', 'rollback'],
};

/** Upgrades are offered there, yet the service may settle in a moment: after that moment it is upgraded as it is. */
const RESTLESS_TOO_LONG = ['activating', 'updating-active'];
/** No outcome of the matrix: they pass before a service is ready, or after it was removed. */
const BEYOND_THE_MATRIX: Readonly<Record<string, string>> = {
  requested: 'registering',
  creating: 'registering',
  purging: 'removed',
  purged: 'removed',
};

const matrix: Readonly<Record<string, Readonly<Record<CellName, Readonly<Record<OnPending, Outcome>>>>>> = STATE_MATRIX;

function cellOf(state: string, name: CellName, onPending: OnPending): Outcome {
  const row = matrix[BEYOND_THE_MATRIX[state] ?? state];
  if (row === undefined) throw new Error(`the state matrix has no row for ${state}`);
  return row[name][onPending];
}

/** The first step that leads to an outcome of the matrix: from the actions that it expects and from what Rancher offers. */
function firstStep(state: string, outcome: Outcome, onPending: OnPending, patience: Patience): string {
  const offered = OFFERED[state] ?? [];
  const [first, ...later] = outcome.actions;
  if (outcome.verdict === 'unchanged' && state === 'active') return 'unchanged';
  if (RESTLESS_TOO_LONG.includes(state)) {
    const patient = outcome.verdict === 'unchanged' ? patience !== 'over' : patience === 'fresh';
    return patient ? 'wait' : 'upgrade';
  }
  if (first === 'finishupgrade' && later.length === 0) return 'adopt';
  if (state === 'upgrading') {
    if (patience === 'fresh') return 'wait';
    return first === 'rollback' && patience === 'stalled' ? 'settle rollback' : 'refuse';
  }
  if (first !== undefined && offered.includes(first)) return first === 'upgrade' ? 'upgrade' : `settle ${first}`;
  if (['removing', 'removed', 'purging', 'purged'].includes(state)) return 'refuse';
  if (offered.length > 0 && first === undefined && state !== 'finishing-upgrade')
    return onPending === 'wait' && patience !== 'over' ? 'wait' : 'refuse';
  return patience === 'over' ? 'refuse' : 'wait';
}

const told = (step: StartStep): string => (step.do === 'settle' ? `settle ${step.action}` : step.do);

/** A service in a state, whose launch configuration is what was asked for (`same`) or something else, and whose containers run it. */
const found = (state: string, name: CellName, changes: Partial<ServiceSnapshot> = {}): ServiceSnapshot =>
  service({ state, meetsRequest: name === 'same', ...changes });

const view = (changes: Partial<StartView> = {}): StartView => ({
  onPending: 'rollback',
  redeploy: false,
  again: false,
  asked: [PRIMARY],
  patience: 'fresh',
  ...changes,
});

const EVERY_STATE = Object.keys(SERVICE_STATES);

describe('the first step, held to the state matrix', () => {
  test('the matrix knows only states that the table of states knows, and every other one is named here', () => {
    expect(Object.keys(matrix).filter((state) => !EVERY_STATE.includes(state))).toEqual([]);
    expect(EVERY_STATE.filter((state) => !(state in matrix))).toEqual(Object.keys(BEYOND_THE_MATRIX));
  });

  describe.each(EVERY_STATE)('a service that is %s', (state) => {
    for (const name of ['same', 'other'] as const)
      for (const onPending of ON_PENDING)
        for (const patience of PATIENCE) {
          const expected = firstStep(state, cellOf(state, name, onPending), onPending, patience);
          test(`${name} target, onPending ${onPending}, patience ${patience}: ${expected}`, () => {
            expect(told(startStep(found(state, name), view({ onPending, patience })))).toBe(expected);
          });
        }

    test.each(
      (['redeploy', 'again'] as const).flatMap((flag) =>
        ON_PENDING.flatMap((onPending) => PATIENCE.map((patience) => ({ flag, onPending, patience }))),
      ),
    )('$flag ($onPending, $patience): having the same target already counts for nothing', (asked) => {
      const { flag, onPending, patience } = asked;
      const step = startStep(found(state, 'same'), view({ [flag]: true, onPending, patience }));
      const other = firstStep(state, cellOf(state, 'other', onPending), onPending, patience);
      expect(told(step)).toBe(other);
    });

    test('once it was removed, it is refused', () => {
      for (const onPending of ON_PENDING)
        expect(startStep(found(state, 'same', { removed: true }), view({ onPending }))).toEqual({
          do: 'refuse',
          why: 'the service was removed',
        });
    });
  });

  test('a state that nobody knows is waited for, and refused when it lasts', () => {
    expect(startStep(found('reticulating', 'same'), view())).toEqual({
      do: 'wait',
      why: 'the service is reticulating',
    });
    expect(startStep(found('reticulating', 'same', { message: 'splines' }), view({ patience: 'over' }))).toEqual({
      do: 'refuse',
      why: 'the service stayed busy (reticulating: splines)',
    });
  });
});

describe('`unchanged` needs a proof', () => {
  const unproven: Readonly<Record<string, Partial<ServiceSnapshot>>> = {
    'its containers were not read': { instances: null },
    'it has no containers though it should': { instances: [] },
    'one of two containers runs': { instances: [good(1, { version: 'version-before' })] },
    'a container of another version runs': {
      instances: [good(2, { version: 'version-before' }), good(1, { version: 'older' })],
    },
    'one of them is not healthy': {
      configs: [config({ hasHealthCheck: true })],
      instances: [tally({ version: 'version-before', running: 2, healthy: 1 })],
    },
  };

  test.each(Object.keys(unproven))('%s: it is upgraded', (name) => {
    expect(startStep(found('active', 'same', unproven[name]), view())).toEqual({ do: 'upgrade' });
  });

  test('of a start-once sidekick that ended, nobody knows how, only where it is asked for', () => {
    const migrated = found('active', 'same', {
      configs: [config(), config({ name: 'migrate', startOnce: true })],
      instances: [
        good(2, { version: 'version-before' }),
        tally({ config: 'migrate', version: 'version-before', stopped: 2 }),
      ],
    });
    expect(startStep(migrated, view())).toEqual({ do: 'unchanged' });
    expect(startStep(migrated, view({ asked: ['migrate'] }))).toEqual({ do: 'upgrade' });
    expect(startStep(migrated, view({ asked: [PRIMARY, 'migrate'] }))).toEqual({ do: 'upgrade' });
  });

  test('an inactive service that has the image is started by an upgrade', () => {
    expect(startStep(found('inactive', 'same', { expected: 0, instances: [] }), view())).toEqual({ do: 'upgrade' });
  });

  test('a service of a kind without containers is there when its configuration is', () => {
    expect(startStep(found('active', 'same', { expected: 0, instances: [] }), view())).toEqual({ do: 'unchanged' });
  });
});

describe('what somebody else left', () => {
  test('an upgrade over which two writers fight is never adopted', () => {
    const fought = found('upgrading', 'same', { twoWriters: true });
    expect(startStep(fought, view()).do).toBe('wait');
    expect(startStep(fought, view({ patience: 'stalled' }))).toMatchObject({ do: 'settle', action: 'rollback' });
  });

  test('a cancelled one is never finished, whatever the policy, the target and the patience', () => {
    for (const onPending of ON_PENDING)
      for (const patience of PATIENCE)
        for (const name of ['same', 'other'] as const)
          for (const state of ['canceled-upgrade', 'canceling-upgrade']) {
            const step = startStep(found(state, name), view({ onPending, patience }));
            expect(told(step)).not.toBe('settle finishupgrade');
            expect(step.do).not.toBe('adopt');
          }
  });

  test('nothing is ever sent that Rancher does not offer in that state', () => {
    for (const state of EVERY_STATE)
      for (const onPending of ON_PENDING)
        for (const patience of PATIENCE) {
          const step = startStep(found(state, 'other'), view({ onPending, patience }));
          const action = step.do === 'settle' ? step.action : step.do === 'upgrade' ? 'upgrade' : null;
          if (action !== null) expect(OFFERED[state]).toContain(action);
        }
  });

  test('with `abort`, the refusal names the deployment whose label it carries', () => {
    const labelled = found('upgraded', 'other', {
      configs: [config(), config({ name: 'logs', deploymentLabel: 'd-77.1' })],
    });
    expect(startStep(labelled, view({ onPending: 'abort' }))).toEqual({
      do: 'refuse',
      why: 'an upgrade with the label of deployment d-77.1 is pending (upgraded)',
    });
    expect(startStep(found('canceled-upgrade', 'other'), view({ onPending: 'abort' }))).toEqual({
      do: 'refuse',
      why: "someone else's upgrade is pending (canceled-upgrade)",
    });
  });

  test('whatever is done about it, the deployment that left it is named', () => {
    const label = (state: string): ServiceSnapshot =>
      found(state, 'other', { configs: [config({ deploymentLabel: 'd-77.1' })] });
    for (const state of ['upgrading', 'upgraded', 'canceled-upgrade'])
      for (const onPending of ON_PENDING)
        for (const patience of PATIENCE) {
          const step = startStep(label(state), view({ onPending, patience }));
          expect(step).toMatchObject({
            why: expect.stringContaining('an upgrade with the label of deployment d-77.1') as string,
          });
        }
  });

  test('with `wait`, it says for what it waits, and at last that nobody came', () => {
    const pending = found('upgraded', 'other');
    expect(startStep(pending, view({ onPending: 'wait' }))).toEqual({
      do: 'wait',
      why: "someone else's upgrade is pending (upgraded); waiting for somebody to settle it",
    });
    expect(startStep(pending, view({ onPending: 'wait', patience: 'over' }))).toEqual({
      do: 'refuse',
      why: "someone else's upgrade is pending (upgraded); nobody settled it in time",
    });
  });

  test("Rancher's own words are quoted where an upgrade hangs, and no empty ones are", () => {
    const hanging = (message: string | null): StartStep =>
      startStep(found('upgrading', 'other', { message }), view({ patience: 'stalled' }));
    expect(hanging('no host')).toMatchObject({ why: "someone else's upgrade makes no progress: no host" });
    for (const message of ['', null])
      expect(hanging(message)).toMatchObject({ why: "someone else's upgrade makes no progress" });
    expect(
      startStep(
        found('upgrading', 'other', { message: 'no host' }),
        view({ patience: 'stalled', onPending: 'finish' }),
      ),
    ).toEqual({ do: 'refuse', why: "someone else's upgrade is stuck in upgrading: no host" });
  });

  test('a policy that nobody knows is a bug and says so', () => {
    for (const state of ['upgraded', 'canceled-upgrade'])
      expect(() => startStep(found(state, 'other'), view({ onPending: 'guess' as OnPending }))).toThrow(
        'unknown policy guess',
      );
  });

  describe('an upgrade of its own, posted before its workflow was reset', () => {
    const own = (state: string, deploymentLabel = 'd-77.2'): ServiceSnapshot =>
      found(state, 'same', { configs: [config({ deploymentLabel })] });

    test('is gone on with and never posted again, whatever the policy and `--redeploy` say', () => {
      for (const state of ['upgrading', 'upgraded', 'canceled-upgrade', 'active', 'inactive'])
        for (const onPending of ON_PENDING)
          for (const redeploy of [true, false])
            expect(startStep(own(state), view({ deploymentId: 'd-77', onPending, redeploy }))).toEqual({ do: 'adopt' });
      for (const state of ['rolling-back', 'finishing-upgrade', 'removed'])
        expect(startStep(own(state), view({ deploymentId: 'd-77' })).do).toBe(state === 'removed' ? 'refuse' : 'wait');
    });

    test.each([
      ['it is the label of another deployment', own('upgraded', 'd-7.2'), {}],
      ['somebody else took the label along to something else', { ...own('upgraded'), meetsRequest: false }, {}],
      ['a later round is asked for', own('upgraded'), { again: true }],
      [
        'it was never upgraded, and the label came along with a copy',
        { ...own('upgraded'), configs: [config({ version: '0', deploymentLabel: 'd-77.1' })] },
        {},
      ],
      ['the label is none of ours', own('upgraded', 'd-77.x'), {}],
    ])('but not where %s', (_case, service, changes) => {
      expect(startStep(service, view({ deploymentId: 'd-77', redeploy: true, ...changes })).do).toBe('settle');
      expect(ownRoundOf(service, view({ deploymentId: 'd-77', ...changes }))).toBeNull();
    });

    test('is the newest of its rounds', () => {
      expect(ownRoundOf(own('upgrading'), { deploymentId: 'd-77', again: false })).toBe(2);
      expect(ownRoundOf(own('upgrading'), { again: false })).toBeNull();
    });
  });
});

describe("another installation's pending upgrade, where those are left alone", () => {
  const view = (onPending: OnPending): StartView => ({
    ...{ onPending, redeploy: false, asked: [PRIMARY], again: false, deploymentId: 'd1', patience: 'fresh' },
  });

  test.each(
    ON_PENDING.flatMap((policy) =>
      ['upgrading', 'upgraded', 'canceled-upgrade'].map((state) => [policy, state] as const),
    ),
  )('with %s, %s: refused, even where it goes to what was asked', (onPending, state) => {
    const seen = { ...service({ state, meetsRequest: true }), claimedBy: 'd1.1@there' };
    expect(startStep(seen, view(onPending))).toEqual({
      do: 'refuse',
      why: `the service is ${state} by an upgrade with the label d1.1@there, of another installation of Drover, there`,
      then: expect.stringContaining('--take-over d1.1@there'),
    });
  });
});
