import { setTimeout as delay } from 'node:timers/promises';
import { everybody } from '../contenders/everybody';
import type { Cell, Column, Figures } from '../figures';
import { spreadOf } from '../figures';
import { numberOf } from '../format';
import type { Command, MeasuredRun } from '../measured-process';
import { runMeasured } from '../measured-process';
import { momentsOf } from '../own-time';
import type { Usage } from '../process-meter';
import { ProcessMeter } from '../process-meter';
import type { Section, SectionFigures, SectionOptions } from '../section';
import type { Lane } from '../world';
import { STACK_NAME, World } from '../world';

const SERVICES = 20;
const QUICK_SERVICES = 4;
const AFTERMATH_MILLIS = 300;

export const TWENTY: Section = {
  name: 'twenty',
  title: 'Twenty services at once',
  about:
    'Twenty services of one container each, upgraded at the same moment: by twenty processes of each contender, and by one release of Drover.',
  run: twenty,
};

/** A way to upgrade all of them. */
interface Way {
  readonly label: string;
  readonly lane: Lane;
  readonly commands: (names: readonly string[], tag: number) => Command[];
}

interface Round {
  readonly wall: number;
  /** From the last service's `upgraded` to the end of the last process. */
  readonly afterUpgraded: number;
  readonly requests: number;
  readonly clients: Usage;
  readonly worker: Usage | null;
  readonly temporal: Usage | null;
  readonly right: number;
}

async function twenty({ runs, quick, say }: SectionOptions): Promise<SectionFigures> {
  const { contenders, versions, notes } = await everybody(say);
  const names = Array.from(
    { length: quick ? QUICK_SERVICES : SERVICES },
    (_, at) => `s${String(at + 1).padStart(2, '0')}`,
  );
  const world = await World.open({
    contenders,
    services: names.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
  });
  try {
    const ways = waysOf(world, names.length);
    const rounds = new Map(ways.map((way): [Way, Round[]] => [way, []]));
    let tag = 1;
    // The first of all is not counted.
    for (let round = 0; round <= runs; round += 1) {
      for (const way of ways) {
        tag += 1;
        const result = await runAll(world, way, names, tag);
        say(
          `${round === 0 ? 'warming up' : `run ${round}`}: ${way.label}: ${result.wall.toFixed(1)} s, ${result.right} of ${names.length} right, ${result.requests} requests`,
        );
        if (round > 0) rounds.get(way)?.push(result);
      }
    }
    const figures = figuresOf(rounds, names.length);
    return { ...figures, notes: [...figures.notes, ...notes], versions };
  } finally {
    await world.close();
  }
}

function waysOf(world: World, count: number): Way[] {
  return world.lanes.flatMap((lane): Way[] => {
    const each: Way = {
      ...{ lane, label: `${lane.contender.label}: ${count} processes` },
      commands: (names, tag) => names.map((name) => world.command(lane, name, imageOf(name, tag))),
    };
    if (lane.contender.drover?.events !== true) return [each];
    const release: Way = {
      ...{ lane, label: `${lane.contender.label}: one release of ${count}` },
      commands: (names, tag) => [
        world.drover([
          ...['release', lane.contender.name, ...names.map((name) => `${STACK_NAME}/${name}=${imageOf(name, tag)}`)],
          ...['--parallelism', String(count)],
        ]),
      ],
    };
    return [each, release];
  });
}

const imageOf = (name: string, tag: number): string => `example/${name}:${tag}`;

async function runAll(world: World, { lane, commands }: Way, names: readonly string[], tag: number): Promise<Round> {
  const isDrover = lane.contender.drover !== undefined;
  lane.proxy.reset();
  const worker = isDrover ? new ProcessMeter(world.workerPid) : null;
  const temporal = isDrover ? new ProcessMeter(world.temporalPid) : null;
  const clients = await Promise.all(commands(names, tag).map(runMeasured));
  const used = { worker: worker?.stop() ?? null, temporal: temporal?.stop() ?? null };
  const ended = Math.max(...clients.map(({ endedAt }) => endedAt));
  const started = Math.min(...clients.map(({ startedAt }) => startedAt));
  const right = await countRight(world, lane, names, tag, clients);
  await delay(AFTERMATH_MILLIS);
  const requests = lane.proxy.traffic().requests.length;
  const journal = await world.journal(lane, started);
  const upgraded = names.map((name) => momentsOf(journal.filter((entry) => entry.name === name)).upgraded ?? NaN);
  for (const name of names) await world.bringToRest(lane, name);
  return {
    ...{ wall: (ended - started) / 1000, afterUpgraded: (ended - Math.max(...upgraded)) / 1000, requests, right },
    ...{ clients: together(clients), ...used },
  };
}

/** Services that run the image, finished where the contender finishes at all; none where a process said that it failed. */
async function countRight(
  world: World,
  { contender, project }: Lane,
  names: readonly string[],
  tag: number,
  clients: readonly MeasuredRun[],
): Promise<number> {
  const shown = await Promise.all(names.map((name) => world.stack.rancher.service(project, STACK_NAME, name)));
  return shown.filter(({ service }, at) => {
    const client = clients.length === 1 ? clients[0] : clients[at];
    const image = (service['launchConfig'] as { imageUuid?: string } | undefined)?.imageUuid;
    const wanted = contender.finishes ? 'active' : 'upgraded';
    return client?.code === 0 && image === `docker:${imageOf(names[at] ?? '', tag)}` && service['state'] === wanted;
  }).length;
}

function together(all: readonly Usage[]): Usage {
  const sum = (values: readonly (number | null)[]): number | null =>
    values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
  return {
    cpuSeconds: sum(all.map(({ cpuSeconds }) => cpuSeconds)),
    peakMegabytes: sum(all.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'Wall', unit: 's' },
  { title: 'last `upgraded` → all done', unit: 's' },
  { title: 'Requests', unit: 'count' },
  { title: 'Clients: CPU', unit: 's' },
  { title: 'Clients: sum of peak memory', unit: 'MB' },
  { title: 'Worker: CPU', unit: 's' },
  { title: 'Worker: peak memory', unit: 'MB' },
  { title: 'Temporal: CPU', unit: 's' },
  { title: 'Temporal: peak memory', unit: 'MB' },
  { title: 'Right in each run' },
];

function figuresOf(rounds: ReadonlyMap<Way, readonly Round[]>, count: number): Figures {
  const rows = [...rounds].map(([{ label }, all]) => row(label, all, count));
  const column = (title: string): number => COLUMNS.findIndex((one) => one.title === title);
  const bars = (...titles: string[]) =>
    rows.map((cells) => ({
      label: String(cells[0]),
      values: titles.map((title) => numberOf(cells[column(title)] ?? null) ?? 0),
    }));
  return {
    tables: [{ title: `${count} services`, columns: COLUMNS, rows }],
    charts: [
      {
        ...{
          kind: 'bars',
          name: 'twenty-wall',
          title: `${count} services at once: from the first start to the last exit`,
          unit: 's',
        },
        ...{ parts: ['wall time'], bars: bars('Wall') },
      },
      {
        ...{ kind: 'bars', name: 'twenty-memory', title: `${count} services at once: peak memory`, unit: 'MB' },
        parts: ['clients', 'worker', 'Temporal'],
        bars: bars('Clients: sum of peak memory', 'Worker: peak memory', 'Temporal: peak memory'),
      },
      {
        ...{ kind: 'bars', name: 'twenty-cpu', title: `${count} services at once: CPU`, unit: 's' },
        ...{ parts: ['clients', 'worker', 'Temporal'], bars: bars('Clients: CPU', 'Worker: CPU', 'Temporal: CPU') },
      },
    ],
    targets: [...rounds]
      .filter(([{ lane }]) => lane.contender.drover !== undefined)
      .map(([{ label }, all]) => ({
        ...{ what: `${label}: services that do not run the image at the end`, unit: 'count', limit: 0 },
        measured: all.reduce((sum, { right }) => sum + count - right, 0),
      })),
    notes: [
      'The clients of one contender start together, on a machine that has far fewer cores than processes: their own start-up is most of the wall time. Memory is the sum of the peaks of all clients; worker and Temporal are there anyway, whoever deploys. Right: exit code 0, the image, and `active` (the script that never finishes: `upgraded`).',
    ],
  };
}

function row(label: string, all: readonly Round[], count: number): Cell[] {
  const spread = (value: (round: Round) => number | null): Cell => spreadOf(all.map(value));
  return [
    label,
    spread(({ wall }) => wall),
    spread(({ afterUpgraded }) => afterUpgraded),
    spread(({ requests }) => requests),
    spread(({ clients }) => clients.cpuSeconds),
    spread(({ clients }) => clients.peakMegabytes),
    spread(({ worker }) => worker?.cpuSeconds ?? null),
    spread(({ worker }) => worker?.peakMegabytes ?? null),
    spread(({ temporal }) => temporal?.cpuSeconds ?? null),
    spread(({ temporal }) => temporal?.peakMegabytes ?? null),
    [...new Set(all.map(({ right }) => `${right} of ${count}`))].join(', '),
  ];
}
