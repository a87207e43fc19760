import { whatGoDoes } from '../../worker/temporal-server/go-install';

test('what Go downloaded last is shown while it is news; then it compiles', () => {
  const doing = whatGoDoes();
  const lines = [
    'go: downloading a v1',
    'go: downloading b v1',
    'go: downloading b v1',
    'go: downloading b v1',
    'x'.repeat(500),
  ];
  expect(lines.map(doing)).toEqual([
    'go: downloading a v1',
    'go: downloading b v1',
    'compiling',
    'compiling',
    'x'.repeat(100),
  ]);
});

test('a build that has nothing to download compiles from the start', () => {
  expect(whatGoDoes()('')).toBe('compiling');
});
