import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../errors/invalid-input-error';
import { UnreachableError } from '../../errors/unreachable-error';
import type { Command, Io } from '../command';
import { noArguments } from '../no-arguments';
import { packageVersion } from '../package-version';
import type { ParsedArguments } from '../option-spec';
import { option } from '../target';
import { environmentsOf, WORKER_OPTIONS } from './worker';

const PORT = 7233;
const UI_PORT = 8233;
/** The simulated containers take a quarter of the recorded server's time. */
const SIMULATOR_SPEED = 4;

/** `drover dev`. */
export const dev: Command = {
  name: 'dev',
  usage: '[--simulator] [options]',
  description: [
    'Runs everything on this machine: Temporal (embedded, with its Web UI, everything kept in one SQLite file) and a worker.',
    'Ctrl-C ends all that it started; deployments that were under way go on when it is started again.',
    '',
    'Temporal is looked for in this order: TEMPORAL_ADDRESS (then none is started), TEMPORAL_CLI_PATH, "temporal" on PATH, the',
    'cache, a download, and a build where Go is there.',
  ],
  options: [
    {
      name: 'simulator',
      kind: 'flag',
      help: 'no Rancher at hand? Start a simulated one, with the environments dev and prod',
    },
    ...WORKER_OPTIONS,
    { name: 'port', kind: 'one', value: 'PORT', help: `of Temporal; default ${String(PORT)}` },
    { name: 'ui-port', kind: 'one', value: 'PORT', help: `of Temporal Web; default ${String(UI_PORT)}` },
    {
      name: 'db',
      kind: 'one',
      value: 'FILE',
      help: 'the SQLite file, with a log beside it; default .drover/temporal.db',
    },
  ],
  examples: [
    ['dev --simulator', 'then: drover upgrade dev storefront/web --image example/web:1.1'],
    ['dev', 'with ./drover.yaml, or RANCHER_URL, RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY, RANCHER_ENVIRONMENT'],
  ],
  success: 'it was told to end',
  verdicts: ['succeeded', 'invalid', 'unreachable'],
  async run(args, io) {
    noArguments('dev', args);
    const [port, uiPort] = [portOf(args, 'port', PORT), portOf(args, 'ui-port', UI_PORT)];
    const { loadConfiguration } = await import('../../../worker/config/load-configuration.js');
    const { Health } = await import('../../../worker/health.js');
    const { connectWorker } = await import('../../../worker/connect-worker.js');
    const { runWorker, servedEnvironments } = await import('../../../worker/run-worker.js');
    const { installRuntime } = await import('../../../worker/install-runtime.js');
    // With --json, standard output is for machines: an error is told there.
    const to = args.flags.has('json') ? io.err : io.out;
    const say = (text: string): void => void to.write(`${text}\n`);
    const wanted = environmentsOf(args.values.get('environments'));
    const folder = resolve('.drover');
    const stops: (() => Promise<void>)[] = [];
    try {
      let env: NodeJS.ProcessEnv = { ...io.env };
      let file = option(args, 'config');
      if (args.flags.has('simulator') && file !== undefined)
        throw new InvalidInputError([
          {
            where: '--config',
            text: 'with --simulator the environments are those of the simulated Rancher',
            fix: 'leave out one of the two; "node dist/simulator/main.js --help" starts a simulated Rancher for a drover.yaml of your own',
          },
        ]);
      if (args.flags.has('simulator')) ({ env, file } = await simulate(folder, env, stops, say));
      // Read before anything slow is started: what is wrong with it should be known at once.
      const load = (): ReturnType<typeof loadConfiguration> => loadConfiguration({ file, env, cwd: process.cwd() });
      const first = load();
      requireEnvironments(first.environments.size);
      servedEnvironments({ configuration: first, environments: wanted });
      const temporal = await temporalFor({ port, uiPort, db: option(args, 'db'), folder, env, io, say, stops });
      env = {
        ...env,
        TEMPORAL_ADDRESS: temporal.address,
        ...(temporal.webUrl === null ? {} : { DROVER_TEMPORAL_WEB_URL: temporal.webUrl }),
      };
      const configuration = load();
      const { metricsAddress, healthAddress } = configuration.worker;
      installRuntime({ metricsAddress });
      const health = healthAddress === undefined ? undefined : await Health.serve(healthAddress);
      if (health !== undefined) stops.push(() => health.close());
      const connection = await connectWorker(configuration.temporal).catch((error: unknown) => {
        throw temporal.isGiven && nameOf(error) === 'TemporalUnreachableError'
          ? notStarted(temporal.address, error)
          : error;
      });
      stops.push(() => connection.close());
      await runWorker({
        droverVersion: packageVersion(),
        configuration,
        connection,
        namespace: configuration.temporal.namespace,
        environments: wanted,
        signal: AbortSignal.any([io.signal, temporal.ended]),
        health,
        env,
        onStep: say,
        onReady: ({ environments }) => {
          say(`worker: ready; serves ${environments.join(', ')}`);
          say(`Temporal: ${temporal.address}${temporal.webUrl === null ? '' : `; Web UI ${temporal.webUrl}`}`);
          if (temporal.address !== `127.0.0.1:${String(PORT)}`) exportHint(temporal.address).forEach(say);
          say(`Deploy: drover upgrade ${environments[0] ?? 'ENVIRONMENT'} STACK/SERVICE --image REF     Stop: Ctrl-C`);
        },
      });
      return 0;
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  },
};

/** How clients find a server that is not at the usual address. */
export function exportHint(address: string): readonly string[] {
  return [
    `In another terminal, for the clients there: export TEMPORAL_ADDRESS=${address}`,
    '  (Where it is set, "drover dev" starts no Temporal of its own; unset TEMPORAL_ADDRESS before you start it there.)',
  ];
}

/** The address may be left over from a server of an earlier `drover dev`, which is gone. */
export function notStarted(address: string, cause: unknown): UnreachableError {
  return new UnreachableError(
    `Temporal does not answer at ${address}, and because TEMPORAL_ADDRESS is set, no server is started here: ${messageOf(cause)}`,
    'To have one started, unset TEMPORAL_ADDRESS and run "drover dev" again; otherwise start the server at that address.',
    { cause },
  );
}

// Not `instanceof`: the worker's classes are loaded only where they are needed; their names are stable.
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface TemporalWanted {
  readonly port: number;
  readonly uiPort: number;
  readonly db: string | undefined;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly io: Io;
  readonly say: (text: string) => void;
  readonly stops: (() => Promise<void>)[];
}

/** The server that TEMPORAL_ADDRESS names, or an embedded one; `ended` is aborted where that one ends by itself. */
async function temporalFor(
  wanted: TemporalWanted,
): Promise<{ address: string; webUrl: string | null; isGiven: boolean; ended: AbortSignal }> {
  const { findTemporalServer } = await import('../../../worker/temporal-server/find-temporal-server.js');
  const { startDevServer } = await import('../../../worker/temporal-server/start-dev-server.js');
  const { SEARCH_ATTRIBUTES } = await import('../../../workflows/contract.js');
  const { say } = wanted;
  const dbFilename = resolve(wanted.db ?? join(wanted.folder, 'temporal.db'));
  // Beside the file, so that nothing is written but where it was asked for.
  const logFile = join(dirname(dbFilename), 'temporal.log');
  const found = await findTemporalServer({ env: wanted.env, onStep: say });
  const ended = new AbortController();
  if (found.kind === 'address') return { address: found.address, webUrl: null, isGiven: true, ended: ended.signal };
  const server = await startDevServer(found.path, {
    port: wanted.port,
    uiPort: wanted.uiPort,
    ...{ dbFilename, logFile },
    searchAttributes: SEARCH_ATTRIBUTES,
  });
  wanted.stops.push(() => server.stop());
  void server.exited.then(() => {
    if (!wanted.io.signal.aborted) say(`Temporal: it ended by itself; see ${logFile}`);
    ended.abort();
  });
  return { address: server.address, webUrl: server.uiUrl, isGiven: false, ended: ended.signal };
}

async function simulate(
  folder: string,
  env: NodeJS.ProcessEnv,
  stops: (() => Promise<void>)[],
  say: (text: string) => void,
): Promise<{ env: NodeJS.ProcessEnv; file: string }> {
  const { startSimulator } = await import('../../../simulator/simulator.js');
  mkdirSync(folder, { recursive: true });
  const { demoSeed } = await import('../../../simulator/demo-seed.js');
  const simulator = await startSimulator({
    speed: SIMULATOR_SPEED,
    seed: demoSeed(),
    stateFile: join(folder, 'simulator.json'),
  });
  stops.push(() => simulator.close());
  say(`Rancher: a simulated one at ${simulator.url}, environments dev and prod, stacks storefront and billing`);
  const file = join(folder, 'simulator.yaml');
  const keys = [
    '    rancher:',
    '      accessKey: { env: DROVER_SIMULATOR_ACCESS_KEY }',
    '      secretKey: { env: DROVER_SIMULATOR_SECRET_KEY }',
    // For trying the gates of releases: nobody but this machine reaches what listens there.
    "    probes: { to: ['http://127.0.0.1:*', 'http://localhost:*'] }",
  ];
  const environments = ['dev', 'prod'].flatMap((name) => [`  ${name}:`, `    project: ${name}`, ...keys]);
  writeFileSync(file, ['rancher:', `  url: ${simulator.url}`, 'environments:', ...environments, ''].join('\n'));
  const [key] = demoSeed().keys;
  return {
    file,
    env: { ...env, DROVER_SIMULATOR_ACCESS_KEY: key?.accessKey, DROVER_SIMULATOR_SECRET_KEY: key?.secretKey },
  };
}

function requireEnvironments(count: number): void {
  if (count > 0) return;
  throw new InvalidInputError([
    {
      where: 'configuration',
      text: 'there is no Rancher to serve: neither a drover.yaml nor RANCHER_URL is there',
      fix: 'set RANCHER_URL, RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY and RANCHER_ENVIRONMENT, or write a drover.yaml, or try "drover dev --simulator"',
    },
  ]);
}

function portOf(args: ParsedArguments, name: string, usual: number): number {
  const text = option(args, name);
  if (text === undefined) return usual;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidInputError([
    {
      where: `--${name}`,
      text: `"${text}" is no port`,
      fix: `write a number from 1 to 65535, such as --${name} ${String(usual)}`,
    },
  ]);
}
