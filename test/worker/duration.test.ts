import { formatDuration, parseDuration } from '../../worker/config/duration';

test.each([
  ['500ms', 500],
  ['0s', 0],
  ['30s', 30_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['1.5h', 5_400_000],
  [' 3s ', 3000],
])('%s is %d milliseconds', (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

test.each(['', '10', 's', '-1s', '1 s', '10min', '1e3s', '1s2m', '٣s', '1.s'])('%p is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, '0s'],
  [1, '1ms'],
  [1500, '1500ms'],
  [90_000, '90s'],
  [600_000, '10m'],
  [86_400_000, '1d'],
])('%d milliseconds are written %s, and read back', (millis, text) => {
  expect(formatDuration(millis)).toBe(text);
  expect(parseDuration(text)).toBe(millis);
});
