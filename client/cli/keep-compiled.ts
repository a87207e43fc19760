import * as nodeModule from 'node:module';
import { join } from 'node:path';

/** Of Node from 22.1 on; the types are those of Node 20. */
interface WithCompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Lets Node keep what it compiles of the modules that are loaded from now on: half a second of every command is the loading of Temporal's
 * SDK. It is kept in Drover's own cache and not where Node would by default, in the system's temporary folder: what everybody may write
 * there would be run. An older Node, or a folder that cannot be written, means that nothing is kept.
 */
function keepCompiled({ DROVER_CACHE_DIR, XDG_CACHE_HOME, HOME }: NodeJS.ProcessEnv): void {
  const { enableCompileCache } = nodeModule as WithCompileCache;
  const cache =
    DROVER_CACHE_DIR || (XDG_CACHE_HOME ? join(XDG_CACHE_HOME, 'drover') : HOME && join(HOME, '.cache', 'drover'));
  if (cache) enableCompileCache?.(join(cache, 'compiled'));
}

keepCompiled(process.env);
