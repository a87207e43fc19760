import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { ConfigurationError } from '../config/configuration-error';
import { loadConfiguration } from '../config/load-configuration';
import type { Configuration } from '../config/configuration';
import { connectWorker } from '../connect-worker';
import { installationIn } from '../installation-in';
import { installRuntime } from '../install-runtime';
import { runWorker, servedEnvironments } from '../run-worker';
import { findTemporalServer } from '../temporal-server/find-temporal-server';
import { KeptServer } from './kept-server';
import { endServer, serversOn } from './servers-on';
import type { StateFolder } from './state-folder';
import { openStateFolder } from './state-folder';
import { holderOf, takeStateLock } from './state-lock';

const JOIN_MILLIS = 30_000;
const LOOK_AGAIN_MILLIS = 200;

/** What {@link startLocal} is asked for. */
export interface LocalOptions {
  /** The state folder; made where it is not there. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** `--config`. */
  readonly configFile: string | undefined;
  /** Serve this environment; undefined: no worker is needed, only what Temporal keeps. */
  readonly environment: string | undefined;
  /** Whether the server of another command on the same folder may be used. */
  readonly joins: boolean;
  /** The command and what it is about, for others that find the folder in use. */
  readonly what: string;
  /** The label of a pending upgrade of another installation that may be settled all the same. */
  readonly takeOver: string | undefined;
  /** Told in one line what is done. */
  readonly onStep: (line: string) => void;
  /** Told once where it cannot go on: the server or the worker is gone. */
  readonly onGone: (why: string) => void;
}

/** A Temporal server and a worker that live as long as one command. */
export interface Local {
  readonly folder: string;
  /** For the client: this server's address, and nothing of other ones. */
  readonly env: NodeJS.ProcessEnv;
  /** Somebody else's server on the same folder was running already, and is used; it stays. */
  readonly isGuest: boolean;
  /** See `installationIn`. */
  readonly installation: string;
  /** Ends all that was started, and gives the folder back. */
  close(): Promise<void>;
}

/**
 * Starts Temporal on a state folder's file, and a worker for one environment beside it. What a killed process left running on that file is
 * ended first.
 *
 * @throws ConfigurationError before anything is started; StateInUseError where somebody uses the folder
 */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { env: given, environment, what, onStep } = options;
  const folder = openStateFolder(options.folder);
  if (options.joins) {
    const guest = await guestInTime(folder, given);
    if (guest !== undefined) return guest;
  }
  const load = (env: NodeJS.ProcessEnv): Configuration =>
    loadConfiguration({ file: options.configFile, env, cwd: process.cwd() });
  const wanted = environment === undefined ? undefined : namedEnvironment(load, given, folder, environment);
  const lock = takeStateLock(folder.path, what);
  const stops: (() => Promise<void>)[] = [async () => lock.release()];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    for (const left of serversOn(folder.database)) {
      onStep(`local: a Temporal server on ${folder.database} was left behind (process ${String(left.pid)}); ending it`);
      await endServer(left);
    }
    const found = await findTemporalServer({ env: withoutTemporal(given), onStep: () => undefined });
    if (found.kind !== 'executable') throw new Error('a server was found where none was looked for');
    const server = await KeptServer.start(found.path, folder, SEARCH_ATTRIBUTES, onStep, options.onGone);
    stops.push(() => server.close());
    const env = { ...temporalAt(folder, wanted ?? given, server.address), DROVER_TEMPORAL_WEB_URL: server.webUrl };
    const installation = await installationAt(server.address);
    if (wanted !== undefined && environment !== undefined)
      stops.push(await startWorker(load(env), folder, environment, env, options));
    return { folder: folder.path, env, isGuest: false, installation, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One that comes up, or shuts down, is waited for: then there is a server to use, or a folder that nobody holds. */
async function guestInTime(folder: StateFolder, given: NodeJS.ProcessEnv): Promise<Local | undefined> {
  for (const deadline = Date.now() + JOIN_MILLIS; Date.now() < deadline; await delay(LOOK_AGAIN_MILLIS)) {
    // A server that ends just now does not answer.
    const guest = await guestOf(folder, given).catch(() => undefined);
    if (guest !== undefined || holderOf(folder.path) === undefined) return guest;
  }
  return undefined;
}

/** The server of a command that runs on the same folder. */
async function guestOf(folder: StateFolder, given: NodeJS.ProcessEnv): Promise<Local | undefined> {
  if (holderOf(folder.path) === undefined) return undefined;
  const [server] = serversOn(folder.database);
  if (server === undefined) return undefined;
  const address = `127.0.0.1:${String(server.port)}`;
  return {
    folder: folder.path,
    env: temporalAt(folder, given, address),
    isGuest: true,
    installation: await installationAt(address),
    close: async () => undefined,
  };
}

/**
 * The environment variables with which the configuration has the environment. Where no file names any, the one that was asked for is the one
 * that the variables describe.
 *
 * @throws ConfigurationError with all that is missing
 */
function namedEnvironment(
  load: (env: NodeJS.ProcessEnv) => Configuration,
  given: NodeJS.ProcessEnv,
  folder: StateFolder,
  environment: string,
): NodeJS.ProcessEnv {
  let env = temporalAt(folder, given, '127.0.0.1:1');
  const asIs = load(env);
  const isDescribed = [...asIs.environments.values()].some(({ where }) => where === 'environment variables');
  if (isDescribed && !env['RANCHER_ENVIRONMENT']) env = { ...env, RANCHER_ENVIRONMENT: environment };
  const configuration = load(env);
  if (configuration.environments.size === 0)
    throw new ConfigurationError([
      {
        where: undefined,
        message:
          'there is no Rancher to deploy to: neither a drover.yaml nor RANCHER_URL is there. Set RANCHER_URL, RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY (each of the keys also as …_FILE), or write a drover.yaml. Nothing was started',
      },
    ]);
  servedEnvironments({ configuration, environments: [environment] });
  return env;
}

async function startWorker(
  configuration: Configuration,
  folder: StateFolder,
  environment: string,
  env: NodeJS.ProcessEnv,
  { takeOver, onGone }: LocalOptions,
): Promise<() => Promise<void>> {
  const log = (line: string): void => appendFileSync(folder.workerLog, `${line}\n`, { mode: 0o600 });
  // The command decides what a signal means: it may have something to end first.
  installRuntime({ onLine: log, endsOnSignals: false });
  const connection = await connectWorker(configuration.temporal);
  const end = new AbortController();
  let running: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    end.abort();
    await running?.catch(() => undefined);
    await connection.close();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      running = runWorker({
        configuration,
        connection,
        namespace: configuration.temporal.namespace,
        environments: [environment],
        signal: end.signal,
        leavesAlone: (label) => label !== takeOver,
        env,
        onStep: log,
        onReady: () => resolve(),
      });
      running.then(() => reject(new Error('the worker ended before it was ready')), reject);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  running?.then(
    () => (end.signal.aborted ? undefined : onGone(`the worker ended; see ${folder.workerLog}`)),
    (error: unknown) => onGone(`the worker ended: ${error instanceof Error ? error.message : String(error)}`),
  );
  return stop;
}

async function installationAt(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    return (await installationIn(connection, NAMESPACE)) ?? 'unknown';
  } finally {
    await connection.close();
  }
}

const NAMESPACE = 'default';

/** The environment for what talks to the folder's server; the worker's own secret is kept in the folder, too. */
function temporalAt(folder: StateFolder, given: NodeJS.ProcessEnv, address: string): NodeJS.ProcessEnv {
  return {
    ...withoutTemporal(given),
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    TEMPORAL_CONFIG_FILE: folder.temporalSettings,
    XDG_STATE_HOME: folder.path,
  };
}

/** Settings for other servers of Temporal's (their TLS, their keys) are not for this one; where the program is found stays. */
function withoutTemporal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_') || name === 'TEMPORAL_CLI_PATH'),
  );
}
