import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The version of Temporal's CLI that is fetched or built; its dev server is Temporal 1.29.1. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

/** Drover's cache: `DROVER_CACHE_DIR`, else `$XDG_CACHE_HOME/drover`, else `~/.cache/drover`. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  if (env.DROVER_CACHE_DIR) return resolve(env.DROVER_CACHE_DIR);
  if (env.XDG_CACHE_HOME) return resolve(env.XDG_CACHE_HOME, 'drover');
  return join(env.HOME || homedir(), '.cache', 'drover');
}

/** Where a fetched or built CLI is kept. */
export const cachedCliPath = (cacheDir: string): string => join(cacheDir, 'bin', `temporal-${TEMPORAL_CLI_VERSION}`);
