import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres } from './find-postgres';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'drover-find-postgres-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Programs that say their version and nothing else. */
function install(version: string, programs = ['initdb', 'postgres', 'psql']): string {
  const folder = join(root, 'debian', version, 'bin');
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    writeFileSync(join(folder, program), `#!/bin/sh\necho "postgres (PostgreSQL) ${version}.1"\n`, { mode: 0o755 });
  }
  return folder;
}

const find = (path = '/nowhere') => findPostgres({ PATH: path }, join(root, 'debian'));

describe('where PostgreSQL is looked for', () => {
  test('it is not there', async () => {
    expect(await find()).toBeUndefined();
  });

  test("Debian's newest is taken: 15 before 9", async () => {
    install('9');
    const folder = install('15');
    expect(await find()).toEqual({ folder, version: 'postgres (PostgreSQL) 15.1' });
  });

  test('a version without all that is needed is passed over', async () => {
    install('16', ['psql']);
    const folder = install('15');
    expect(await find()).toMatchObject({ folder });
  });

  test('what is on PATH comes first, and its link leads to the folder with the rest', async () => {
    install('16');
    const folder = install('15');
    const onPath = join(root, 'bin');
    mkdirSync(onPath);
    symlinkSync(join(folder, 'postgres'), join(onPath, 'postgres'));
    expect(await find(onPath)).toMatchObject({ folder });
  });
});
