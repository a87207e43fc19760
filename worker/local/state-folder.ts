import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Everything that `--local` keeps, in one folder. */
export interface StateFolder {
  /** Whole, and without links: servers are recognised by it. */
  readonly path: string;
  readonly database: string;
  /** There once a server has come up on the database. */
  readonly databaseMade: string;
  readonly serverLog: string;
  readonly workerLog: string;
  /** Temporal's own settings, with nothing in them: those of other servers are not for this one. */
  readonly temporalSettings: string;
}

/** Where `--local` keeps its state, unless `--state` says otherwise. */
export const USUAL_STATE_FOLDER = join('.drover', 'local');

/** Makes the folder, for this user alone, where it is not there yet. */
export function openStateFolder(folder: string): StateFolder {
  const made = mkdirSync(resolve(folder), { recursive: true, mode: 0o700 });
  const path = realpathSync(resolve(folder));
  if (made !== undefined) {
    chmodSync(path, 0o700);
    // It is nobody's source code.
    writeFileSync(join(path, '.gitignore'), '*\n');
  }
  const temporalSettings = join(path, 'temporal.toml');
  writeFileSync(temporalSettings, '[profile.default]\n', { mode: 0o600 });
  return {
    path,
    database: join(path, 'temporal.db'),
    databaseMade: join(path, 'temporal.db.made'),
    serverLog: join(path, 'temporal.log'),
    workerLog: join(path, 'worker.log'),
    temporalSettings,
  };
}

/**
 * Removes a database whose first server was killed before it came up: it has some of its tables, and no server starts on it again. Nothing
 * was asked of that one yet.
 */
export function dropUnfinishedDatabase({ database, databaseMade }: StateFolder): void {
  if (existsSync(databaseMade)) return;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${database}${suffix}`, { force: true });
}
