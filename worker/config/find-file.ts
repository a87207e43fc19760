import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where configuration is looked for. */
export interface FileSearch {
  /** As given on the command line (`--config`). */
  readonly file?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * The configuration file to read: the one that was named (`--config`, `DROVER_CONFIG`; it need not exist yet, reading it will
 * complain), else `./drover.yaml`, else `~/.config/drover/drover.yaml` (`$XDG_CONFIG_HOME`), else none.
 */
export function findConfigurationFile(search: FileSearch): { path: string; namedBy: string | undefined } | undefined {
  const { file, env, cwd } = search;
  if (file !== undefined) return { path: resolve(cwd, file), namedBy: '--config' };
  if (env.DROVER_CONFIG) return { path: resolve(cwd, env.DROVER_CONFIG), namedBy: 'DROVER_CONFIG' };
  const home = env.XDG_CONFIG_HOME ? resolve(env.XDG_CONFIG_HOME) : join(env.HOME || homedir(), '.config');
  const path = [resolve(cwd, 'drover.yaml'), join(home, 'drover', 'drover.yaml')].find((candidate) =>
    existsSync(candidate),
  );
  return path === undefined ? undefined : { path, namedBy: undefined };
}
