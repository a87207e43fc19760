import type { Command } from '../command';
import type { OptionSpec } from '../option-spec';
import { noArguments } from '../no-arguments';
import { packageVersion } from '../package-version';
import { option } from '../target';

/** Which configuration a worker uses, and what of it. */
export const WORKER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'config',
    kind: 'one',
    value: 'FILE',
    help: 'the configuration; default DROVER_CONFIG, ./drover.yaml, ~/.config/drover/drover.yaml',
  },
  {
    name: 'environments',
    kind: 'many',
    value: 'A,B',
    aliases: ['environment', 'env'],
    help: 'serve these only; default: all that are configured',
  },
];

/** `drover worker`. */
export const worker: Command = {
  name: 'worker',
  usage: '[--config FILE] [--environments A,B]',
  description: [
    'Runs a worker: it holds the keys, talks to Rancher, and takes deployments from Temporal. Several may run at once; one in a',
    'network of its own may serve only the environments that it reaches. SIGTERM ends it after what is under way; another worker,',
    'or this one started again, goes on where it was.',
    '',
    'Keys come from where drover.yaml says (environment variables or files), or from RANCHER_URL, RANCHER_ACCESS_KEY,',
    'RANCHER_SECRET_KEY and RANCHER_ENVIRONMENT where there is no file. They are never written anywhere.',
  ],
  options: WORKER_OPTIONS,
  examples: [
    ['worker', ''],
    ['worker --config /etc/drover/drover.yaml --environments prod-dmz1,prod-dmz2', ''],
  ],
  success: 'it was told to end',
  verdicts: ['succeeded', 'invalid', 'unreachable'],
  async run(args, io) {
    noArguments('worker', args);
    const { installRuntime } = await import('../../../worker/install-runtime.js');
    const { loadConfiguration } = await import('../../../worker/config/load-configuration.js');
    const { Health } = await import('../../../worker/health.js');
    const { connectWorker } = await import('../../../worker/connect-worker.js');
    const { runWorker, servedEnvironments } = await import('../../../worker/run-worker.js');
    const { workerVersion } = await import('../../../worker/worker-version.js');
    const { standingText } = await import('../../../worker/version-standing.js');
    const json = args.flags.has('json');
    const env = { ...io.env };
    const configuration = loadConfiguration({ file: option(args, 'config'), env, cwd: process.cwd() });
    const environments = environmentsOf(args.values.get('environments'));
    const version = await workerVersion(configuration.worker.versioning, packageVersion(), env);
    // What is wrong on this machine is told at once, whether Temporal is there or not.
    servedEnvironments({ configuration, environments });
    const { metricsAddress, healthAddress } = configuration.worker;
    installRuntime({ metricsAddress });
    const say = (text: string): void => void io.err.write(`${text}\n`);
    const stops: (() => Promise<void>)[] = [];
    try {
      const health = healthAddress === undefined ? undefined : await Health.serve(healthAddress);
      if (health !== undefined) stops.push(() => health.close());
      const connection = await connectWorker(configuration.temporal);
      stops.push(() => connection.close());
      if (!json) configuration.describe().forEach(say);
      await runWorker({
        droverVersion: packageVersion(),
        configuration,
        connection,
        namespace: configuration.temporal.namespace,
        environments,
        signal: io.signal,
        health,
        env,
        version,
        onStep: say,
        onReady: ({ environments: served, queues }) => {
          io.out.write(
            json
              ? `${JSON.stringify({ type: 'ready', environments: served, queues, ...version })}\n`
              : `worker: ready; serves ${served.join(', ')} (task queues ${queues.join(', ')})\n`,
          );
          if (version !== undefined)
            void standingText(connection, configuration.temporal.namespace, version).then(say, () => undefined);
        },
      });
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
    say('worker: ended');
    return 0;
  },
};

/** Aliases, given one by one or with commas; undefined where none is given. */
export function environmentsOf(given: readonly string[] | undefined): readonly string[] | undefined {
  const aliases = (given ?? [])
    .flatMap((text) => text.split(','))
    .map((alias) => alias.trim())
    .filter((alias) => alias !== '');
  return aliases.length === 0 ? undefined : [...new Set(aliases)];
}
