import type { StateKind } from '../../decision/service-state';
import { kindOfState, SERVICE_STATES } from '../../decision/service-state';

/** By what Rancher's state machine offers and does by itself. */
const KINDS: Readonly<Record<StateKind, readonly string[]>> = {
  ready: ['active', 'inactive'],
  flapping: ['activating', 'updating-active'],
  moving: [
    'requested',
    'creating',
    'registering',
    'restarting',
    'deactivating',
    'updating-inactive',
    'finishing-upgrade',
    'canceling-upgrade',
    'rolling-back',
  ],
  upgrading: ['upgrading'],
  upgraded: ['upgraded'],
  canceled: ['canceled-upgrade'],
  gone: ['removing', 'removed', 'purging', 'purged'],
};

test('every state has its kind', () => {
  for (const [kind, states] of Object.entries(KINDS))
    for (const state of states) expect([state, kindOfState(state)]).toEqual([state, kind]);
  expect(Object.values(KINDS).flat().sort()).toEqual(Object.keys(SERVICE_STATES).sort());
});

test.each(['', 'reticulating', 'Active', 'toString', '__proto__', 'constructor'])(
  'the unknown state "%s" is waited for',
  (state) => {
    expect(kindOfState(state)).toBe('moving');
  },
);
