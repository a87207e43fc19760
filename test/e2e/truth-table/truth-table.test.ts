import { availableParallelism } from 'node:os';
import { freePort } from '../../../worker/temporal-server/ports';
import { Stack } from '../../support/stack';
import { servedEnvironments } from './environments';
import { RowScene } from './row-scene';
import { runRow } from './run-row';
import { planted, ROWS, seedFor, THEMES } from './table';
import { TALES } from './tales';

/** Under way at once, for each processor three: they wait more than they work, but what somebody does has to come in time. `ROWS_AT_ONCE=` sets it for a machine that has other things to do. */
const AT_ONCE = Number(process.env['ROWS_AT_ONCE'] ?? 3 * availableParallelism());
/** Wider than the real server's few milliseconds: two upgrades at once have to meet on a busy machine, too. */
const RACE_MILLIS = 400;
const LIMIT_MILLIS = 300_000;

/** `ROWS=` a theme, a part of a title or a service's name runs just these. */
const only = process.env['ROWS'];
const isWanted = (...names: readonly string[]): boolean =>
  only === undefined || names.some((name) => name.includes(only));

interface Task {
  readonly theme: string;
  readonly title: string;
  readonly run: (stack: Stack) => Promise<void>;
}

const rows = ROWS.filter(({ theme, row, service }) => isWanted(theme.title, row.title, service));
const tales = TALES.filter(({ title, service }) => isWanted('Beside the table', title, service));
const TASKS: readonly Task[] = [
  ...rows.map(({ theme, row, service }) => ({
    theme: theme.title,
    title: `${row.verdict} (${row.exitCode}): ${row.title}`,
    run: (stack: Stack) => runRow(row, new RowScene(stack, service, row.environment ?? 'prod')),
  })),
  ...tales.map(({ title, service, tell }) => ({
    theme: 'Beside the table',
    title,
    run: (stack: Stack) => tell(new RowScene(stack, service, 'prod')),
  })),
];

describe('a verdict is the exit code, the word in the log, the word for machines, and the truth', () => {
  const outcomes = new Map<Task, Promise<{ error: unknown } | null>>();
  let stack: Stack | undefined;

  beforeAll(async () => {
    const started = await Stack.start({
      seed: seedFor(rows, { prod: tales.map(({ service, seed }) => planted(service, seed)) }),
      raceMillis: RACE_MILLIS,
      // People step in between two reads here: nothing is to tell the deployment of it before they are through.
      events: false,
      policy: { stallLimit: '1m', timeout: '5m', reachLimit: '1m', rollbackLimit: '30s', finishLimit: '30s' },
      environments: servedEnvironments(`http://127.0.0.1:${await freePort('127.0.0.1')}`),
      workerEnv: { DB_PASSWORD: 'correct-horse-battery' },
    });
    stack = started;
    const waiting = [...TASKS];
    const settle = new Map<Task, (outcome: { error: unknown } | null) => void>();
    for (const task of TASKS) outcomes.set(task, new Promise((resolve) => settle.set(task, resolve)));
    const lane = async (): Promise<void> => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        const failed = await task.run(started).then(
          () => null,
          (error: unknown) => ({ error }),
        );
        settle.get(task)?.(failed);
      }
    };
    for (let lanes = 0; lanes < AT_ONCE; lanes += 1) void lane();
  }, LIMIT_MILLIS);
  afterAll(() => stack?.close());

  for (const theme of [...THEMES.map(({ title }) => title), 'Beside the table'])
    describe(theme, () => {
      for (const task of TASKS.filter((one) => one.theme === theme))
        test(
          task.title,
          async () => {
            const failed = await outcomes.get(task);
            if (failed === undefined) throw new Error('it never ran');
            if (failed !== null) throw failed.error;
          },
          LIMIT_MILLIS,
        );
    });
});
