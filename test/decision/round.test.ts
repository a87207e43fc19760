import {
  baseOfAdopted,
  hasVersions,
  ownershipOf,
  touchedVersions,
  untouchedConfigs,
  versionIn,
  wasUndone,
} from '../../decision/round';
import { PRIMARY, versionsOf } from '../../decision/service-snapshot';
import {
  acceptedRound,
  BASE,
  config,
  good,
  LABEL,
  NEW,
  NEW_IMAGE,
  OLD_IMAGE,
  OTHER,
  posted,
  round,
  service,
  tally,
  upgradedConfig,
  versions,
} from './samples';

describe('whose upgrade it is while the reply of our POST is unknown', () => {
  test('label, image and a version that is not the base: ours', () => {
    expect(ownershipOf(service({ configs: [upgradedConfig()] }), round())).toBe('ours');
  });

  test('nothing moved: still the base, whatever else it carries', () => {
    expect(ownershipOf(service(), round())).toBe('base');
    expect(ownershipOf(service({ configs: [upgradedConfig({ version: BASE })] }), round())).toBe('base');
  });

  test.each([
    ['the label of an earlier round of ours', { deploymentLabel: 'd-1.1' }],
    ['the label of another deployment', { deploymentLabel: 'd-2.2' }],
    ['a label that only begins like ours', { deploymentLabel: `${LABEL}1` }],
    ['no label', { deploymentLabel: null }],
    ['our label, but another image', { image: OLD_IMAGE }],
    ['our label, but no image', { image: null }],
  ])('%s is not ours', (_what, changes) => {
    expect(ownershipOf(service({ configs: [upgradedConfig(changes)] }), round())).toBe('foreign');
  });

  test('our label on a configuration whose version still is the base is not ours', () => {
    const both = service({ configs: [upgradedConfig({ version: BASE }), config({ name: 'logs', version: OTHER })] });
    const base = versions({ [PRIMARY]: BASE, logs: BASE });
    expect(ownershipOf(both, round({ base }))).toBe('foreign');
  });

  test('the `upgrade` field is never asked: two writers or not, the configurations decide', () => {
    expect(ownershipOf(service({ configs: [upgradedConfig()], twoWriters: true }), round())).toBe('ours');
  });

  test('of two of our own that were accepted at once either shows, while they fight', () => {
    const second = service({ state: 'upgrading', twoWriters: true, configs: [upgradedConfig({ version: OTHER })] });
    expect(ownershipOf(second, acceptedRound())).toBe('ours');
    for (const changes of [
      { twoWriters: false },
      { state: 'upgraded' },
      { configs: [upgradedConfig({ version: OTHER, deploymentLabel: 'd-9.9' })] },
      { configs: [upgradedConfig({ version: OTHER, image: OLD_IMAGE })] },
    ])
      expect(ownershipOf({ ...second, ...changes }, acceptedRound())).toBe('foreign');
    expect(ownershipOf(second, acceptedRound({ label: null }))).toBe('foreign');
    expect(ownershipOf(second, acceptedRound({ posted: [] }))).toBe('foreign');
  });

  test('without a base nothing can be recognised', () => {
    expect(ownershipOf(service({ configs: [upgradedConfig()] }), round({ base: null }))).toBe('foreign');
  });

  test('where nothing was posted, nothing is recognised', () => {
    expect(ownershipOf(service({ configs: [upgradedConfig()] }), round({ posted: [] }))).toBe('foreign');
  });

  describe('with labels switched off', () => {
    const unlabelled = round({ label: null });

    test('the digest of what was posted decides', () => {
      const ours = upgradedConfig({ deploymentLabel: null });
      expect(ownershipOf(service({ configs: [ours] }), unlabelled)).toBe('ours');
      expect(ownershipOf(service({ configs: [{ ...ours, digest: 'other-key:another' }] }), unlabelled)).toBe('ours');
      expect(ownershipOf(service({ configs: [{ ...ours, digest: 'key:another' }] }), unlabelled)).toBe('foreign');
    });

    test('a label that somebody else left there does not speak against it', () => {
      expect(ownershipOf(service({ configs: [upgradedConfig({ deploymentLabel: 'd-9.9' })] }), unlabelled)).toBe(
        'ours',
      );
    });

    test('the same content posted again needs a new version', () => {
      const same = config({ digest: 'key:ours', image: NEW_IMAGE });
      expect(ownershipOf(service({ configs: [same] }), unlabelled)).toBe('base');
      expect(ownershipOf(service({ configs: [{ ...same, version: NEW }] }), unlabelled)).toBe('ours');
    });
  });

  describe('an upgrade that was taken and rolled back before its reply was known', () => {
    const undone = service({ lastLabels: ['d-1.1', LABEL] });

    test('shows by our label in the stale field that it must not be posted again', () => {
      const unknown = { ...round(), accepted: null };
      expect(wasUndone(undone, unknown)).toBe(true);
      expect(wasUndone(service(), unknown)).toBe(false);
      expect(wasUndone(undone, { ...unknown, label: 'd-1.3' })).toBe(false);
      expect(wasUndone(undone, { ...unknown, label: null })).toBe(false);
      // A workflow that was reset begins with its first round again.
      expect(wasUndone(undone, { ...unknown, label: 'd-1.1' })).toBe(true);
      expect(wasUndone(undone, { ...unknown, label: 'd-11.1' })).toBe(false);
      expect(wasUndone(service({ configs: [upgradedConfig()], lastLabels: [LABEL] }), unknown)).toBe(false);
    });

    test('with labels off, the `upgrade` field names another version of what was posted than before', () => {
      const unlabelled = { ...round(), label: null, namedBefore: versions({ [PRIMARY]: OTHER }) };
      const naming = (version: string, digest = 'key:ours') =>
        service({ lastTargets: [{ config: PRIMARY, version, digest }] });
      expect(wasUndone(naming(NEW), unlabelled)).toBe(true);
      expect(wasUndone(naming(NEW), { ...unlabelled, namedBefore: [] })).toBe(true);
      expect(wasUndone(naming(NEW, 'another-key:whatever'), unlabelled)).toBe(true);
      expect(wasUndone(naming(OTHER), unlabelled)).toBe(false);
      expect(wasUndone(naming(NEW, 'key:somebody-elses'), unlabelled)).toBe(false);
      expect(wasUndone(service(), unlabelled)).toBe(false);
      expect(wasUndone(naming(NEW), { ...unlabelled, posted: [] })).toBe(false);
    });
  });

  describe('with labels on, the digest does not count', () => {
    test.each(['Rancher stored a random port back', 'a digest key was changed'])('%s', () => {
      expect(ownershipOf(service({ configs: [upgradedConfig({ digest: 'another' })] }), round())).toBe('ours');
    });
  });

  describe('with sidekicks', () => {
    const base = versions({ [PRIMARY]: BASE, logs: BASE });
    const both = round({ base, posted: [posted(), posted({ config: 'logs', image: 'docker:example/logs:2' })] });
    const logs = upgradedConfig({ name: 'logs', image: 'docker:example/logs:2' });

    test('every posted configuration has to be recognised', () => {
      expect(ownershipOf(service({ configs: [upgradedConfig(), logs] }), both)).toBe('ours');
      expect(ownershipOf(service({ configs: [upgradedConfig(), { ...logs, deploymentLabel: null }] }), both)).toBe(
        'foreign',
      );
      expect(ownershipOf(service({ configs: [upgradedConfig(), { ...logs, version: BASE }] }), both)).toBe('foreign');
    });

    test('a posted sidekick that is not there is not ours', () => {
      expect(ownershipOf(service({ configs: [upgradedConfig()] }), both)).toBe('foreign');
    });

    test('only the primary was posted: the sidekick keeps its version and its old label', () => {
      const kept = config({ name: 'logs', deploymentLabel: 'd-0.1' });
      expect(ownershipOf(service({ configs: [upgradedConfig(), kept] }), round({ base }))).toBe('ours');
    });

    test('an untouched sidekick that shares volumes changes its version in the reply, and is ours all the same', () => {
      const shared = config({ name: 'logs', version: NEW });
      expect(ownershipOf(service({ configs: [upgradedConfig(), shared] }), round({ base }))).toBe('ours');
    });

    test('a sidekick that somebody added meanwhile makes it another base', () => {
      expect(ownershipOf(service({ configs: [config(), config({ name: 'new' })] }), round())).toBe('foreign');
    });
  });
});

describe('whose upgrade it is once Rancher accepted it', () => {
  const base = versions({ [PRIMARY]: BASE, logs: BASE });
  const accepted = versions({ [PRIMARY]: NEW, logs: NEW });

  test('the versions decide, and no label, image or digest', () => {
    const stripped = upgradedConfig({ deploymentLabel: null, image: OLD_IMAGE, digest: 'another' });
    expect(ownershipOf(service({ configs: [stripped] }), acceptedRound())).toBe('ours');
    expect(ownershipOf(service({ configs: [upgradedConfig({ version: OTHER })] }), acceptedRound())).toBe('foreign');
  });

  test("a rollback's return to the base is the base", () => {
    expect(ownershipOf(service(), acceptedRound())).toBe('base');
    expect(ownershipOf(service({ configs: [config({ deploymentLabel: LABEL })] }), acceptedRound())).toBe('base');
  });

  test('all configurations are held, the ones that were not posted too', () => {
    const ours = acceptedRound({ base, accepted });
    const at = (logs: string): ReturnType<typeof ownershipOf> =>
      ownershipOf(service({ configs: [upgradedConfig(), config({ name: 'logs', version: logs })] }), ours);
    expect(at(NEW)).toBe('ours');
    expect(at(BASE)).toBe('foreign');
    expect(at(OTHER)).toBe('foreign');
  });

  test('a configuration that came or went makes it foreign', () => {
    const ours = acceptedRound({ base, accepted });
    expect(ownershipOf(service({ configs: [upgradedConfig()] }), ours)).toBe('foreign');
    expect(
      ownershipOf(
        service({ configs: [upgradedConfig(), upgradedConfig({ name: 'logs' }), upgradedConfig({ name: 'new' })] }),
        ours,
      ),
    ).toBe('foreign');
  });

  test('an adopted upgrade is ours by its pinned versions, without label and without anything posted', () => {
    const adopted = acceptedRound({ label: null, posted: [], base: null });
    expect(ownershipOf(service({ configs: [upgradedConfig({ deploymentLabel: 'd-9.9' })] }), adopted)).toBe('ours');
    expect(ownershipOf(service(), adopted)).toBe('foreign');
    expect(ownershipOf(service(), { ...adopted, base: versions({ [PRIMARY]: BASE }) })).toBe('base');
  });
});

describe('versions', () => {
  test('are compared for all configurations, in any order', () => {
    const two = service({ configs: [config(), config({ name: 'logs', version: OTHER })] });
    expect(hasVersions(two, versions({ logs: OTHER, [PRIMARY]: BASE }))).toBe(true);
    expect(hasVersions(two, versionsOf(two))).toBe(true);
    expect(hasVersions(two, versions({ logs: OTHER }))).toBe(false);
    expect(hasVersions(two, versions({ logs: BASE, [PRIMARY]: OTHER }))).toBe(false);
    expect(hasVersions(service(), [])).toBe(false);
  });

  test('are found by the name of the configuration', () => {
    expect(versionIn(versions({ logs: OTHER, [PRIMARY]: BASE }), PRIMARY)).toBe(BASE);
    expect(versionIn(versions({ logs: OTHER }), PRIMARY)).toBeUndefined();
  });

  test('a configuration is untouched when Rancher accepted it in its base version', () => {
    const base = versions({ [PRIMARY]: BASE, logs: BASE, shared: BASE });
    const accepted = versions({ [PRIMARY]: NEW, logs: BASE, shared: NEW });
    expect(untouchedConfigs(round({ base, accepted }))).toEqual(['logs']);
    expect(untouchedConfigs(round({ base }))).toEqual([]);
    expect(untouchedConfigs(round({ base: null, accepted }))).toEqual([]);
    expect(touchedVersions(round({ base, accepted }))).toEqual(versions({ [PRIMARY]: NEW, shared: NEW }));
    expect(touchedVersions(round({ base: null, accepted }))).toEqual(accepted);
    expect(touchedVersions(round({ base }))).toEqual([]);
  });
});

describe('what ran before an upgrade that is adopted', () => {
  const adopted = (instances: Parameters<typeof service>[0]): ReturnType<typeof baseOfAdopted> =>
    baseOfAdopted(service({ state: 'upgraded', configs: [config({ version: NEW })], ...instances }));

  test('is told by the containers that are still there, stopped or running', () => {
    expect(adopted({ instances: [good(2), tally({ version: BASE, stopped: 2 })] })).toEqual(
      versions({ [PRIMARY]: BASE }),
    );
    expect(adopted({ instances: [good(1), good(1, { version: BASE })] })).toEqual(versions({ [PRIMARY]: BASE }));
  });

  test('is not told when they were not read, when none is left, or when they are of several versions', () => {
    expect(adopted({ instances: null })).toBeNull();
    expect(adopted({ instances: [good(2)] })).toBeNull();
    expect(
      adopted({ instances: [tally({ version: BASE, stopped: 1 }), tally({ version: OTHER, stopped: 1 })] }),
    ).toBeNull();
  });

  test('a sidekick that the upgrade left alone keeps its version', () => {
    expect(
      adopted({
        configs: [config({ version: NEW }), config({ name: 'logs', version: BASE })],
        instances: [good(2), tally({ version: OTHER, stopped: 2 }), good(2, { config: 'logs', version: BASE })],
      }),
    ).toEqual(versions({ [PRIMARY]: OTHER, logs: BASE }));
  });

  test("a sidekick's old containers tell nothing about the primary", () => {
    expect(
      adopted({
        configs: [config({ version: BASE }), config({ name: 'logs', version: NEW })],
        instances: [good(2, { version: BASE }), tally({ config: 'logs', version: BASE, stopped: 2 })],
      }),
    ).toEqual(versions({ [PRIMARY]: BASE, logs: BASE }));
  });
});
