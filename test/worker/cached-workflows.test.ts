import { cachedByDefault } from '../../worker/cached-workflows';

const MEBIBYTE = 2 ** 20;

test.each([
  ['a large machine: what leaves a worker under one gibibyte', 24_000, 4_144, 1_224],
  ['a container of one gibibyte: the same, for its heap bears as many', 1_024, 560, 1_224],
  ['a container of half a gibibyte', 512, 280, 248],
  ['a heap that was made smaller by hand: what it bears', 24_000, 128, 357],
  ['less than a worker itself needs: some all the same', 256, 140, 50],
])('%s', (_, memory, heap, workflows) => {
  expect(cachedByDefault({ memory: memory * MEBIBYTE, heap: heap * MEBIBYTE })).toBe(workflows);
});

test('this machine has a number too', () => {
  expect(cachedByDefault()).toBeGreaterThanOrEqual(50);
  expect(cachedByDefault()).toBeLessThanOrEqual(1_224);
});
