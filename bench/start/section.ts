import { setTimeout as delay } from 'node:timers/promises';
import { installedRancherGitlabDeploy } from '../contenders/rancher-gitlab-deploy';
import { ROOT } from '../../test/support/root';
import { DROVER } from '../contenders/drover';
import type { Cell, Column, Figures, Spread, Target } from '../figures';
import { spreadOf } from '../figures';
import type { Command, MeasuredRun } from '../measured-process';
import { clock, runMeasured } from '../measured-process';
import { megabytesOf } from '../process-meter';
import type { Section, SectionFigures, SectionOptions } from '../section';
import { STACK_NAME, World } from '../world';

const LEAST_RUNS = 10;
const QUICK_RUNS = 3;
const WORKER_RUNS = 5;
const HELP_MILLIS = 150;
const DETACH_MILLIS = 700;
const END_LIMIT_MILLIS = 60_000;
/** How `drover` ends when it was told to come back at once. */
const DETACHED = 5;

export const START: Section = {
  name: 'start',
  title: 'Starting',
  about: 'How long the commands take that a person or a CI job waits for, and how soon a worker works.',
  run: start,
};

/** A command that is run again and again. */
interface Started {
  readonly what: string;
  readonly limitMillis?: number;
  readonly expects?: number;
  readonly command: (run: number) => Command;
  /** Waits until the next run can be measured undisturbed. */
  readonly settle?: (run: number) => Promise<void>;
}

async function start({ runs, quick, say }: SectionOptions): Promise<SectionFigures> {
  const count = quick ? QUICK_RUNS : Math.max(LEAST_RUNS, runs);
  const names = Array.from({ length: count + 1 }, (_, at) => `s${at + 1}`);
  const rgd = await installedRancherGitlabDeploy(say).catch(() => null);
  const world = await World.open({
    contenders: [DROVER],
    services: names.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
  });
  try {
    const commands = await measureCommands(commandsOf(world, names, rgd), count, say);
    const workers = await measureWorkers(world, quick ? 1 : WORKER_RUNS, say);
    const demo = quick ? null : await measureDemo(world, say);
    return figuresOf(commands, workers, demo);
  } finally {
    await world.close();
  }
}

function commandsOf(world: World, names: readonly string[], rgd: string | null): Started[] {
  const service = (run: number): string => names[run] ?? '';
  const target = (run: number): string[] => [DROVER.name, `${STACK_NAME}/${service(run)}`];
  const env = { PATH: process.env.PATH };
  return [
    { what: '`node -e 0`, an empty process', command: () => ({ command: process.execPath, args: ['-e', '0'], env }) },
    {
      what: "`require('@temporalio/client')`, Temporal's SDK alone",
      command: () => ({ command: process.execPath, args: ['-e', "require('@temporalio/client')"], cwd: ROOT, env }),
    },
    { what: '`drover --help`', limitMillis: HELP_MILLIS, command: () => world.drover(['--help']) },
    { what: '`drover --version`', command: () => world.drover(['--version']) },
    {
      what: '`drover upgrade --detach`',
      ...{ limitMillis: DETACH_MILLIS, expects: DETACHED },
      command: (run) =>
        world.drover(['upgrade', ...target(run), '--image', `example/${service(run)}:2`, '--start-first', '--detach']),
      settle: async (run) => {
        await world.stack.until(STACK_NAME, service(run), ({ result }) => result !== null, END_LIMIT_MILLIS);
        await delay(500);
      },
    },
    { what: '`drover status`', command: () => world.drover(['status', ...target(0)]) },
    { what: '`drover list`', command: () => world.drover(['list']) },
    ...(rgd === null
      ? []
      : [{ what: '`rancher-gitlab-deploy --help`', command: () => ({ command: rgd, args: ['--help'], env }) }]),
  ];
}

interface Measured extends Pick<Started, 'what' | 'limitMillis'> {
  readonly runs: readonly MeasuredRun[];
}

/** One after the other; the first run of each is not counted: it finds nothing in the system's file cache. */
async function measureCommands(
  all: readonly Started[],
  count: number,
  say: (line: string) => void,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { what, limitMillis, expects = 0, command, settle } of all) {
    const runs: MeasuredRun[] = [];
    for (let run = 0; run <= count; run += 1) {
      const ended = await runMeasured(command(run));
      if (ended.code !== expects) throw new Error(`${what}: exit code ${String(ended.code)}\n${ended.output}`);
      await settle?.(run);
      if (run > 0) runs.push(ended);
    }
    measured.push({ what, runs, ...(limitMillis === undefined ? {} : { limitMillis }) });
    say(`${what}: ${String(wallOf(runs)?.median.toFixed(0))} ms`);
  }
  return measured;
}

interface WorkerStart {
  readonly millis: number;
  readonly megabytes: number | null;
}

async function measureWorkers({ stack }: World, count: number, say: (line: string) => void): Promise<WorkerStart[]> {
  const starts: WorkerStart[] = [];
  for (let run = 0; run < count; run += 1) {
    await stack.killWorker('SIGTERM');
    const began = clock();
    const worker = await stack.startWorker();
    starts.push({ millis: clock() - began, megabytes: megabytesOf(worker.pid, 'VmRSS') ?? null });
  }
  say(`the worker polls after ${String(spreadOf(starts.map(({ millis }) => millis))?.median.toFixed(0))} ms`);
  return starts;
}

async function measureDemo(world: World, say: (line: string) => void): Promise<MeasuredRun> {
  const { HOME } = process.env;
  const command = world.drover(['demo']);
  const demo = await runMeasured({ ...command, env: { ...command.env, ...(HOME === undefined ? {} : { HOME }) } });
  if (demo.code !== 0) throw new Error(`drover demo: exit code ${String(demo.code)}\n${demo.output.slice(-2000)}`);
  say(`drover demo: ${((demo.endedAt - demo.startedAt) / 1000).toFixed(0)} s`);
  return demo;
}

const wallOf = (runs: readonly MeasuredRun[]): Spread | null =>
  spreadOf(runs.map(({ startedAt, endedAt }) => endedAt - startedAt));

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'Wall', unit: 'ms' },
  { title: 'CPU', unit: 's' },
  { title: 'Peak memory', unit: 'MB' },
  { title: 'Runs', unit: 'count' },
];

function figuresOf(commands: readonly Measured[], workers: readonly WorkerStart[], demo: MeasuredRun | null): Figures {
  const rows = commands.map(({ what, runs }): Cell[] => [
    what,
    wallOf(runs),
    spreadOf(runs.map(({ cpuSeconds }) => cpuSeconds)),
    spreadOf(runs.map(({ peakMegabytes }) => peakMegabytes)),
    runs.length,
  ]);
  return {
    tables: [
      { title: 'Commands', columns: COLUMNS, rows },
      {
        title: 'Worker and demo',
        columns: [{ title: '' }, { title: 'Until then', unit: 's' }, { title: 'Memory then', unit: 'MB' }],
        rows: [
          [
            'A worker, from its start until it polls',
            spreadOf(workers.map(({ millis }) => millis / 1000)),
            spreadOf(workers.map(({ megabytes }) => megabytes)),
          ],
          ...(demo === null
            ? []
            : [['`npm run demo`, built already, from a warm cache', (demo.endedAt - demo.startedAt) / 1000, null]]),
        ],
      },
    ],
    charts: [
      {
        ...{ kind: 'bars', name: 'start', title: 'From the start of a command to its end', unit: 'ms' },
        parts: ['wall time'],
        bars: commands.map(({ what, runs }) => ({
          label: what.replaceAll('`', ''),
          values: [wallOf(runs)?.median ?? 0],
        })),
      },
    ],
    targets: commands.flatMap(({ what, limitMillis, runs }): Target[] =>
      limitMillis === undefined
        ? []
        : [{ what, unit: 'ms', limit: limitMillis, measured: wallOf(runs)?.median ?? null }],
    ),
    notes: [
      'Median [least–most] of warm starts. `upgrade --detach` is over when the workflow is started and acknowledged; most of it is loading the SDK of Temporal, which stands beside it. With Node 22.1 or newer, what Node compiled of it is kept. The demo is four whole deployments, most of whose time is that of the simulated Rancher.',
    ],
  };
}
