import {
  deactivatePermission,
  finishPermission,
  postPermission,
  rollbackPermission,
  settlePermission,
  whyNotPosted,
} from '../../decision/permission';
import { PRIMARY } from '../../decision/service-snapshot';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { SERVICE_STATES } from '../../decision/service-state';
import {
  acceptedRound,
  BASE,
  config,
  good,
  LABEL,
  NEW,
  OTHER,
  round,
  service,
  upgradedConfig,
  versions,
} from './samples';

const STATES = Object.keys(SERVICE_STATES);
const others = (...states: string[]): string[] => STATES.filter((state) => !states.includes(state));
const ours = { configs: [upgradedConfig()], instances: [good(2)] };
const foreign = { configs: [config({ version: OTHER })] };
const yes = (): boolean => true;

describe('the POST', () => {
  const OFFERED = ['active', 'inactive', 'activating', 'updating-active'];

  test.each(OFFERED)('goes out on the base of a service that is %s', (state) => {
    expect(postPermission(service({ state }), round(), yes)).toBe('send');
  });

  test.each(others(...OFFERED))('waits for a service that is %s', (state) => {
    expect(postPermission(service({ state }), round(), yes)).toBe('not-now');
    expect(whyNotPosted(service({ state }), round(), false)).toBe('busy');
  });

  test('is done where its upgrade is found, in whatever state', () => {
    for (const state of STATES) expect(postPermission(service({ state, ...ours }), round(), yes)).toBe('done');
  });

  test('does not go out when it was taken and rolled back', () => {
    const undone = service({ lastLabels: [LABEL] });
    expect(postPermission(undone, round(), yes)).toBe('not-now');
    expect(whyNotPosted(undone, round(), true)).toBe('undone');
  });

  describe('where the base has its own label already', () => {
    const first = round({ number: 1, label: 'd-1.1' });
    const labelled = config({ deploymentLabel: 'd-1.1' });

    test.each(STATES)('does not go out: it was posted before a reset, %s now', (state) => {
      const before = service({ state, configs: [labelled], lastLabels: ['d-1.1'], meetsRequest: true });
      expect(postPermission(before, first, yes)).toBe('not-now');
      expect(whyNotPosted(before, first, false)).toBe('busy');
    });

    test('goes out where the label came along with a copied service: that was never upgraded', () => {
      const base = [{ config: PRIMARY, version: '0' }];
      const copied = service({ configs: [{ ...labelled, version: '0' }], meetsRequest: true });
      expect(postPermission(copied, round({ number: 1, label: 'd-1.1', base }), yes)).toBe('send');
    });

    test('is told as undone where it goes to something else, or in a later round', () => {
      const other = service({ configs: [labelled], lastLabels: ['d-1.1'] });
      expect(whyNotPosted(other, first, false)).toBe('undone');
      const later = service({ configs: [config({ deploymentLabel: LABEL })], lastLabels: [LABEL], meetsRequest: true });
      expect(whyNotPosted(later, round(), false)).toBe('undone');
    });
  });

  test('does not go out on other versions, on another content, or on a removed service', () => {
    expect(postPermission(service(foreign), round(), yes)).toBe('not-now');
    expect(postPermission(service(), round(), () => false)).toBe('not-now');
    expect(postPermission(service({ removed: true }), round(), yes)).toBe('not-now');
    expect(whyNotPosted(service(foreign), round(), false)).toBe('changed');
    expect(whyNotPosted(service(), round(), false)).toBe('changed');
  });

  test('may have been sent before: then other versions tell that somebody may have replaced it', () => {
    expect(whyNotPosted(service(foreign), round(), true)).toBe('replaced');
    expect(whyNotPosted(service({ state: 'upgraded' }), round(), true)).toBe('busy');
    expect(whyNotPosted(service(), round(), true)).toBe('changed');
  });
});

describe('the finish of our own upgrade', () => {
  const upgraded = { state: 'upgraded', ...ours };

  test('goes out when its containers are proven', () => {
    expect(finishPermission(service(upgraded), acceptedRound(), false, 3)).toBe('send');
    expect(finishPermission(service({ ...upgraded, instances: [good(1)] }), acceptedRound(), false, 3)).toBe('not-now');
  });

  test('does not go out once the new containers were started again too often', () => {
    const restarted = (restarts: number): ServiceSnapshot =>
      service({ ...upgraded, instances: [{ ...good(2), restarts }] });
    expect(finishPermission(restarted(3), acceptedRound(), false, 3)).toBe('send');
    expect(finishPermission(restarted(4), acceptedRound(), false, 3)).toBe('not-now');
  });

  test('goes out without a proof only where a person took that upon them', () => {
    const ended = service({
      ...upgraded,
      configs: [upgradedConfig({ startOnce: true })],
      instances: [{ ...good(0), stopped: 2 }],
    });
    expect(finishPermission(ended, acceptedRound(), false, 3)).toBe('not-now');
    expect(finishPermission(ended, acceptedRound(), true, 3)).toBe('send');
  });

  test.each(['finishing-upgrade', 'active'])('is done when the service is %s', (state) => {
    expect(finishPermission(service({ ...upgraded, state }), acceptedRound(), false, 3)).toBe('done');
  });

  test.each(['canceling-upgrade', 'canceled-upgrade', 'rolling-back', 'upgrading', 'removed'])(
    'never goes out when it is %s',
    (state) => {
      expect(finishPermission(service({ ...upgraded, state }), acceptedRound(), false, 3)).toBe('not-now');
    },
  );
});

describe('the rollback of our own upgrade', () => {
  test.each(['upgrading', 'upgraded', 'canceled-upgrade'])('goes out when it is %s', (state) => {
    expect(rollbackPermission(service({ state, ...ours }), acceptedRound())).toBe('send');
  });

  test.each(['rolling-back', 'active'])('is done when the former versions are back and it is %s', (state) => {
    expect(rollbackPermission(service({ state }), acceptedRound())).toBe('done');
  });

  test('is done for an adopted one, whose former versions nobody knows, once its own are gone', () => {
    const adopted = acceptedRound({ base: null, label: null, posted: [] });
    expect(rollbackPermission(service({ state: 'rolling-back' }), adopted)).toBe('done');
    expect(rollbackPermission(service({ state: 'upgraded', ...ours }), adopted)).toBe('send');
  });

  test('does not go out for the upgrade of somebody else', () => {
    expect(rollbackPermission(service({ state: 'upgraded', ...foreign }), acceptedRound())).toBe('not-now');
  });
});

describe("settling somebody else's pending upgrade", () => {
  const pinned = versions({ [PRIMARY]: BASE });

  test.each(STATES)('sends to a service that is %s what it takes', (state) => {
    const rollback = ['upgrading', 'upgraded', 'canceled-upgrade'].includes(state) ? 'send' : 'not-now';
    expect(settlePermission(service({ state }), 'rollback', pinned, false)).toBe(rollback);
    const finish = state === 'upgraded' ? 'send' : 'not-now';
    expect(settlePermission(service({ state }), 'finishupgrade', pinned, false)).toBe(finish);
  });

  test('is done where what was sent before has led to what is there', () => {
    const back = service({ state: 'rolling-back', ...foreign });
    expect(settlePermission(back, 'rollback', pinned, true)).toBe('done');
    expect(settlePermission(back, 'rollback', pinned, false)).toBe('not-now');
    for (const state of ['finishing-upgrade', 'active'])
      expect(settlePermission(service({ state }), 'finishupgrade', pinned, true)).toBe('done');
    expect(settlePermission(service({ state: 'canceled-upgrade' }), 'finishupgrade', pinned, true)).toBe('not-now');
    expect(settlePermission(service({ state: 'active' }), 'rollback', pinned, true)).toBe('not-now');
    expect(settlePermission(service({ removed: true }), 'rollback', pinned, true)).toBe('not-now');
  });

  test('leaves another upgrade than the one that was decided about alone', () => {
    expect(settlePermission(service({ state: 'upgraded', ...foreign }), 'rollback', pinned, false)).toBe('not-now');
    expect(settlePermission(service({ state: 'upgraded', removed: true }), 'rollback', pinned, false)).toBe('not-now');
  });
});

describe('deactivating again', () => {
  const pinned = versions({ [PRIMARY]: BASE });

  test('sends to an active service, and is done when it is on its way', () => {
    expect(deactivatePermission(service(), pinned)).toBe('send');
    for (const state of ['inactive', 'deactivating'])
      expect(deactivatePermission(service({ state }), pinned)).toBe('done');
    for (const state of others('active', 'inactive', 'deactivating'))
      expect(deactivatePermission(service({ state }), pinned)).toBe('not-now');
  });

  test('leaves other versions alone', () => {
    expect(deactivatePermission(service(), versions({ [PRIMARY]: NEW }))).toBe('not-now');
    expect(deactivatePermission(service({ removed: true }), pinned)).toBe('not-now');
  });
});
