import { formatDuration, parseDuration } from '../../../client/input/duration';

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['0s', 0],
    [' 5s ', 5000],
    ['45', 45_000],
    ['0.5', 500],
  ])('%j is %i milliseconds', (text, millis) => {
    expect(parseDuration(text, true)).toBe(millis);
  });

  test.each(['', 's', '5x', '5 s', '-5s', '1h-30m', 'h1', '5s!', '!5s', '1e3', 'NaN', '9'.repeat(400)])(
    '%j is none',
    (text) => {
      expect(parseDuration(text, true)).toBeUndefined();
    },
  );

  it('does not take a bare number where seconds were not offered', () => {
    expect(parseDuration('45', false)).toBeUndefined();
  });

  test.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [432, '0.4 s'],
    [9949, '9.9 s'],
    [9960, '10 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%i milliseconds read as %s', (millis, text) => {
    expect(formatDuration(millis)).toBe(text);
  });
});
