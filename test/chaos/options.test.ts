import { OptionsError, readOptions, replayCommand } from './options';

describe('options of the chaos suite', () => {
  test('have defaults, and a seed of their own each time', () => {
    const one = readOptions([]);
    expect(one).toMatchObject({ deployments: 1000, faultRate: 0.04, only: null, json: null });
    expect(one).not.toEqual(readOptions([]));
  });

  test('the command that replays a deployment is understood again', () => {
    const command = replayCommand({ seed: 'abc-1', faultRate: 0.04 }, 7);
    expect(readOptions(command.split(' -- ')[1]?.split(' ') ?? [])).toMatchObject({
      seed: 'abc-1',
      faultRate: 0.04,
      only: 7,
    });
  });

  test.each([
    [['--deployments', '0'], /--deployments takes a whole number from 1/],
    [['--deployments', 'many'], /not "many"/],
    [['--fault-rate', '4'], /--fault-rate takes a number from 0 to 0.5/],
    [['--fault-rate', '4%'], /not "4%"/],
    [['--seed', 'a b'], /--seed takes/],
    [['--only', '-1'], /--only/],
    [['--in-flight', '501'], /from 1 to 500/],
    [['--nonsense'], /--nonsense/],
    [['stray'], /stray/],
  ])('%j is refused with the reason', (args, reason) => {
    expect(() => readOptions(args)).toThrow(OptionsError);
    expect(() => readOptions(args)).toThrow(reason);
  });
});
