import type { ProofPlace, ProofStatus } from '../../decision/proof';
import { calledConfig, proofOf, runsWhatItSays } from '../../decision/proof';
import type { ConfigSnapshot, ConfigVersion, InstanceTally, ServiceSnapshot } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';
import { BASE, config, good, NEW, OTHER, service, tally, upgradedConfig, versions } from './samples';

interface Situation {
  readonly what: string;
  /** Asked of each configuration; 2 unless said otherwise. */
  readonly expected?: number;
  readonly instances: readonly InstanceTally[];
  readonly config?: Partial<ConfigSnapshot>;
  /** While the old containers still exist, and after the finish or a rollback. */
  readonly upgraded: ProofStatus;
  readonly active: ProofStatus;
  /** A part of what is told where it is not proven. */
  readonly told?: string;
}

const HEALTH = { hasHealthCheck: true };
const ONCE = { startOnce: true };
const oldStopped = tally({ version: BASE, stopped: 2 });

const SITUATIONS: readonly Situation[] = [
  {
    what: 'all new ones run, the old ones are stopped',
    instances: [good(2), oldStopped],
    upgraded: 'proven',
    active: 'proven',
  },
  { what: 'all new ones run, the old ones are gone', instances: [good(2)], upgraded: 'proven', active: 'proven' },
  { what: 'more run than are asked for', instances: [good(3)], upgraded: 'proven', active: 'proven' },
  { what: 'none is there', instances: [], upgraded: 'not-yet', active: 'not-yet', told: 'primary: 0 of 2 run' },
  {
    what: 'one of two runs',
    instances: [good(1)],
    upgraded: 'not-yet',
    active: 'not-yet',
    told: 'primary: 1 of 2 run',
  },
  { what: 'one runs, one is starting', instances: [good(1, { moving: 1 })], upgraded: 'not-yet', active: 'not-yet' },
  {
    what: 'mixed after a scale change: an old one still runs',
    expected: 3,
    instances: [good(2), good(1, { version: BASE })],
    upgraded: 'failed',
    active: 'not-yet',
    told: 'primary: 1 of the other version still run',
  },
  {
    what: 'mixed, though enough new ones run',
    instances: [good(2), good(1, { version: BASE }), good(2, { version: OTHER })],
    upgraded: 'failed',
    active: 'not-yet',
    told: 'primary: 3 of the other version still run',
  },
  {
    what: 'an old one is being stopped',
    instances: [good(2), tally({ version: BASE, stopped: 1, moving: 1 })],
    upgraded: 'not-yet',
    active: 'not-yet',
    told: 'primary: containers of the other version are still moving',
  },
  {
    what: 'a new one crashed',
    instances: [good(1, { stopped: 1 }), oldStopped],
    upgraded: 'failed',
    active: 'not-yet',
    told: 'primary: 1 of 2 run, 1 ended',
  },
  {
    what: 'a new one is in error',
    instances: [good(2, { failed: 1 })],
    upgraded: 'failed',
    active: 'not-yet',
    told: 'primary: 1 failed',
  },
  {
    what: 'one ended, yet as many as asked for run',
    instances: [good(2, { stopped: 1 })],
    upgraded: 'proven',
    active: 'proven',
  },
  {
    what: 'the service was scaled up meanwhile',
    expected: 4,
    instances: [good(2)],
    upgraded: 'not-yet',
    active: 'not-yet',
    told: 'primary: 2 of 4 run',
  },
  {
    what: 'the service was scaled down meanwhile',
    expected: 1,
    instances: [good(1)],
    upgraded: 'proven',
    active: 'proven',
  },
  {
    what: 'global: one on each of five hosts',
    expected: 5,
    instances: [good(5)],
    upgraded: 'proven',
    active: 'proven',
  },
  { what: 'global: a host without one', expected: 5, instances: [good(4)], upgraded: 'not-yet', active: 'not-yet' },
  { what: 'a kind without containers', expected: 0, instances: [], upgraded: 'proven', active: 'proven' },
  { what: 'healthy, all of them', config: HEALTH, instances: [good(2)], upgraded: 'proven', active: 'proven' },
  {
    what: 'one runs but is not healthy',
    config: HEALTH,
    instances: [tally({ running: 2, healthy: 1 })],
    upgraded: 'not-yet',
    active: 'not-yet',
    told: 'primary: 1 of 2 are healthy',
  },
  {
    what: 'not healthy, and there is no health check to say so',
    instances: [tally({ running: 2, healthy: 0 })],
    upgraded: 'proven',
    active: 'proven',
  },
  { what: 'start-once: still at it', config: ONCE, instances: [good(2)], upgraded: 'proven', active: 'proven' },
  {
    what: 'start-once: ended well',
    config: ONCE,
    instances: [tally({ completed: 2 })],
    upgraded: 'proven',
    active: 'proven',
  },
  {
    what: 'start-once: one runs, one ended well',
    config: ONCE,
    instances: [good(1, { completed: 1 })],
    upgraded: 'proven',
    active: 'proven',
  },
  {
    what: 'start-once: ended, and nobody knows how',
    config: ONCE,
    instances: [tally({ completed: 1, stopped: 1 })],
    upgraded: 'unprovable',
    active: 'unprovable',
    told: 'primary: 1 start-once ended, and Rancher does not show with which exit code',
  },
  {
    what: 'start-once: ended badly',
    config: ONCE,
    instances: [tally({ completed: 1, failed: 1 })],
    upgraded: 'failed',
    active: 'not-yet',
    told: 'primary: 1 failed',
  },
  {
    what: 'start-once: one has not begun',
    config: ONCE,
    instances: [tally({ completed: 1 })],
    upgraded: 'not-yet',
    active: 'not-yet',
    told: 'primary: 0 of 2 run',
  },
  {
    what: 'start-once: an ended one is no completed one where containers are meant to stay',
    instances: [tally({ completed: 2 })],
    upgraded: 'not-yet',
    active: 'not-yet',
  },
];

const at = (situation: Situation): ServiceSnapshot =>
  service({
    expected: situation.expected ?? 2,
    configs: [upgradedConfig(situation.config)],
    instances: situation.instances,
  });

const ours = versions({ [PRIMARY]: NEW });

describe.each(SITUATIONS)('$what', (situation) => {
  for (const place of ['upgraded', 'active'] as const)
    test(`in ${place}: ${situation[place]}`, () => {
      const proof = proofOf(at(situation), ours, place);
      expect(proof.status).toBe(situation[place]);
      if (proof.status === 'proven') expect(proof.reasons).toEqual([]);
      else if (situation.told === undefined) expect(proof.reasons).toHaveLength(1);
      else expect(proof.reasons).toEqual([situation.told]);
    });
});

test('what was not read is not proven', () => {
  expect(proofOf(service({ instances: null }), ours, 'active')).toEqual({
    status: 'not-yet',
    reasons: ['its containers have not been read'],
  });
});

describe('a configuration of another version than expected', () => {
  const failed = { status: 'failed', reasons: ['primary has another version than expected'] };

  test('fails, whatever runs', () => {
    const other = service({ configs: [upgradedConfig({ version: OTHER })], instances: [good(2, { version: OTHER })] });
    expect(proofOf(other, ours, 'upgraded')).toEqual(failed);
    expect(proofOf(other, ours, 'active')).toEqual(failed);
    expect(proofOf({ ...other, expected: 0 }, ours, 'active')).toEqual(failed);
  });

  test('and so does one of which no version is expected', () => {
    expect(proofOf(service({ configs: [upgradedConfig()], instances: [good(2)] }), [], 'upgraded')).toEqual(failed);
  });
});

describe('with sidekicks', () => {
  const pinned = versions({ [PRIMARY]: NEW, logs: BASE });
  const withLogs = (logs: readonly InstanceTally[], changes: Partial<ConfigSnapshot> = {}): ServiceSnapshot =>
    service({
      configs: [upgradedConfig(), config({ name: 'logs', ...changes })],
      instances: [good(2), oldStopped, ...logs],
    });
  const ofLogs = (changes: Partial<InstanceTally>): InstanceTally =>
    tally({ config: 'logs', version: BASE, ...changes });
  const proof = (
    found: ServiceSnapshot,
    place: ProofPlace,
    untouched: readonly string[],
    wanted: readonly ConfigVersion[] = pinned,
  ): string => proofOf(found, wanted, place, untouched).status;

  test('each configuration is counted for itself, in its own version', () => {
    expect(proof(withLogs([ofLogs({ running: 2, healthy: 2 })]), 'upgraded', ['logs'])).toBe('proven');
    expect(proof(withLogs([ofLogs({ running: 1, healthy: 1 })]), 'upgraded', ['logs'])).toBe('not-yet');
    expect(proof(withLogs([]), 'upgraded', ['logs'])).toBe('not-yet');
    expect(proof(withLogs([good(2, { config: 'logs' })]), 'upgraded', ['logs'])).toBe('failed');
  });

  test('an untouched one is Rancher’s to restart: an ended container there fails nothing of ours', () => {
    const ended = withLogs([ofLogs({ running: 1, healthy: 1, stopped: 1 })]);
    expect(proof(ended, 'upgraded', ['logs'])).toBe('not-yet');
    expect(proof(ended, 'upgraded', [])).toBe('failed');
    const broken = withLogs([ofLogs({ running: 2, healthy: 2, failed: 1 })]);
    expect(proof(broken, 'upgraded', ['logs'])).toBe('not-yet');
    expect(proof(broken, 'upgraded', [])).toBe('failed');
  });

  test('an untouched start-once one ended long ago: that proves what it can', () => {
    const once = withLogs([ofLogs({ stopped: 2 })], { startOnce: true });
    expect(proof(once, 'upgraded', ['logs'])).toBe('proven');
    expect(proof(once, 'upgraded', [])).toBe('unprovable');
    expect(proof(withLogs([ofLogs({ stopped: 1 })], { startOnce: true }), 'upgraded', ['logs'])).toBe('not-yet');
  });

  test('one that shares volumes got a new version too, and is held to that', () => {
    const shared = versions({ [PRIMARY]: NEW, logs: NEW });
    const renewed = withLogs([good(2, { config: 'logs' }), ofLogs({ stopped: 2 })], { version: NEW });
    expect(proof(renewed, 'upgraded', [], shared)).toBe('proven');
    expect(proof(renewed, 'upgraded', [], pinned)).toBe('failed');
  });

  test('the worst one counts, and only its reasons are told', () => {
    const logs = [ofLogs({ running: 1, healthy: 1 })];
    const both = {
      ...withLogs(logs),
      instances: [good(1, { stopped: 1 }), ...logs],
    };
    expect(proofOf(both, pinned, 'upgraded', ['logs'])).toEqual({
      status: 'failed',
      reasons: ['primary: 1 of 2 run, 1 ended'],
    });
    expect(proofOf(both, pinned, 'active').reasons).toEqual(['primary: 1 of 2 run, 1 ended', 'logs: 1 of 2 run']);
    const once = withLogs([ofLogs({ stopped: 2 })], { startOnce: true });
    expect(proof({ ...once, instances: [good(1), ofLogs({ stopped: 2 })] }, 'upgraded', [])).toBe('not-yet');
  });
});

describe('a service in a steady state', () => {
  test('runs what it says when its containers have the versions of its configurations', () => {
    expect(runsWhatItSays(service(), [PRIMARY]).status).toBe('proven');
    expect(runsWhatItSays(service({ instances: [good(2, { version: OTHER })] }), [PRIMARY]).status).toBe('not-yet');
    expect(runsWhatItSays(service({ instances: null }), [PRIMARY]).status).toBe('not-yet');
  });

  test('how a start-once sidekick ended is in question only for those who ask for it', () => {
    const migrated = service({
      configs: [config(), config({ name: 'migrate', startOnce: true })],
      instances: [
        tally({ version: BASE, running: 2, healthy: 2 }),
        tally({ config: 'migrate', version: BASE, stopped: 2 }),
      ],
    });
    expect(runsWhatItSays(migrated, [PRIMARY]).status).toBe('proven');
    expect(runsWhatItSays(migrated, ['migrate']).status).toBe('unprovable');
  });
});

test('people say `primary`, and the names of sidekicks', () => {
  expect([calledConfig(PRIMARY), calledConfig('logs')]).toEqual(['primary', 'logs']);
});
