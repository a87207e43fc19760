import { Bindings } from './bindings';
import { isObject, readRecording } from './recording';
import type { Json, RecordedWatch } from './recording';
import { judgeSample, judgeStates, sampleOf } from './watch-sample';

const watches = readRecording('02-upgrade-finish-v2').steps.filter(
  (step): step is RecordedWatch => step.kind === 'watch',
);
const finishing = watches.at(-1);
if (finishing === undefined) throw new Error('02 has no watch');

describe('a read on the way', () => {
  const healthStates = new Set<Json>(['healthy', 'degraded']);
  const sample = sampleOf(finishing.settled);
  const differences = (change: Partial<typeof sample>): number => {
    const judged = judgeSample(finishing, { ...sample, ...change }, new Bindings(), healthStates);
    expect(judged.fields.length).toBeGreaterThan(7);
    return judged.differences.length;
  };

  it('is one of the recorded ones', () => {
    expect(isObject(finishing.settled)).toBe(true);
    expect(differences({})).toBe(0);
  });

  it.each([
    { state: 'upgraded' },
    { transitioning: 'error' },
    { transitioningMessage: 'Waiting' },
    { scale: 3 },
    { actions: ['upgrade'] },
    { imageUuid: 'docker:example/app:9' },
    { version: '0' },
    { healthState: 'unhealthy' },
  ])('is told from one with %j', (change) => {
    expect(differences(change)).toBeGreaterThan(0);
  });
});

describe('the states on the way', () => {
  const passed = (...states: string[]): number => judgeStates(finishing, states).differences.length;

  it('may be missed, but come in their order and are no others', () => {
    expect(passed('finishing-upgrade', 'active')).toBe(0);
    expect(passed('active')).toBe(0);
    expect(passed('active', 'finishing-upgrade')).toBe(1);
    expect(passed('finishing-upgrade', 'upgraded', 'active')).toBe(1);
    expect(passed('finishing-upgrade', 'active', 'finishing-upgrade')).toBe(1);
  });
});
