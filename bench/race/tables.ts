import type { Contender } from '../contenders/contender';
import { byKind } from '../counting-proxy';
import type { BarChart, Cell, Column, Figures, Table, Target } from '../figures';
import { spreadOf } from '../figures';
import { numberOf } from '../format';
import type { RaceRun } from './run-once';
import type { RaceRuns } from './section';
import { RACED } from './section';

const LOST_WITH_STREAM_SECONDS = 0.6;
const LOST_WITHOUT_SECONDS = 2;
/** What comes next: as little as the fastest of today's tools loses from its start to its exit (it asks every 150 ms), with a fifth of its requests. */
const LOST_NEXT_SECONDS = 0.35;
const REQUESTS_NEXT = 12;

const TIMES: readonly Column[] = [
  { title: '' },
  { title: 'Wall', unit: 's' },
  { title: "Rancher's own: upgrade", unit: 's' },
  { title: 'finish', unit: 's' },
  { title: '**Lost**', unit: 's' },
  { title: 'start → POST', unit: 's' },
  { title: 'upgraded → finish', unit: 's' },
  { title: 'active → exit', unit: 's' },
  { title: 'Lost by the deployment', unit: 's' },
  { title: 'State at exit' },
];

const COSTS: readonly Column[] = [
  { title: '' },
  { title: 'Requests', unit: 'count' },
  { title: 'Sent', unit: 'kB' },
  { title: 'Received', unit: 'kB' },
  { title: 'Client: CPU', unit: 's' },
  { title: 'Client: peak memory', unit: 'MB' },
  { title: 'Worker: CPU', unit: 's' },
  { title: 'Worker: peak memory', unit: 'MB' },
  { title: 'Temporal: CPU', unit: 's' },
  { title: 'Temporal: peak memory', unit: 'MB' },
];

/** Tables, chart and targets of the race. */
export function raceFigures(all: RaceRuns): Figures {
  const services = RACED.map(({ name, scale }) => ({
    name,
    title: `\`${name}\`, ${scale} ${scale === 1 ? 'container' : 'containers'}`,
  }));
  const rows = (name: string, row: (contender: Contender, runs: readonly RaceRun[]) => Cell[]): Cell[][] =>
    [...all].map(([contender, byService]) => row(contender, byService.get(name) ?? []));
  return {
    tables: [
      ...services.map(({ name, title }): Table => ({
        title: `Time: ${title}`,
        columns: TIMES,
        rows: rows(name, timesRow),
      })),
      ...services.map(({ name, title }): Table => ({
        title: `Cost: ${title}`,
        columns: COSTS,
        rows: rows(name, costsRow),
      })),
      requestKinds(all),
    ],
    charts: services.map(({ name, title }) => lostChart(all, name, title)),
    targets: targetsOf(all),
    notes: [
      'Lost is the wall time less what Rancher itself took: from the accepted POST to `upgraded`, and from the accepted finish to `active`, as the simulated Rancher noted them. In each run its three parts add up to it, their medians need not; for the script that never finishes, the second one ends with its exit. Lost by the deployment is the same for the workflow alone, from the first event of its history to the last: without the start and the end of the `drover` process. What is between the two is that process: before it asks for anything Node and Temporal’s SDK are loaded, and at its end it reads the logbook once more; a command that waits for ten minutes loses no more by it.',
      'Everybody is told the same: one container at a time, two seconds between, the new one first. Each has an environment of its own on one simulated Rancher, on the real clock, and a counting proxy of its own; the runs take turns, with a random pause before each, and the first one is not counted. In each round the images are pulled for another time, up to two seconds in all and the same for everybody, so that nobody who asks every second or two meets `upgraded` in the same phase each time. Median [least–most].',
      'CPU and memory are read from `/proc/<pid>` every 20 ms (utime + stime, VmHWM); the last 20 ms of a client are missed. Worker and Temporal serve all deployments; theirs are those of the time of the run.',
    ],
  };
}

const spread = (runs: readonly RaceRun[], value: (run: RaceRun) => number | null): Cell => spreadOf(runs.map(value));

function timesRow({ label, finishes }: Contender, runs: readonly RaceRun[]): Cell[] {
  return [
    label,
    spread(runs, ({ times }) => times.wall),
    spread(runs, ({ times }) => times.upgrading),
    finishes ? spread(runs, ({ times }) => times.finishing) : null,
    spread(runs, ({ times }) => times.lost),
    spread(runs, ({ times }) => times.toPost),
    spread(runs, ({ times }) => times.noticing),
    finishes ? spread(runs, ({ times }) => times.toExit) : null,
    spread(runs, ({ lostByDeployment }) => lostByDeployment),
    [...new Set(runs.map(({ stateAtExit }) => `\`${stateAtExit}\``))].join(', '),
  ];
}

function costsRow({ label }: Contender, runs: readonly RaceRun[]): Cell[] {
  return [
    label,
    spread(runs, ({ traffic }) => traffic.requests.length),
    spread(runs, ({ traffic }) => traffic.bytesSent / 1000),
    spread(runs, ({ traffic }) => traffic.bytesReceived / 1000),
    spread(runs, ({ client }) => client.cpuSeconds),
    spread(runs, ({ client }) => client.peakMegabytes),
    spread(runs, ({ worker }) => worker?.cpuSeconds ?? null),
    spread(runs, ({ worker }) => worker?.peakMegabytes ?? null),
    spread(runs, ({ temporal }) => temporal?.cpuSeconds ?? null),
    spread(runs, ({ temporal }) => temporal?.peakMegabytes ?? null),
  ];
}

/** What the requests of the run with the median number are. */
function requestKinds(all: RaceRuns): Table {
  const [{ name }] = RACED;
  return {
    title: `Requests for \`${name}\`, by kind, of a run with the median number`,
    columns: [{ title: '' }, { title: 'Requests' }],
    rows: [...all].map(([{ label }, byService]) => {
      const sorted = [...(byService.get(name) ?? [])].sort(
        (one, other) => one.traffic.requests.length - other.traffic.requests.length,
      );
      const { requests = [] } = sorted[Math.floor((sorted.length - 1) / 2)]?.traffic ?? {};
      return [
        label,
        byKind(requests)
          .map(([kind, count]) => `${count} × ${kind}`)
          .join(', '),
      ];
    }),
  };
}

const median = (runs: readonly RaceRun[] | undefined, value: (run: RaceRun) => number | null): number | null =>
  numberOf(spread(runs ?? [], value));

function lostChart(all: RaceRuns, name: string, title: string): BarChart {
  const of = (runs: readonly RaceRun[] | undefined, part: 'toPost' | 'noticing' | 'toExit'): number =>
    median(runs, ({ times }) => times[part]) ?? 0;
  return {
    ...{
      kind: 'bars',
      name: `lost-${name}`,
      title: `Time lost over Rancher's own, ${title.replaceAll('`', '')}`,
      unit: 's',
    },
    parts: ['start → POST', 'upgraded → finish', 'active → exit'],
    bars: [...all].map(([{ label }, byService]) => {
      const runs = byService.get(name);
      const total = median(runs, ({ times }) => times.lost);
      return {
        ...{ label, values: [of(runs, 'toPost'), of(runs, 'noticing'), of(runs, 'toExit')] },
        ...(total === null ? {} : { total }),
      };
    }),
  };
}

function targetsOf(all: RaceRuns): Target[] {
  return [...all].flatMap(([{ label, drover }, byService]) => {
    if (drover === undefined) return [];
    const limit = drover.events ? LOST_WITH_STREAM_SECONDS : LOST_WITHOUT_SECONDS;
    return RACED.flatMap(({ name }): Target[] => {
      const runs = byService.get(name);
      const lost = median(runs, ({ times }) => times.lost);
      const byDeployment = median(runs, ({ lostByDeployment }) => lostByDeployment);
      const requests = median(runs, ({ traffic }) => traffic.requests.length);
      const what = `${label}, \`${name}\``;
      return [
        { what: `${what}: time lost by the deployment`, unit: 's', limit, measured: byDeployment },
        { what: `${what}: the same and the client's start and end`, unit: 's', limit, measured: lost },
        ...(drover.events
          ? ([
              {
                what: `${what}: lost in all, beside the fastest of today's tools`,
                unit: 's',
                limit: LOST_NEXT_SECONDS,
                measured: lost,
              },
              { what: `${what}: requests`, unit: 'count', limit: REQUESTS_NEXT, measured: requests },
            ] as const)
          : []),
      ];
    });
  });
}
