import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { findOnPath } from '../../../worker/temporal-server/executable';
import { runWithProgress } from '../../../worker/temporal-server/run-with-progress';
import type { PostgresPrograms } from './find-postgres';
import { findPostgres } from './find-postgres';

const PACKAGE = 'postgresql';
const PROGRESS_MILLIS = 10_000;
/** Debian's packages start their services only where this program lets them. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Finds PostgreSQL, or installs Debian's package where we are root and apt-get is there. The cluster that Debian makes with it is not
 * started: the suite makes one of its own.
 *
 * @throws Error that names the package, where it is not there and cannot be installed.
 */
export async function preparePostgres(
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
): Promise<PostgresPrograms> {
  const found = await findPostgres(env);
  if (found !== undefined) {
    onStep(`PostgreSQL: using ${found.version}, ${found.folder}`);
    return found;
  }
  const aptGet = findOnPath('apt-get', env);
  if (aptGet === undefined || process.getuid?.() !== 0) {
    const why = aptGet === undefined ? 'there is no apt-get here' : 'only root may install it';
    throw new Error(
      `PostgreSQL was not found on PATH nor in /usr/lib/postgresql, and ${why}. Install Debian's package \`${PACKAGE}\`, or put the folder with initdb, postgres and psql on PATH.`,
    );
  }
  onStep(`PostgreSQL: not there; installing Debian's package ${PACKAGE} with ${aptGet}`);
  await withoutStartingServices(async () => {
    await apt(aptGet, ['update'], env, onStep);
    await apt(aptGet, ['install', '-y', '--no-install-recommends', PACKAGE], env, onStep);
  });
  const installed = await findPostgres(env);
  if (installed === undefined) throw new Error(`Debian's package ${PACKAGE} is installed, but has no initdb or psql.`);
  onStep(`PostgreSQL: installed ${installed.version}, ${installed.folder}`);
  return installed;
}

async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  if (existsSync(POLICY)) return work();
  const remove = (): void => rmSync(POLICY, { force: true });
  process.once('exit', remove);
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}

async function apt(
  aptGet: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
): Promise<void> {
  const { code, tail } = await runWithProgress(aptGet, args, {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    cwd: tmpdir(),
    intervalMillis: PROGRESS_MILLIS,
    onTick: (seconds, line) => onStep(`PostgreSQL: apt-get ${args[0] ?? ''}, ${seconds} s so far (${line})`),
  });
  if (code !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${tail.slice(-3).join(' / ')}`);
}
