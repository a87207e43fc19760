import type { Strike, UnderWay } from './strike';
import { metBy } from './strike';

const DEPLOYMENT: UnderWay = {
  index: 4,
  askedAt: 1_000,
  endedAt: 5_000,
  timeline: [
    { phase: 'resolving', from: 2_000, to: 3_000 },
    { phase: 'waiting', from: 3_000, to: 5_000 },
  ],
};

const strike = (at: number, more: Partial<Strike> = {}): Strike => ({
  ...{ what: 'worker', at, until: null, planOf: 9, detail: '' },
  ...more,
});
const phases = (...strikes: Strike[]): string[] => metBy(DEPLOYMENT, strikes).map(({ phase }) => phase);

describe('what a deployment met', () => {
  test('is told by the phase that it was in', () => {
    expect(phases(strike(1_500), strike(2_000), strike(2_999), strike(4_000))).toEqual([
      'not begun',
      'resolving',
      'resolving',
      'waiting',
    ]);
  });

  test('is nothing that was done before it was asked for, or after its end', () => {
    expect(phases(strike(999), strike(5_001))).toEqual([]);
  });

  test('is what was done for its neighbours too, but for the kills of their commands', () => {
    expect(phases(strike(4_000, { what: 'rancher' }), strike(4_000, { what: 'command' }))).toEqual(['waiting']);
    expect(phases(strike(4_000, { what: 'command', planOf: 4 }))).toEqual(['waiting']);
  });
});
