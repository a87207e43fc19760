import { OptionsError, readOptions, replayCommand } from './options';

test('by default eight cases, three at once', () => {
  expect(readOptions(['--seed', 's'])).toEqual({ releases: 8, seed: 's', only: null, atOnce: 3 });
});

test('a seed is made anew where none is given', () => {
  const options = readOptions([]);
  expect(options === 'help' ? '' : options.seed).toMatch(/^[0-9a-f]{8}$/);
});

test('the command that does a case again names it and the seed', () => {
  expect(replayCommand({ seed: 's' }, 7)).toBe('npm run chaos:release -- --only 7 --seed s');
  expect(readOptions(['--only', '7', '--seed', 's'])).toMatchObject({ only: [7] });
});

test.each([
  [['--releases', '0'], /--releases takes a whole number from 1 to 10000, not "0"/],
  [['--only', '1,1'], /names a case twice/],
  [['--seed', 'a b'], /--seed takes/],
  [['--what'], /--what/],
])('%j is refused', (args, expected) => {
  expect(() => readOptions(args)).toThrow(OptionsError);
  expect(() => readOptions(args)).toThrow(expected);
});
