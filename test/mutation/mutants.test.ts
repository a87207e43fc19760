import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { MUTANTS } from './mutants';

describe('the mutants', () => {
  test.each(MUTANTS)('$name still applies: what it changes stands in $file exactly once', ({ file, from, to }) => {
    expect(readFileSync(join(ROOT, file), 'utf8').split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  });

  test.each(MUTANTS)('what is to catch $name is there', ({ caughtBy }) => {
    const paths = caughtBy.filter((word) => word.startsWith('test/'));
    for (const path of paths) expect(existsSync(join(ROOT, path))).toBe(true);
  });

  test('there is one for each of the ten invariants, and no name twice', () => {
    const invariants = [...new Set(MUTANTS.map(({ invariant }) => invariant))];
    expect(invariants.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
