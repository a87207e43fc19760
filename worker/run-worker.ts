import type { WorkerDeploymentVersion } from '@temporalio/common';
import {
  Runtime,
  Worker,
  type NativeConnection,
  type WorkerDeploymentOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import { workerDataConverter } from '../codec/worker-data-converter';
import { createActivities } from '../activities/create-activities';
import type { ActivityDependencies, EnvironmentAccess } from '../activities/dependencies';
import { createNotifyActivities } from '../activities/notify/deliver';
import { createReleaseActivities } from '../activities/release/create-release-activities';
import { notifyQueue, rancherQueue, WORKFLOW_QUEUE } from '../workflows/contract';
import { versionedBundle, withEncodedFailures, workflowBundle } from './bundle/workflow-bundle';
import type { Configuration } from './config/configuration';
import { ConfigurationError } from './config/configuration-error';
import { digestKey } from './config/digest-key';
import { prepareEnvironments, type PreparedEnvironment } from './config/prepare-environment';
import { cachedByDefault } from './cached-workflows';
import { countDeployments } from './count-deployments';
import { dependenciesOf, notifyDependenciesOf, type RancherWatch } from './environment-access';
import type { Health } from './health';
import { watchTemporal } from './install-runtime';
import { installationIn } from './installation-in';
import { Measure } from './measure';
import { latestRunReader } from './latest-run-reader';
import { deploymentReader } from './deployment-reader';
import { memoReader } from './memo-reader';
import { runReader } from './run-reader';
import { outageLine } from './outage-line';
import { runAll } from './run-all';
import { ensureSearchAttributes } from './search-attributes';
import { checkRunning, runningDeployments } from './watch/check-running';
import { nudgeSender } from './watch/send-nudge';
import type { WatchedEnvironment } from './watch/watch-environment';
import { watchEnvironment } from './watch/watch-environment';

/** What {@link runWorker} is given. */
export interface RunWorkerOptions {
  readonly configuration: Configuration;
  /** See `connectWorker`. It stays open: whoever made it closes it, after the worker has ended. */
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Serve these only. Default: what the configuration says, which is all of them unless it is limited. */
  readonly environments?: readonly string[] | undefined;
  /** Called once, when every queue is being polled. */
  readonly onReady: (ready: WorkerReady) => void;
  /** Told in one line what is done on the way. */
  readonly onStep?: (line: string) => void;
  /** Ends the worker as SIGTERM would. */
  readonly signal?: AbortSignal | undefined;
  /** Given what it is asked about, as far as it is there. Whoever made it closes it. */
  readonly health?: Health | undefined;
  /** What Temporal's Worker Versioning knows this worker by. Default: it is unversioned. */
  readonly version?: WorkerDeploymentVersion | undefined;
  /** Of Drover: told to whoever asks. */
  readonly droverVersion?: string;
  /** See {@link ActivityDependencies}. */
  readonly leavesAlone?: (label: string) => boolean;
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A worker that polls. */
export interface WorkerReady {
  readonly environments: readonly string[];
  readonly queues: readonly string[];
}

/**
 * The SDK breaks off workflow code that runs for five seconds, by the clock on the wall; where that happens within a promise, Node ends the
 * whole process ("async hook stack has become corrupted"). A process that was stopped for a moment, or a machine that is very busy, is no
 * endless loop. The SDK's types do not have this option; it takes it all the same.
 */
const WORKFLOW_CODE_LIMIT = { isolateExecutionTimeout: '1h' } as const;
/** Notifications under way at once, for each target. */
const TOLD_AT_ONCE = 5;
/** A worker that ends tries for so long to tell those whose events it heard, milliseconds. */
const HAND_OVER_MILLIS = 3_000;

/**
 * Runs the workflows' worker and one for the activities of each environment, in this process, until it is told to end by
 * SIGTERM, SIGINT or `signal`; then running activities have the configured grace time. Nothing is polled before the search
 * attributes are there and every environment has all that it needs.
 *
 * @throws ConfigurationError (unknown environment, missing keys …), SearchAttributesError, BundleError before anything is polled.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { configuration, connection, namespace, signal } = options;
  const env = options.env ?? process.env;
  const onStep = options.onStep ?? (() => undefined);
  const environments = servedEnvironments(options);
  const key = digestKey(configuration.worker.digestSecret, env, onStep);
  await ensureSearchAttributes(connection, namespace, { onStep });

  const installation = await installationIn(connection, namespace);
  const own = {
    ...(installation === undefined ? {} : { installation }),
    ...(options.leavesAlone === undefined ? {} : { leavesAlone: options.leavesAlone }),
  };

  const { worker: settings } = configuration;
  const { codecKeys } = configuration.temporal;
  const dataConverter = workerDataConverter(codecKeys);
  const plain = await workflowBundle(env);
  const told = options.version === undefined ? plain : versionedBundle(plain);
  const bundle = codecKeys.isOn ? withEncodedFailures(told) : told;
  const common: Pick<
    WorkerOptions,
    | 'connection'
    | 'namespace'
    | 'shutdownGraceTime'
    | 'maxHeartbeatThrottleInterval'
    | 'dataConverter'
    | 'workerDeploymentOptions'
  > = {
    ...{ connection, namespace, dataConverter, shutdownGraceTime: settings.shutdownGraceMillis },
    // An activity's lease reckons with heartbeats that arrive when they are made; by default the SDK holds them back for four fifths
    // of their time-out.
    maxHeartbeatThrottleInterval: '1s',
    // All queues belong to the one deployment: a workflow's activities run on the build that the workflow runs on.
    ...(options.version === undefined ? {} : { workerDeploymentOptions: versioned(options.version) }),
  };
  const measure = new Measure(Runtime.instance().metricMeter);
  const aliases = environments.map(({ alias }) => alias);
  const workers: Worker[] = [];
  workers.push(
    await Worker.create({
      ...common,
      taskQueue: WORKFLOW_QUEUE,
      ...WORKFLOW_CODE_LIMIT,
      workflowBundle: bundle,
      activities: createReleaseActivities({
        memoOf: memoReader(connection, namespace, dataConverter),
        latestRunOf: latestRunReader(connection, namespace, dataConverter),
        runOf: runReader(connection, namespace, dataConverter),
        deploymentOf: deploymentReader(connection, namespace, dataConverter),
        // Read anew each time: a key is rotated without a restart.
        approvalKeys: () => new Map([...settings.approvalKeys].map(([id, source]) => [id, source.read()])),
      }),
      maxCachedWorkflows: settings.maxCachedWorkflows ?? cachedByDefault(),
      ...given('maxConcurrentWorkflowTaskExecutions', settings.maxConcurrentWorkflowTasks),
    }),
  );
  const served = new Map<string, ActivityDependencies>();
  const send = nudgeSender(connection, namespace, dataConverter);
  const shared = { measure, send, warn: (line: string): void => void Runtime.instance().logger.warn(line) };
  const watches = new Map<string, WatchedEnvironment>();
  for (const environment of environments) {
    const watch: RancherWatch = {
      watch: environment.configuration.events
        ? (client) => {
            const made = watchEnvironment(environment, client, shared);
            watches.set(environment.alias, made);
            return made.watch;
          }
        : undefined,
      onChange: (change) => {
        measure.circuit(environment.alias, change);
        watches.get(environment.alias)?.news.circuit(change);
        // A warning also when it is back: who sees the one line has to see the other.
        Runtime.instance().logger.warn(outageLine(environment, change));
      },
      onRequest: (request) => measure.request(environment.alias, request),
    };
    // One client and one circuit for each environment, whichever queue asks for it.
    const others = (alias: string): EnvironmentAccess | undefined => served.get(alias)?.environment(alias);
    const dependencies = {
      ...dependenciesOf(configuration, environment, key, watch, others, own),
      version: options.droverVersion,
    };
    served.set(environment.alias, dependencies);
    workers.push(
      await Worker.create({
        ...common,
        taskQueue: rancherQueue(environment.alias),
        activities: createActivities(dependencies),
        // A cancellation reaches an activity with a heartbeat; the default would hold heartbeats back for up to a minute.
        maxHeartbeatThrottleInterval: '1s',
        ...given('maxConcurrentActivityTaskExecutions', settings.maxConcurrentActivities),
      }),
    );
    for (const target of environment.configuration.notifications.keys())
      workers.push(
        await Worker.create({
          ...common,
          // A queue for each: a webhook that does not answer is to cost neither the deployments nor the other ones anything.
          taskQueue: notifyQueue(environment.alias, target),
          activities: createNotifyActivities(notifyDependenciesOf(configuration, environment)),
          maxConcurrentActivityTaskExecutions: TOLD_AT_ONCE,
          // What is broken off is told again.
          shutdownGraceTime: 0,
        }),
      );
  }
  const unwatch = watchTemporal(connection);
  options.health?.watch({ workers, connection, namespace });
  const ended = new AbortController();
  measure.begin(namespace, aliases);
  const counting =
    settings.metricsAddress === undefined
      ? undefined
      : countDeployments({ connection, namespace, environments: aliases, measure, signal: ended.signal });
  const checking = checkRunning({
    ...{ send, running: runningDeployments(connection, namespace), environments: [...watches.keys()] },
    isFollowed: (alias, follower) => watches.get(alias)?.watch.follows(follower) ?? false,
    signal: ended.signal,
  });
  try {
    await runAll(workers, signal, () =>
      options.onReady({ environments: aliases, queues: workers.map((worker) => worker.options.taskQueue) }),
    );
  } finally {
    ended.abort();
    unwatch();
    for (const { news } of watches.values()) news.close();
    await Promise.all([...watches.values()].map(({ watch }) => watch.handOver(HAND_OVER_MILLIS)));
    await Promise.all([counting, checking, ...[...watches.values()].map(({ watch }) => watch.close())]);
  }
}

/**
 * What a worker would serve, with everything that it needs for that. It asks nobody: a command calls it before it connects, so that
 * what is wrong on this machine is told at once, whether Temporal is there or not.
 *
 * @throws ConfigurationError with all that is missing; CodecError where the codec's keys cannot be used
 */
export function servedEnvironments(
  options: Pick<RunWorkerOptions, 'configuration' | 'environments'>,
): PreparedEnvironment[] {
  options.configuration.temporal.codecKeys.check();
  return prepareEnvironments(options.configuration, served(options));
}

function served(options: Pick<RunWorkerOptions, 'configuration' | 'environments'>): readonly string[] {
  const { configuration, environments } = options;
  const aliases = environments ?? configuration.worker.environments ?? [...configuration.environments.keys()];
  if (aliases.length > 0) return aliases;
  const message =
    'this worker has no environment to serve. Write a drover.yaml (environments: …), or set RANCHER_URL, RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY and RANCHER_ENVIRONMENT';
  throw new ConfigurationError([{ where: configuration.file, message }]);
}

/** Workflows stay on the build that they began on, but for those that say otherwise themselves (`docs/decisions/0010`). */
function versioned(version: WorkerDeploymentVersion): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}

function given<Name extends keyof WorkerOptions>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, number>>);
}
