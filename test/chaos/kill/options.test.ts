import { OptionsError, readOptions, replayCommand } from './options';

const read = (...args: string[]) => readOptions(args, () => 'made');

describe('options of the kill tests', () => {
  test('nothing asked for: thirty deployments, a seed made anew', () => {
    expect(read()).toMatchObject({ deployments: 30, seed: 'made', only: null, stacks: 3, json: null, help: false });
  });

  test('all of them', () => {
    const args = ['--deployments', '500', '--seed', 's', '--stacks', '4', '--at-once', '2', '--json', 'f.json'];
    expect(read(...args, '--without-faketime')).toEqual({
      ...{
        deployments: 500,
        seed: 's',
        only: null,
        stacks: 4,
        atOnce: 2,
        withoutFaketime: true,
        json: 'f.json',
        help: false,
      },
    });
  });

  test('no more stacks than deployments', () => {
    expect(read('--only', '7,3')).toMatchObject({ only: [7, 3], stacks: 2 });
  });

  test.each([
    [['--deployments', '0']],
    [['--deployments', 'many']],
    [['--deployments', '1e3']],
    [['--stacks', '-1']],
    [['--at-once', '51']],
    [['--only', '1,x']],
    [['--only', '1,1']],
    [['--only', '']],
    [['--seed', '']],
    [['--faults', '3']],
    [['more']],
  ])('%j is a mistake', (args) => {
    expect(() => read(...args)).toThrow(OptionsError);
  });

  test('what a replay is called with does the same again', () => {
    const options = read('--deployments', '60', '--seed', "it's", '--stacks', '2', '--without-faketime');
    expect(replayCommand(options)).toBe(
      `npm run chaos:kill -- --deployments 60 --seed 'it'\\''s' --stacks 2 --at-once 6 --without-faketime`,
    );
    expect(replayCommand(options, 17)).toBe(`npm run chaos:kill -- --only 17 --seed 'it'\\''s' --without-faketime`);
  });
});
