import { FLAPPING_MILLIS, patienceWith } from '../../decision/patience';
import { DEFAULT_POLICY } from '../../decision/policy';
import { SERVICE_STATES } from '../../decision/service-state';
import { service } from './samples';

const { stallLimitMillis, settleLimitMillis } = DEFAULT_POLICY;
const STATES = Object.keys(SERVICE_STATES);
const RESTLESS = ['activating', 'updating-active'];

const patience = (state: string, stalledMillis: number, policy = DEFAULT_POLICY, overdue = false): string =>
  patienceWith(service({ state }), stalledMillis, policy, overdue);

test.each(STATES)('with a service that is %s there is patience at first, and none once the cap has passed', (state) => {
  expect(patience(state, 0)).toBe('fresh');
  expect(patience(state, 0, DEFAULT_POLICY, true)).toBe('over');
  expect(patience(state, settleLimitMillis * 2, DEFAULT_POLICY, true)).toBe('over');
});

test.each(RESTLESS)('a service that is only %s gets a moment', (state) => {
  expect(patience(state, FLAPPING_MILLIS - 1)).toBe('fresh');
  expect(patience(state, FLAPPING_MILLIS)).toBe('stalled');
});

test.each(RESTLESS)('a service that is %s gets no longer than the settle limit', (state) => {
  const hasty = { ...DEFAULT_POLICY, settleLimitMillis: 3000 };
  expect(patience(state, 2999, hasty)).toBe('fresh');
  expect(patience(state, 3000, hasty)).toBe('over');
});

test("somebody else's upgrade is given the stall limit, for it shows its progress", () => {
  expect(patience('upgrading', stallLimitMillis - 1)).toBe('fresh');
  expect(patience('upgrading', stallLimitMillis)).toBe('stalled');
  expect(patience('upgrading', settleLimitMillis * 2)).toBe('stalled');
});

test.each([...STATES.filter((state) => state !== 'upgrading' && !RESTLESS.includes(state)), 'reticulating'])(
  'with a service that is %s patience is over at the settle limit',
  (state) => {
    expect(patience(state, settleLimitMillis - 1)).toBe('fresh');
    expect(patience(state, settleLimitMillis)).toBe('over');
  },
);
