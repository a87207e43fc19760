import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Everything that `--local` keeps, in one folder. */
export interface StateFolder {
  /** Whole, and without links: servers are recognised by it. */
  readonly path: string;
  readonly database: string;
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
    serverLog: join(path, 'temporal.log'),
    workerLog: join(path, 'worker.log'),
    temporalSettings,
  };
}
