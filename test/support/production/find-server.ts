import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { cacheDirectory } from '../../../worker/temporal-server/cache-directory';
import { findOnPath, whyNotExecutable, withoutSecrets } from '../../../worker/temporal-server/executable';
import { goInstall } from '../../../worker/temporal-server/go-install';
import { TemporalServerError } from '../../../worker/temporal-server/temporal-server-error';

/** The production server's version: the one that the dev server of the CLI is made of. */
export const TEMPORAL_SERVER_VERSION = '1.29.1';

const MODULE = 'go.temporal.io/server';
const VERSION_LIMIT_MILLIS = 20_000;

/** Temporal's server as it runs in production, and the tool that makes its schema. */
export interface ServerBinaries {
  readonly server: string;
  readonly sqlTool: string;
}

/**
 * Finds both in Drover's cache, beside Temporal's CLI; else builds them there with Go, once: some minutes on two cores.
 *
 * @param version default: {@link TEMPORAL_SERVER_VERSION}
 * @throws TemporalServerError when they are not there and Go is not either, or with Go's own words when it fails.
 */
export async function findServer(
  given: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
  version: string = TEMPORAL_SERVER_VERSION,
): Promise<ServerBinaries> {
  const env = withoutSecrets(given);
  const folder = join(cacheDirectory(env), 'bin');
  const server = join(folder, `temporal-server-${version}`);
  const sqlTool = join(folder, `temporal-sql-tool-${version}`);
  const isDone = async (): Promise<boolean> =>
    (await hasVersion(server, 'temporal', version, env)) &&
    (await hasVersion(sqlTool, 'temporal-sql-tool', version, env));
  if (await isDone()) {
    onStep(`Temporal: using the server ${version} in the cache, ${server}`);
    return { server, sqlTool };
  }
  const go = findOnPath('go', env);
  if (go === undefined) {
    throw new TemporalServerError(
      `Temporal's server ${version} is not in the cache (${server}), and there is no \`go\` on PATH to build it. Install Go.`,
    );
  }
  onStep(`Temporal: building the server ${version} with ${go} (once, some minutes on two cores)`);
  const started = Date.now();
  await goInstall(
    go,
    {
      what: "Temporal's server",
      packages: [`${MODULE}/cmd/server@v${version}`, `${MODULE}/cmd/tools/sql@v${version}`],
      binaries: { server, sql: sqlTool },
      isDone,
    },
    env,
    onStep,
  );
  if (!(await isDone())) throw new TemporalServerError(`what Go built does not run: ${server}, ${sqlTool}`);
  onStep(`Temporal: the server is there after ${Math.round((Date.now() - started) / 1000)} s, ${server}`);
  return { server, sqlTool };
}

/** Whether `path --version` says that it is `name` of this version. */
async function hasVersion(path: string, name: string, version: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (whyNotExecutable(path) !== undefined) return false;
  return await new Promise((resolve) => {
    execFile(path, ['--version'], { env, timeout: VERSION_LIMIT_MILLIS }, (error, stdout) =>
      resolve(error === null && stdout.trim() === `${name} version ${version}`),
    );
  });
}
