import { freePort } from '../../../worker/temporal-server/ports';
import { Stack } from '../../support/stack';
import { servedEnvironments } from './environments';
import { RowScene } from './row-scene';
import { runRow } from './run-row';
import type { NamedRow } from './table';
import { ROWS, seedFor, THEMES } from './table';

/** Rows under way at once: they wait more than they work. `ROWS_AT_ONCE=` sets it for a machine that has other things to do. */
const AT_ONCE = Number(process.env['ROWS_AT_ONCE'] ?? 12);
/** Wider than the real server's few milliseconds: two upgrades at once have to meet on a busy machine, too. */
const RACE_MILLIS = 400;
const LIMIT_MILLIS = 300_000;

/** `ROWS=` a theme, a part of a title or a service's name runs just these rows. */
const only = process.env['ROWS'];
const rows = ROWS.filter(
  ({ theme, row, service }) => only === undefined || [theme.title, service].includes(only) || row.title.includes(only),
);

describe('the truth table', () => {
  const outcomes = new Map<NamedRow, Promise<{ error: unknown } | null>>();
  let stack: Stack | undefined;

  beforeAll(async () => {
    const closed = `http://127.0.0.1:${await freePort('127.0.0.1')}`;
    const started = await Stack.start({
      seed: seedFor(rows, {}),
      policy: { stallLimit: '1m', timeout: '5m', reachLimit: '1m', rollbackLimit: '30s', finishLimit: '30s' },
      environments: servedEnvironments(closed),
      raceMillis: RACE_MILLIS,
      workerEnv: { DB_PASSWORD: 'correct-horse-battery' },
    });
    stack = started;
    const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve<unknown>(null));
    rows.forEach((one, index) => {
      const lane = index % lanes.length;
      const outcome = (lanes[lane] ?? Promise.resolve())
        .then(() => runRow(one.row, new RowScene(started, one.service, one.row.environment ?? 'prod')))
        .then(
          () => null,
          (error: unknown) => ({ error }),
        );
      lanes[lane] = outcome;
      outcomes.set(one, outcome);
    });
  }, LIMIT_MILLIS);
  afterAll(() => stack?.close());

  for (const theme of THEMES)
    describe(theme.title, () => {
      for (const one of rows.filter((row) => row.theme === theme))
        test(
          `${one.row.verdict} (${one.row.exitCode}): ${one.row.title}`,
          async () => {
            const failed = await outcomes.get(one);
            if (failed === undefined) throw new Error('it never ran');
            if (failed !== null) throw failed.error;
          },
          LIMIT_MILLIS,
        );
    });
});
