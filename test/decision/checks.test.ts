import { clockDifference, isAtLeast } from '../../decision/checks';

test.each([
  ['v20.19.0', '20.19.0', true],
  ['v20.18.9', '20.19.0', false],
  ['22.0.0', '20.19.0', true],
  ['v9.99.0', '20.19.0', false],
  ['1.29', '1.29.0', true],
  ['1.30.1-rc.2', '1.29.0', true],
  ['1.3.0', '1.29.0', false],
  ['', '1.29.0', false],
  ['unknown', '1.29.0', false],
])('version %j is at least %s: %s', (version, least, is) => {
  expect(isAtLeast(version, least)).toBe(is);
});

test.each([
  ['right where it lies between the question and the answer', 1000, 1400, 2000, 0],
  ['behind by what it lacks to the question', 1000, 400, 2000, -600],
  ['ahead by what it has over the answer', 1000, 2700, 2000, 700],
])('a clock is %s', (_, from, other, to, difference) => {
  expect(clockDifference(from, other, to)).toBe(difference);
});
