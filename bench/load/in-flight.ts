import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '../../test/support/scrape';
import type { LoadTarget, SiteOptions } from './load-site';
import { LoadSite } from './load-site';
import type { LoopDelay } from './loop-delay';
import { loopDelays } from './loop-delay';
import type { Spread } from './percentile';
import { spreadOf } from './percentile';
import type { ProcessUse, ProcessWatch } from './process-watch';
import type { HistoryTally } from './run-records';
import { listRuns, tallyHistories } from './run-records';
import { startAll } from './start-all';
import type { TimeLost } from './time-lost';
import { mostAtOnce, spreadsOf, timesLost } from './time-lost';

/** What is put on one worker. */
export interface LoadPlan extends Pick<SiteOptions, 'workerYaml' | 'temporalOnFile' | 'requestsPerSecond'> {
  readonly deployments: number;
  /** How many deployments are asked for in a second. Infinity: as fast as they are taken. */
  readonly perSecond: number;
  /**
   * How long the images are pulled: at least so long (longer where it takes longer to ask for all deployments), and up to so much more,
   * so that they do not all end at once. Null: the images are there already.
   */
  readonly pulls: { readonly shortestMillis: number; readonly spreadMillis: number } | null;
  /** Told what happens, in lines. */
  readonly onLine: (line: string) => void;
}

/** What came of it. Times in milliseconds, sizes in bytes. */
export interface LoadFigures {
  readonly deployments: number;
  /** As Temporal's own times tell. */
  readonly mostInFlight: number;
  readonly verdicts: Readonly<Record<string, number>>;
  /** Requests for deployments that failed at the client. */
  readonly errors: readonly string[];
  /** How long a call of the client took. */
  readonly calls: Spread;
  /** From the first call to the last verdict, seconds. */
  readonly wallSeconds: number;
  readonly lost: Readonly<Record<keyof TimeLost, Spread>>;
  readonly processes: Readonly<Record<string, ProcessUse>>;
  readonly workerMemory: readonly { readonly seconds: number; readonly megabytes: number }[];
  readonly loops: readonly LoopDelay[];
  /** For each deployment, in all. */
  readonly requests: number;
  readonly requestsByKind: Readonly<Record<string, number>>;
  /** Of the deployments' histories. */
  readonly eventsEach: number;
  readonly bytesEach: number;
  /** In the histories of all deployments and lanes. */
  readonly history: HistoryTally;
  readonly sdk: SdkFigures;
}

/** What the SDK counts of itself in the worker. */
export interface SdkFigures {
  readonly workflowTasksFailed: number;
  /** Workflows whose state was not kept, and had to be replayed. */
  readonly cacheMisses: number;
  readonly evictions: number;
  readonly cachedMost: number;
  /** Calls to Temporal for each deployment, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly workflowTasksEach: number;
  /** Means, milliseconds. */
  readonly workflowTaskWait: number;
  readonly workflowTaskWork: number;
  readonly activityWait: number;
}

const LOOK_MILLIS = 1_000;
const PAGE_EVERY_LOOKS = 5;
/** For a moment at first nothing is asked: what a worker is without deployments. */
const QUIET_MILLIS = 3_000;
/** Beyond the longest pull; what is not over then is broken. Thousands that end within minutes of each other are many minutes of work. */
const PATIENCE_MILLIS = 60 * 60_000;
const RAMP_SLACK = 1.05;

/** Puts deployments on one worker, all in flight at the same time, and measures everything until the last has ended. */
export async function inFlight(plan: LoadPlan): Promise<LoadFigures> {
  const { deployments, perSecond, onLine } = plan;
  const random = generator(deployments);
  const { pulls: within, workerYaml, temporalOnFile } = plan;
  // The last one is asked for before the first one has its image.
  const shortest =
    within === null ? 0 : Math.max(within.shortestMillis, RAMP_SLACK * ((1000 * deployments) / perSecond));
  const pulls = Array.from({ length: deployments }, () => shortest + random() * (within?.spreadMillis ?? 0));
  const site = await LoadSite.open({
    services: deployments,
    pullMillis: (index) => pulls[index] ?? 0,
    ...(workerYaml === undefined ? {} : { workerYaml }),
    ...(temporalOnFile === undefined ? {} : { temporalOnFile }),
    ...(plan.requestsPerSecond === undefined ? {} : { requestsPerSecond: plan.requestsPerSecond }),
  });
  try {
    return await measure(site, plan, Math.max(...pulls));
  } finally {
    onLine('ends the processes');
    await site.close();
  }
}

async function measure(site: LoadSite, plan: LoadPlan, longestPull: number): Promise<LoadFigures> {
  const { deployments, perSecond, onLine } = plan;
  const watch = site.watch();
  await delay(QUIET_MILLIS);
  const before = await site.page();
  const began = Date.now();
  const starting = startAll(site.stack.client, site.targets, perSecond);
  const cachedMost = await untilOver(site, watch, plan, starting, began + longestPull + PATIENCE_MILLIS);
  const started = await starting;
  const after = await site.page();
  const ended = Date.now();
  const processes = watch.stop();
  onLine('reads the journal, the requests and the histories');
  const [journal, requests] = await Promise.all([site.stack.journal(), site.stack.rancher.requests()]);
  const runs = await listRuns(site.temporalClient);
  const history = await tallyHistories(site.temporalClient, site.targets.flatMap(workflowsOf));
  const times = timesLost(runs, journal);
  const verdicts: Record<string, number> = {};
  for (const { verdict } of runs) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  return {
    deployments,
    mostInFlight: mostAtOnce(runs.map(({ startedAt, endedAt }) => ({ from: startedAt, to: endedAt }))),
    verdicts,
    errors: started.errors,
    calls: spreadOf(started.calls),
    wallSeconds: (Math.max(...runs.map(({ endedAt }) => endedAt)) - began) / 1000,
    lost: spreadsOf(times.map(({ lost }) => lost)),
    processes,
    workerMemory: watch.memoryOf('worker'),
    loops: loopDelays(site.loopFile, began, ended),
    requests: requests.length / deployments,
    requestsByKind: perDeployment(requests, deployments),
    eventsEach: mean(runs.map(({ events }) => events)),
    bytesEach: mean(runs.map(({ bytes }) => bytes)),
    history,
    sdk: { ...sdkFigures(before, after, deployments), cachedMost },
  };
}

/** Looks on until Temporal counts none that runs; answers the most workflows that the worker kept in memory. */
async function untilOver(
  site: LoadSite,
  watch: ProcessWatch,
  { deployments, onLine }: LoadPlan,
  starting: Promise<unknown>,
  deadline: number,
): Promise<number> {
  let isStarted = false;
  void starting.then(() => (isStarted = true));
  let cachedMost = 0;
  for (let looks = 0; ; looks += 1) {
    await delay(LOOK_MILLIS);
    if (looks % PAGE_EVERY_LOOKS === 0) {
      const cached = (await site.page()).value('temporal_sticky_cache_size');
      cachedMost = Math.max(cachedMost, cached);
    }
    const running = await site.running();
    if (looks % 10 === 0) {
      const megabytes = watch.memoryOf('worker').at(-1)?.megabytes ?? 0;
      onLine(`${running} of ${deployments} run; the worker has ${megabytes.toFixed(0)} MB`);
    }
    if (isStarted && running === 0) return cachedMost;
    if (Date.now() > deadline) throw new Error(`${running} of ${deployments} deployments are not over in time`);
  }
}

function workflowsOf({ environment, stack, service }: LoadTarget): string[] {
  return ['deploy', 'lane'].map((what) => `${what}/${environment}/${stack}/${service}`);
}

function perDeployment(
  requests: readonly { readonly method: string; readonly path: string }[],
  deployments: number,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path } of requests) {
    const kind = `${method} ${path.replace(/\?(?!action=).*$/, '').replace(/1[a-z]+\d+/g, '…')}`;
    counts[kind] = (counts[kind] ?? 0) + 1 / deployments;
  }
  return counts;
}

function sdkFigures(before: Page, after: Page, deployments: number): Omit<SdkFigures, 'cachedMost'> {
  const since = (name: string, labels = {}): number => after.since(before, name, labels);
  const mean = (name: string): number => since(`${name}_sum`) / Math.max(1, since(`${name}_count`));
  const operations = [
    ...after.valuesOf('temporal_request', 'operation'),
    ...after.valuesOf('temporal_long_request', 'operation'),
  ];
  const calls = operations.map((operation): [string, number] => [
    operation,
    (since('temporal_request', { operation }) + since('temporal_long_request', { operation })) / deployments,
  ]);
  return {
    workflowTasksFailed: since('temporal_workflow_task_execution_failed'),
    cacheMisses: since('temporal_sticky_cache_miss'),
    evictions: since('temporal_sticky_cache_total_forced_eviction'),
    calls: Object.fromEntries(calls.filter(([, count]) => count > 0)),
    workflowTasksEach: since('temporal_workflow_task_execution_latency_count') / deployments,
    workflowTaskWait: mean('temporal_workflow_task_schedule_to_start_latency'),
    workflowTaskWork: mean('temporal_workflow_task_execution_latency'),
    activityWait: mean('temporal_activity_schedule_to_start_latency'),
  };
}

/** The same numbers for the same load, from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
