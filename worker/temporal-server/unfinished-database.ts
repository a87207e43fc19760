import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const markerOf = (database: string): string => `${database}.unfinished`;

/**
 * Before a server starts on a SQLite file. One whose first server was killed before it came up has some of its tables, and no server starts
 * on it again; nothing was asked of that one yet: it is removed. A file without the marker is left as it is, whoever made it.
 */
export function beginDatabase(database: string): void {
  if (existsSync(markerOf(database)))
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${database}${suffix}`, { force: true });
  if (existsSync(database)) return;
  mkdirSync(dirname(database), { recursive: true });
  writeFileSync(markerOf(database), 'A Temporal server makes this database; it has not come up yet.\n');
}

/** Once a server has come up on it. */
export function finishDatabase(database: string): void {
  rmSync(markerOf(database), { force: true });
}
