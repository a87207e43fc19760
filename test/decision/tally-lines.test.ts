import type { InstanceTally } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';
import { newOnesText, tallyLines } from '../../decision/tally-lines';

const tally = (version: string, change: Partial<InstanceTally> = {}): InstanceTally => ({
  ...{ config: PRIMARY, version, running: 2, healthy: 2, stopped: 0 },
  ...{ completed: 0, failed: 0, restarts: 0, moving: 0 },
  ...change,
});
const upgraded = [{ config: PRIMARY, version: 'new' }];
const seen = (...instances: readonly InstanceTally[]) => ({ instances, expected: 2, upgraded }) as const;

describe('the containers of each configuration', () => {
  test('old ones and new ones apart, with what is not as it should be', () => {
    const worse = tally('new', { healthy: 1, moving: 1, failed: 1 });
    expect(tallyLines(seen(tally('old'), worse), true)).toEqual([
      'primary, old: 2 of 2 run',
      'primary, new: 2 of 2 run, 1 not healthy, 1 moving, 1 failed',
    ]);
  });

  test('new ones are named also before there is any, as long as they are waited for', () => {
    expect(tallyLines(seen(tally('old')), true)).toEqual(['primary, old: 2 of 2 run', 'primary, new: 0 of 2 run']);
    expect(tallyLines(seen(tally('old')), false)).toEqual(['primary, old: 2 of 2 run']);
    expect(tallyLines(seen(), true)).toEqual([]);
  });

  test('a sidekick that was left alone is neither', () => {
    expect(tallyLines(seen(tally('new'), tally('0', { config: 'log' })), true)).toEqual([
      'primary, new: 2 of 2 run',
      'log: 2 of 2 run',
    ]);
  });
});

describe('the new containers in a few words', () => {
  test.each([
    [tally('new', { running: 1, healthy: 1 }), '1 of 2 new ones run'],
    [tally('new', { healthy: 0 }), '2 of 2 new ones run, 2 not healthy'],
    [tally('new', { running: 0, healthy: 0, completed: 2 }), '2 of 2 new ones run'],
    [tally('new', { running: 0, healthy: 0 }), null],
  ])('%o: %s', (ours, text) => {
    expect(newOnesText(seen(tally('old'), ours))).toBe(text);
  });

  test('those of all configurations that were changed are counted', () => {
    const both = { ...seen(tally('new'), tally('new', { config: 'log', healthy: 1 })) };
    const targets = [...upgraded, { config: 'log', version: 'new' }];
    expect(newOnesText({ ...both, upgraded: targets })).toBe('4 of 4 new ones run, 1 not healthy');
  });
});
