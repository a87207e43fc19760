import type { Target } from '../figures';
import type { Section, SectionFigures } from '../section';
import type { LoadFigures, LoadPlan } from './in-flight';
import { inFlight } from './in-flight';
import { processOf, table, timedOut, worker } from './measures';
import type { Measure } from './measures';
import { BEGUN_AGAIN } from './run-records';
import type { LoopDelay } from './loop-delay';

/** How many deployments are in flight at once, one measurement after the other; up to the option `--most`. */
const SIZES = [1, 10, 100, 1_000, 5_000] as const;
const QUICK_SIZES = [1, 10, 50] as const;
const MOST_BY_DEFAULT = 1_000;
/** What two processors bear that all four processes share, and what comes through the bound on requests: a dozen for each. */
const PER_SECOND = 4;

const PULLS = { shortestMillis: 60_000, spreadMillis: 60_000 };
const QUICK_PULLS = { shortestMillis: 12_000, spreadMillis: 5_000 };

const GIBIBYTE_IN_MEGABYTES = 2 ** 30 / 1e6;
const MOST_LOST_SECONDS = 2;

export const LOAD: Section = {
  name: 'load',
  title: 'Many deployments at once on one worker',
  about:
    "One worker process with one environment, Temporal's dev server (in memory), the simulated Rancher and the client, each a process of its own, all on this machine. " +
    'The new images are pulled for so long that all deployments are in flight at the same time.',
  run: async ({ quick, say, most = MOST_BY_DEFAULT, least = 1 }) => {
    const sizes = (quick ? QUICK_SIZES : SIZES).filter((size) => size >= least && size <= most);
    const measured: LoadFigures[] = [];
    for (const deployments of sizes) {
      say(`${deployments} in flight`);
      measured.push(await inFlight(planOf(deployments, quick, say)));
    }
    return figuresOf(measured);
  },
};

function planOf(deployments: number, quick: boolean, onLine: (line: string) => void): LoadPlan {
  const pulls = quick ? QUICK_PULLS : PULLS;
  return { deployments, perSecond: PER_SECOND, pulls, onLine };
}

function figuresOf(measured: readonly LoadFigures[]): SectionFigures {
  const largest = measured.at(-1);
  return {
    tables: [
      table('So many in flight', measured, OUTCOME),
      table("Where their time was lost beyond Rancher's own, seconds", measured, LOST),
      table('The worker', measured, WORKER),
      table('Whose processor time, for each deployment', measured, PROCESSORS),
      table('Calls between the worker and Temporal, for each deployment', measured, CALLS),
    ],
    charts: [
      {
        kind: 'lines',
        name: 'load-memory',
        title: 'Memory of the worker',
        x: { title: 'deployments in flight', logarithmic: true },
        y: { title: 'memory', unit: 'MB' },
        series: [
          { label: 'at most', points: measured.map((one) => [one.deployments, worker(one).peakMegabytes] as const) },
        ],
        limit: GIBIBYTE_IN_MEGABYTES,
      },
      {
        kind: 'lines',
        name: 'load-lost',
        title: "Time lost over Rancher's own, by deployments in flight",
        x: { title: 'deployments in flight', logarithmic: true },
        y: { title: 'time lost', unit: 's' },
        series: (['p50', 'p95'] as const).map((part) => ({
          label: part === 'p50' ? 'median' : 'of 95 in 100, at most',
          points: measured.map((one) => [one.deployments, one.lost.inAll[part] / 1000] as const),
        })),
        limit: MOST_LOST_SECONDS,
      },
      {
        kind: 'lines',
        name: 'load-processor',
        title: 'Processor time for each deployment',
        x: { title: 'deployments in flight', logarithmic: true },
        y: { title: 'processor time', unit: 's' },
        series: ['worker', 'temporal'].map((name) => ({
          label: name,
          points: measured.map((one) => [one.deployments, processOf(one, name).cpuSeconds / one.deployments] as const),
        })),
      },
      {
        kind: 'lines',
        name: 'load-loop-delay',
        title: "Event-loop delay of the worker's threads, p99",
        x: { title: 'deployments in flight', logarithmic: true },
        y: { title: 'delay', unit: 'ms' },
        series: [true, false].map((isMain) => ({
          label: isMain ? 'main thread' : 'workflows',
          points: measured.map((one) => [one.deployments, loopOf(one, isMain)?.p99 ?? 0] as const),
        })),
      },
      ...(largest === undefined
        ? []
        : [
            {
              kind: 'lines' as const,
              name: 'load-memory-over-time',
              title: `Memory of the worker with ${largest.deployments} deployments`,
              x: { title: 'seconds' },
              y: { title: 'memory', unit: 'MB' as const },
              series: [
                {
                  label: 'worker',
                  points: largest.workerMemory
                    .filter((_, index) => index % 5 === 0)
                    .map(({ seconds, megabytes }) => [Math.round(seconds), Math.round(megabytes)] as const),
                },
              ],
              limit: GIBIBYTE_IN_MEGABYTES,
            },
          ]),
    ],
    targets: measured.filter(({ deployments }) => deployments >= 100 || measured.length < 4).flatMap(targetsOf),
    notes: [
      `Deployments are asked for at ${PER_SECOND} a second, over one connection of the client library; the images are pulled for 60 s at least, and for longer where it takes longer to ask for all; they end within the 60 s after that besides, in the order in which chance has it.`,
      'One run for each number. These upgrades take longer than a minute: that Rancher is about to be done with one is not looked for then, and the frame of the new state is waited for, which comes about once a second. In the race above it is looked for.',
      "Time lost is what is not Rancher's own: from the start of the workflow to the accepted upgrade, from `upgraded` to the accepted finish, and from `active` to the verdict in the history; all three by the journal of the simulated Rancher and by Temporal's own times.",
      'All processes share the processors of this machine: what one of them needs the others wait for. The event-loop delay is what a timer of 10 ms was late, in the main thread and in the thread that runs the workflows.',
    ],
  };
}

const tasksFailed = ({ history, sdk }: LoadFigures): number =>
  Math.max(sdk.workflowTasksFailed, history.byType['WORKFLOW_TASK_FAILED'] ?? 0);
const notSucceeded = ({ deployments, verdicts }: LoadFigures): number => deployments - (verdicts['succeeded'] ?? 0);

const OUTCOME: readonly Measure[] = [
  { title: 'at once', of: (one) => one.mostInFlight },
  { title: 'succeeded', of: (one) => one.verdicts['succeeded'] ?? 0 },
  { title: 'lost, median', unit: 's', of: (one) => one.lost.inAll.p50 / 1000 },
  { title: 'lost, p95', unit: 's', of: (one) => one.lost.inAll.p95 / 1000 },
  { title: 'lost, most', unit: 's', of: (one) => one.lost.inAll.max / 1000 },
  { title: 'requests each', of: (one) => one.requests },
  { title: 'events each', of: (one) => one.eventsEach },
  { title: 'history each', unit: 'kB', of: (one) => one.bytesEach / 1000 },
  { title: 'workflow tasks each', of: (one) => one.sdk.workflowTasksEach },
  { title: 'workflow tasks timed out', of: timedOut },
  { title: 'failed', of: tasksFailed },
  { title: 'begun again for a nudge', of: ({ history }) => history.byType[BEGUN_AGAIN] ?? 0 },
];

const LOST: readonly Measure[] = (
  [
    ['untilPosted', 'start → upgrade'],
    ['untilFinish', 'upgraded → finish'],
    ['untilVerdict', 'active → verdict'],
  ] as const
).flatMap(([part, title]) =>
  (['p50', 'p95', 'max'] as const).map((which) => ({
    title: `${title}, ${which === 'p50' ? 'median' : which === 'max' ? 'most' : which}`,
    of: (one: LoadFigures) => one.lost[part][which] / 1000,
  })),
);

const loopOf = ({ loops }: LoadFigures, isMain: boolean): LoopDelay | undefined =>
  loops.find(({ thread }) => (thread === 'main') === isMain);

const heapOf = (loop: LoopDelay | undefined): number | null => (loop === undefined ? null : loop.heapPeak / 1e6);

const WORKER: readonly Measure[] = [
  { title: 'memory at first', unit: 'MB', of: (one) => worker(one).firstMegabytes },
  { title: 'memory at most', unit: 'MB', of: (one) => worker(one).peakMegabytes },
  { title: 'processor, busiest 10 s', unit: 'percent', of: (one) => 100 * worker(one).cpuBusiest },
  ...([true, false] as const).flatMap((isMain): Measure[] => {
    const thread = isMain ? 'main' : 'workflows';
    return [
      { title: `loop delay, ${thread}: median`, unit: 'ms', of: (one) => loopOf(one, isMain)?.p50 ?? null },
      { title: `p99, ${thread}`, unit: 'ms', of: (one) => loopOf(one, isMain)?.p99 ?? null },
      { title: `most, ${thread}`, unit: 'ms', of: (one) => loopOf(one, isMain)?.max ?? null },
    ];
  }),
  ...([true, false] as const).map((isMain): Measure => ({
    title: `heap, ${isMain ? 'main' : 'workflows'}, at most`,
    unit: 'MB',
    of: (one) => heapOf(loopOf(one, isMain)),
  })),
  { title: 'workflows kept', of: (one) => one.sdk.cachedMost },
  { title: 'put out of memory', of: (one) => one.sdk.evictions },
  { title: 'replayed', of: (one) => one.sdk.cacheMisses },
];

const PROCESSORS: readonly Measure[] = [
  ...['worker', 'temporal', 'simulator', 'client'].map((name): Measure => ({
    title: name,
    unit: 's',
    of: (one) => processOf(one, name).cpuSeconds / one.deployments,
  })),
  { title: 'all, share of one processor', unit: 'percent', of: (one) => 100 * allShares(one) },
  { title: 'from the first call to the last verdict', unit: 's', of: (one) => one.wallSeconds },
];

const allShares = ({ processes }: LoadFigures): number =>
  Object.values(processes).reduce((sum, { cpuShare }) => sum + cpuShare, 0);

const CALLS: readonly Measure[] = [
  ...[
    'RespondWorkflowTaskCompleted',
    'PollWorkflowTaskQueue',
    'RespondActivityTaskCompleted',
    'PollActivityTaskQueue',
    'RecordActivityTaskHeartbeat',
  ].map((operation): Measure => ({ title: operation, of: (one) => one.sdk.calls[operation] ?? 0 })),
  { title: 'workflow task waited', unit: 'ms', of: (one) => one.sdk.workflowTaskWait },
  { title: 'workflow task worked on', unit: 'ms', of: (one) => one.sdk.workflowTaskWork },
  { title: 'activity waited', unit: 'ms', of: (one) => one.sdk.activityWait },
];

function targetsOf(one: LoadFigures): Target[] {
  const what = `${one.deployments} in flight:`;
  return [
    {
      ...{ what: `${what} memory of the worker`, unit: 'MB', limit: GIBIBYTE_IN_MEGABYTES },
      measured: worker(one).peakMegabytes,
    },
    {
      ...{ what: `${what} time lost, p95`, unit: 's', limit: MOST_LOST_SECONDS },
      measured: one.lost.inAll.p95 / 1000,
    },
    { what: `${what} deployments that did not succeed`, unit: 'count', limit: 0, measured: notSucceeded(one) },
    { what: `${what} workflow tasks that timed out`, unit: 'count', limit: 0, measured: timedOut(one) },
  ];
}
