import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateFolder } from '../../../worker/local/state-folder';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-state-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the folder is for its user alone; one that is there already stays as it is', () => {
  const { path } = openStateFolder(join(home, 'a', 'b'));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(existsSync(join(path, '.gitignore'))).toBe(true);
  rmSync(join(path, '.gitignore'));
  openStateFolder(path);
  expect(existsSync(join(path, '.gitignore'))).toBe(false);
});
