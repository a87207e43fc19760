import { OptionsError, readOptions, replayCommand } from './options';

const newSeed = (): string => 'made-anew';

describe('the options of the suite', () => {
  test('all have a default', () => {
    expect(readOptions([], newSeed)).toEqual({
      ...{ deployments: 20, seed: 'made-anew', faultRate: 0.04, atOnce: 10, json: null, help: false },
    });
  });

  test('all can be given', () => {
    const args = '--deployments 100 --seed S1 --fault-rate 0 --at-once 3 --json out.json'.split(' ');
    expect(readOptions(args, newSeed)).toEqual({
      ...{ deployments: 100, seed: 'S1', faultRate: 0, atOnce: 3, json: 'out.json', help: false },
    });
  });

  test.each([
    ['--deployments', '0'],
    ['--deployments', '1e3'],
    ['--deployments', '-1'],
    ['--at-once', 'all'],
    ['--fault-rate', '0.9'],
    ['--fault-rate', 'some'],
    ['--sead', 'x'],
    ['--seed', ''],
    ['surplus', 'words'],
  ])('%s %s is refused', (...args) => {
    expect(() => readOptions(args, newSeed)).toThrow(OptionsError);
  });

  test.each(['plain-1', "it's", 'two words', '$(x)'])(
    'the replay command of seed %j reads back as the same',
    (seed) => {
      const options = readOptions(['--seed', seed, '--deployments', '7', '--at-once', '2'], newSeed);
      const [, words = ''] = / -- (.*)$/.exec(replayCommand(options)) ?? [];
      // As a shell takes them apart: outside of quotes, inside of single ones, and an escaped quote.
      const args = [...words.matchAll(/(?:[^\s'\\]+|'[^']*'|\\')+/g)].map(([word]) =>
        word.replace(/'([^']*)'|\\'/g, (whole, inside: string | undefined) => inside ?? whole.slice(1)),
      );
      expect(readOptions(args, () => 'another')).toEqual(options);
    },
  );
});
