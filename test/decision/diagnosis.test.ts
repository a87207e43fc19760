import type { AilingContainer, Diagnosis } from '../../decision/diagnosis';
import { ailmentOf, containerText, namedInWords, withoutRepeats, withSeenBefore } from '../../decision/diagnosis';
import { PRIMARY } from '../../decision/service-snapshot';

const FINE = {
  state: 'running',
  healthState: 'healthy',
  hasHealthCheck: true,
  startOnce: false,
  exitCode: null,
  restarts: 0,
  isWanted: true,
};

describe('what is wrong with a container', () => {
  test.each([
    ['runs and is healthy', {}, 0],
    ['runs without a health check', { hasHealthCheck: false, healthState: null }, 0],
    ['was stopped by the upgrade that replaces it', { isWanted: false, state: 'stopped' }, 0],
    ['is a job that ended well', { startOnce: true, state: 'stopped', exitCode: 0, hasHealthCheck: false }, 0],
    ['is a job that ended, nobody knows how', { startOnce: true, state: 'stopped', hasHealthCheck: false }, 0],
  ])('nothing where it %s', (_what, change, expected) => {
    expect(ailmentOf({ ...FINE, ...change })).toBe(expected);
  });

  test('the worst comes first', () => {
    const fromBad = [
      { state: 'error' },
      { state: 'stopped' },
      { healthState: 'unhealthy' },
      { healthState: 'initializing' },
      { restarts: 2 },
      { state: 'starting' },
      {},
    ].map((change) => ailmentOf({ ...FINE, ...change }));
    expect(fromBad).toEqual([...fromBad].sort((one, other) => other - one));
    expect(new Set(fromBad).size).toBe(fromBad.length);
  });

  test('an old one that cannot be started again is named too', () => {
    expect(ailmentOf({ ...FINE, isWanted: false, state: 'error' })).toBeGreaterThan(0);
  });

  test('a job that failed is one', () => {
    expect(ailmentOf({ ...FINE, startOnce: true, state: 'stopped', exitCode: 3 })).toBeGreaterThan(0);
  });
});

test('what Rancher says again and again is told once, with how often', () => {
  const line = (text: string, at: number) => ({ at, level: 'info', text });
  const log = [line('Stopping', 1), line('Creating', 2), line('Creating', 3), line('Creating', 4), line('Stopping', 5)];
  expect(withoutRepeats(log)).toEqual([line('Stopping', 1), line('Creating (3 times)', 4), line('Stopping', 5)]);
});

describe('a container in words', () => {
  const container: AilingContainer = {
    name: 'storefront-web-2',
    config: PRIMARY,
    isNew: true,
    state: 'stopped',
    healthState: null,
    exitCode: 137,
    message: 'no space left',
    restarts: 3,
    url: null,
    seenAt: null,
  };
  test('tells all that is known', () => {
    expect(containerText(container)).toBe(
      'storefront-web-2 (primary, new): stopped, exit code 137, started again 3 times; Rancher says: no space left',
    );
  });
  test('and no more than that', () => {
    const plain = { ...container, isNew: false, exitCode: null, message: null, restarts: 1, healthState: 'healthy' };
    expect(containerText({ ...plain, config: 'log' })).toBe(
      'storefront-web-2 (log, from before): stopped, started again once',
    );
  });
});

describe('a container that Rancher takes away as soon as it failed', () => {
  const found = (at: number, containers: readonly AilingContainer[]): Diagnosis => ({
    ...{ at, containers, state: 'upgrading', message: null, containersLeftOut: 0, serviceLog: [] },
  });
  // Rancher's own words, as recorded.
  const words =
    'Failed to allocate instance [container:1i210]: Bad instance [container:1i210] in state [error]: Allocation failed: needs host with label nosuch: label';
  const named = namedInWords(words, 'http://rancher/containers');

  test('is known by Rancher’s words about the service', () => {
    expect(named && containerText(named)).toBe(
      '1i210 (new): error; Rancher says: Allocation failed: needs host with label nosuch: label',
    );
    expect(['In Progress', 'Waiting: healthy [container:1i23]', null].map((one) => namedInWords(one, null))).toEqual([
      ...[null, null, null],
    ]);
  });

  test('is told with the next one, which does not fail yet, and when it was seen', () => {
    if (named === null) throw new Error('it was not found');
    const starting = { ...named, name: 'web-2', state: 'starting', message: null };
    const seenAt = Date.UTC(2026, 0, 5, 12, 3, 4);
    const told = withSeenBefore(found(seenAt + 9_000, [starting]), found(seenAt, [named]));
    expect(told.containers.map(containerText)).toEqual([
      '1i210 (new): error; Rancher says: Allocation failed: needs host with label nosuch: label; seen at 12:03:04 UTC, Rancher has taken it away since',
      'web-2 (new): starting',
    ]);
  });

  test('is not told where one that fails is there', () => {
    if (named === null) throw new Error('it was not found');
    const now = found(2, [{ ...named, name: 'web-3' }]);
    expect(withSeenBefore(now, found(1, [named]))).toBe(now);
    expect(withSeenBefore(found(2, []), null).containers).toEqual([]);
  });
});
