import { execFile } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, whyNotExecutable } from '../../../worker/temporal-server/executable';

/** What a cluster of one's own needs; all of them are beside each other in one folder. */
const PROGRAMS = ['initdb', 'postgres', 'psql'] as const;
/** Debian keeps each major version in a folder of its own, which is not on `PATH`. */
const DEBIAN = '/usr/lib/postgresql';

/** PostgreSQL's programs, and what they say of their version. */
export interface PostgresPrograms {
  readonly folder: string;
  /** Such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string;
}

/**
 * Finds PostgreSQL's programs: on `PATH`, else where Debian has them, the newest first.
 *
 * @param debian for tests.
 */
export async function findPostgres(env: NodeJS.ProcessEnv, debian = DEBIAN): Promise<PostgresPrograms | undefined> {
  const onPath = findOnPath('postgres', env);
  const folders = [...(onPath === undefined ? [] : [dirname(realpathSync(onPath))]), ...debianFolders(debian)];
  const folder = folders.find((one) => PROGRAMS.every((program) => whyNotExecutable(join(one, program)) === undefined));
  if (folder === undefined) return undefined;
  const { stdout } = await promisify(execFile)(join(folder, 'postgres'), ['--version']);
  return { folder, version: stdout.trim() };
}

function debianFolders(debian: string): string[] {
  let versions: string[] = [];
  try {
    versions = readdirSync(debian);
  } catch {
    // Another system, or none is installed.
  }
  return versions
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a))
    .map((name) => join(debian, name, 'bin'));
}
