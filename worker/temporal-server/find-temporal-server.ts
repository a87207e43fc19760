import { buildCli, TEMPORAL_CLI_PACKAGE } from './build-cli';
import { cachedCliPath, cacheDirectory, TEMPORAL_CLI_VERSION } from './cache-directory';
import { downloadCli, type DownloadOptions } from './download-cli';
import { describe, findOnPath, whyNotExecutable, whyNotTemporalCli, withoutSecrets } from './executable';
import { TemporalServerError } from './temporal-server-error';

/** A server that runs already, or an executable that can start one. */
export type FoundTemporalServer =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'executable'; readonly path: string; readonly from: string };

/** What {@link findTemporalServer} looks at. */
export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Default: see {@link cacheDirectory}. */
  readonly cacheDir?: string;
  /** Told in one line which step is taken and what came of it. */
  readonly onStep: (line: string) => void;
  /** For tests. */
  readonly download?: DownloadOptions;
}

/**
 * Finds a Temporal server: `TEMPORAL_ADDRESS`; `TEMPORAL_CLI_PATH`; `temporal` on `PATH`; our cache; the SDK's download
 * (not with `DROVER_SKIP_DOWNLOAD=1`); `go install`, where Go is on `PATH`. Nothing is started.
 *
 * @throws TemporalServerError when `TEMPORAL_CLI_PATH` cannot be used (a wish that was uttered is not passed over), or when
 * nothing worked: it lists what was tried, and how to mend it.
 */
export async function findTemporalServer(given: FindOptions): Promise<FoundTemporalServer> {
  const options: FindOptions = { ...given, env: withoutSecrets(given.env) };
  const { env, onStep } = options;
  if (env.TEMPORAL_ADDRESS) {
    onStep(`Temporal: using the server at TEMPORAL_ADDRESS, ${env.TEMPORAL_ADDRESS}`);
    return { kind: 'address', address: env.TEMPORAL_ADDRESS };
  }
  if (env.TEMPORAL_CLI_PATH) {
    const wrong = whyNotExecutable(env.TEMPORAL_CLI_PATH) ?? (await whyNotTemporalCli(env.TEMPORAL_CLI_PATH, env));
    if (wrong !== undefined) {
      throw new TemporalServerError(
        `TEMPORAL_CLI_PATH=${env.TEMPORAL_CLI_PATH} ${wrong}. Let it name Temporal's CLI, or unset it to search elsewhere.`,
      );
    }
    onStep(`Temporal: using the CLI at TEMPORAL_CLI_PATH, ${env.TEMPORAL_CLI_PATH}`);
    return { kind: 'executable', path: env.TEMPORAL_CLI_PATH, from: 'TEMPORAL_CLI_PATH' };
  }
  const tried = ['TEMPORAL_ADDRESS and TEMPORAL_CLI_PATH: not set'];
  for (const step of STEPS) {
    const outcome = await step(options, options.cacheDir ?? cacheDirectory(env));
    if (typeof outcome !== 'string') return { kind: 'executable', ...outcome };
    tried.push(outcome);
  }
  throw new TemporalServerError(
    `No Temporal server found. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n` +
      `To mend it, do one of these: give the address of a running server (TEMPORAL_ADDRESS=host:7233); install Temporal's CLI ` +
      `and put it on PATH, or name it in TEMPORAL_CLI_PATH; allow access to the internet for the download; install Go.`,
  );
}

/** One place to look: what was found, or why nothing. */
type Step = (options: FindOptions, cacheDir: string) => Promise<{ path: string; from: string } | string>;

const onPath: Step = async ({ env, onStep }) => {
  const path = findOnPath('temporal', env);
  if (path === undefined) return '`temporal` on PATH: not there';
  const wrong = await whyNotTemporalCli(path, env);
  if (wrong !== undefined) {
    onStep(`Temporal: passing over ${path}: it ${wrong}`);
    return `\`temporal\` on PATH: ${path} ${wrong}`;
  }
  onStep(`Temporal: using \`temporal\` on PATH, ${path}`);
  return { path, from: 'PATH' };
};

const inCache: Step = async ({ env, onStep }, cacheDir) => {
  const path = cachedCliPath(cacheDir);
  const missing = whyNotExecutable(path);
  const wrong = missing ?? (await whyNotTemporalCli(path, env));
  if (wrong === undefined) {
    onStep(`Temporal: using the CLI in the cache, ${path}`);
    return { path, from: 'cache' };
  }
  if (missing === undefined) onStep(`Temporal: passing over ${path} in the cache: it ${wrong}`);
  return `the cache: ${path} ${wrong}`;
};

const download: Step = async ({ env, onStep, download: downloadOptions }, cacheDir) => {
  if (env.DROVER_SKIP_DOWNLOAD === '1') return "the SDK's download: skipped (DROVER_SKIP_DOWNLOAD=1)";
  onStep(`Temporal: downloading the CLI by way of Temporal's SDK (from temporal.download)`);
  try {
    const path = await downloadCli(cachedCliPath(cacheDir), env, onStep, downloadOptions);
    onStep(`Temporal: downloaded to ${path}`);
    return { path, from: 'download' };
  } catch (error) {
    onStep(`Temporal: no download: ${describe(error)}`);
    return `the SDK's download: ${describe(error)}`;
  }
};

const build: Step = async ({ env, onStep }, cacheDir) => {
  const go = findOnPath('go', env);
  if (go === undefined) return `go install ${TEMPORAL_CLI_PACKAGE}: no \`go\` on PATH`;
  onStep(`Temporal: building the CLI ${TEMPORAL_CLI_VERSION} with ${go} (once, about three minutes on two cores)`);
  try {
    const path = await buildCli(go, cachedCliPath(cacheDir), env, onStep);
    onStep(`Temporal: built, ${path}`);
    return { path, from: 'go install' };
  } catch (error) {
    onStep(`Temporal: no build: ${describe(error)}`);
    return describe(error);
  }
};

const STEPS: readonly Step[] = [onPath, inCache, download, build];
