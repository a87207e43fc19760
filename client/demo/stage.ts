import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { demoSeed } from '../../simulator/demo-seed';
import { startSimulator } from '../../simulator/simulator';
import type { Simulator } from '../../simulator/simulator';
import { findTemporalServer } from '../../worker/temporal-server/find-temporal-server';
import { startDevServer } from '../../worker/temporal-server/start-dev-server';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { UnreachableError } from '../errors/unreachable-error';
import { DroverProcess } from './process';

const SPEED = 4;

/** What a demo deploys to. */
export interface Site {
  /** Alias → which of the simulator's environments it is. */
  readonly environments: Readonly<Record<string, string>>;
  /** The access key of the demo seed that the worker has for all of them. */
  readonly accessKey: string;
}

/** Everything that the scenes need, running. */
export interface Stage {
  /** What an alias of the site is called here: just that, or a name of its own on a server that others use too. */
  readonly aliasOf: (alias: string) => string;
  /** For files of the scenes; it goes away with the stage. */
  readonly folder: string;
  readonly simulator: Simulator;
  readonly temporalAddress: string;
  readonly webUrl: string | undefined;
  /** For the processes of clients. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends everything that was started, the last first. */
  close(): Promise<void>;
}

/** Starts Temporal (or finds it), the simulated Rancher, and a worker. Ends what it had started where one of them fails. */
export async function setStage(site: Site, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Stage> {
  const stops: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'drover-demo-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const temporal = await temporalFor(folder, env, say, stops);
    const suffix = temporal.isShared ? `-${randomBytes(3).toString('hex')}` : '';
    const aliasOf = (alias: string): string => `${alias}${suffix}`;
    const simulator = await startSimulator({ speed: SPEED, seed: demoSeed() });
    stops.push(() => simulator.close());
    say(`Rancher: a simulated one at ${simulator.url}`);
    const clientEnv = clientEnvironment(env, temporal);
    const config = writeConfiguration(folder, site, aliasOf, simulator.url);
    await startWorker(config, site.accessKey, clientEnv, folder, say, stops);
    const { address, webUrl } = temporal;
    return { aliasOf, folder, simulator, temporalAddress: address, webUrl, env: clientEnv, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Temporal {
  readonly address: string;
  readonly webUrl: string | undefined;
  readonly isShared: boolean;
}

async function temporalFor(
  folder: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  stops: (() => Promise<void> | void)[],
): Promise<Temporal> {
  const found = await findTemporalServer({ env, onStep: say });
  if (found.kind === 'address') {
    return { address: found.address, webUrl: env['TEMPORAL_UI_URL'] ?? env['DROVER_TEMPORAL_WEB_URL'], isShared: true };
  }
  const server = await startDevServer(found.path, {
    dbFilename: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
    searchAttributes: SEARCH_ATTRIBUTES,
  });
  stops.push(() => server.stop());
  say(`Temporal: ${server.address}; Web UI ${server.uiUrl}`);
  return { address: server.address, webUrl: server.uiUrl, isShared: false };
}

/** The caller's, less what would make the demo's requests those of a CI build or aim them at another Rancher. */
function clientEnvironment(env: NodeJS.ProcessEnv, temporal: Temporal): NodeJS.ProcessEnv {
  const foreign =
    /^(RANCHER_|CATTLE_|DROVER_CONFIG$|CI_|GITLAB_CI$|GITHUB_|JENKINS_URL$|BUILD_|bamboo_|CIRCLE|TF_BUILD$|BUILDKITE|BITBUCKET_|TEAMCITY_|DRONE)/;
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(kept),
    TEMPORAL_ADDRESS: temporal.address,
    ...(temporal.webUrl === undefined
      ? {}
      : { TEMPORAL_UI_URL: temporal.webUrl, DROVER_TEMPORAL_WEB_URL: temporal.webUrl }),
    // Nothing of a drover.yaml that happens to lie in the working directory.
    DROVER_CONFIG: '',
  };
}

function writeConfiguration(folder: string, site: Site, aliasOf: Stage['aliasOf'], url: string): string {
  const path = join(folder, 'drover.yaml');
  writeFileSync(
    path,
    [
      'rancher:',
      `  url: ${url}`,
      '  accessKey: { env: DROVER_DEMO_ACCESS_KEY }',
      '  secretKey: { env: DROVER_DEMO_SECRET_KEY }',
      'defaults:',
      '  # Short, for the sake of the demo: ten minutes are the default.',
      '  stallLimit: 10s',
      '  pollMax: 3s',
      'environments:',
      ...Object.entries(site.environments).map(([alias, project]) => `  ${aliasOf(alias)}: { project: ${project} }`),
      '',
    ].join('\n'),
  );
  return path;
}

async function startWorker(
  config: string,
  accessKey: string,
  clientEnv: NodeJS.ProcessEnv,
  folder: string,
  say: (line: string) => void,
  stops: (() => Promise<void> | void)[],
): Promise<void> {
  const key = demoSeed().keys.find((one) => one.accessKey === accessKey);
  const env = {
    ...clientEnv,
    DROVER_DEMO_ACCESS_KEY: key?.accessKey,
    DROVER_DEMO_SECRET_KEY: key?.secretKey,
    // The demo leaves nothing behind, not even the secret that digests are keyed with.
    XDG_STATE_HOME: folder,
  };
  const worker = DroverProcess.start(['worker', '--config', config], env, () => undefined);
  stops.push(() => worker.stop());
  const ready = await worker.lineWith(/^worker: ready/);
  if (ready === null) {
    throw new UnreachableError(
      `The demo's worker did not start:\n${worker.lines.slice(-10).join('\n')}`,
      'Mend that, and try again.',
    );
  }
  say(`${ready[0]?.toUpperCase() ?? ''}${ready.slice(1)}`);
}
