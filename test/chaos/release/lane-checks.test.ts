import type { JournalEntry } from '../../../simulator/model';
import type { LaneSeen } from './lane-checks';
import { broughtAgain, wrongWithLane } from './lane-checks';
import type { LaneStep } from './lane-story';

const entered = (requestId: string, whenBusy = 'queue'): LaneStep => ({ did: 'entered', requestId, whenBusy });
const again = (requestId: string, since: number): LaneStep => ({
  ...{ did: 'entered', requestId, whenBusy: 'queue', since },
});
const started = (requestId: string): LaneStep => ({ did: 'started', requestId });
const action = (name: string, image = 'x', at = '2026-01-01T00:00:00.000Z'): JournalEntry => ({
  ...{ kind: 'action', at, sequence: 0, service: '1s1', project: 'Main', stack: 'shop', name: 'busy', versions: {} },
  ...{ action: name, by: 'ACCESS', rawBody: `"docker:${image}"` },
});
const request = (requestId: string, verdict = 'succeeded'): LaneSeen['requests'][number] => ({
  ...{ requestId, image: `busy:${requestId}`, whenBusy: 'queue', verdict, reason: 'so' },
});

const RIGHT: LaneSeen = {
  requests: [request('a'), request('b', 'superseded'), request('c'), request('d')],
  runs: [
    [entered('a'), started('a'), entered('b'), entered('c', 'supersede'), entered('d'), started('c'), started('d')],
  ],
  journal: ['a', 'c', 'd'].flatMap((id) => [action('upgrade', `busy:${id}`), action('finishupgrade')]),
  terminated: 0,
  after: { state: 'active', image: 'docker:busy:next', version: 'v', running: [] },
  next: { verdict: 'succeeded', image: 'busy:next' },
};

test('what is as it should be is right', () => {
  expect(wrongWithLane(RIGHT)).toEqual([]);
  expect(broughtAgain(RIGHT)).toBe(0);
  expect(broughtAgain({ runs: [...RIGHT.runs, [entered('d'), entered('e')]] })).toBe(1);
});

test('who was just being started as the newest came may still begin', () => {
  const runs = [[entered('a'), entered('c', 'supersede'), started('a'), started('c')]];
  expect(wrongWithLane({ ...RIGHT, runs })).toEqual([]);
});

test('those that waited in a lane before this one come in any order, and keep the one that they had', () => {
  const came = [again('b', 2), started('b'), again('d', 4), again('a', 1), again('c', 3)];
  const runs = [[...came, ...['a', 'c', 'd'].map(started)]];
  expect(wrongWithLane({ ...RIGHT, runs })).toEqual([]);
  const wrong = [[...came, ...['a', 'd', 'c'].map(started)]];
  expect(wrongWithLane({ ...RIGHT, runs: wrong })).toEqual(['c was started after d, which had not waited for as long']);
});

test.each<[string, Partial<LaneSeen>, RegExp]>([
  ['a request without its verdict', { requests: [request('a', 'refused')] }, /a ended as refused: so/],
  ['an interference that nobody made', { requests: [request('a', 'interfered')] }, /1 requests are interfered, and 0/],
  [
    'two upgrades at once',
    { journal: [action('upgrade'), action('upgrade')] },
    /an upgrade was accepted at .* was open/,
  ],
  [
    'two upgrades of one request',
    { journal: [1, 2].flatMap(() => [action('upgrade', 'busy:a'), action('rollback')]) },
    /a was upgraded 2 times/,
  ],
  [
    'one who pushed in',
    { runs: [[entered('a'), entered('b'), started('b'), started('a')]] },
    /a was started after one/,
  ],
  ['one from nowhere', { runs: [[started('a')]] }, /never came to the door/],
  [
    'one who should have given way',
    { runs: [[entered('a'), entered('b'), entered('c', 'supersede'), started('a'), started('b'), started('c')]] },
    /a was started after c had superseded it/,
  ],
  ['a service that is left half upgraded', { after: { ...RIGHT.after, state: 'upgraded' } }, /was left upgraded/],
  ['a lane that stays locked', { next: { ...RIGHT.next, verdict: 'refused' } }, /when all was over ended as refused/],
])('%s is found', (_what, change, expected) => {
  expect(wrongWithLane({ ...RIGHT, ...change }).join('\n')).toMatch(expected);
});

test('one who was on its way as another one superseded it is right, whoever comes and is started after them', () => {
  const run = [entered('a'), entered('b', 'supersede'), started('a'), entered('c'), started('b'), started('c')];
  expect(wrongWithLane({ ...RIGHT, runs: [run] })).toEqual([]);
});
