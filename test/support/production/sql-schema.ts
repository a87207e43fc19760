import { tmpdir } from 'node:os';
import { runWithProgress } from '../../../worker/temporal-server/run-with-progress';
import type { SqlEndpoint } from './server-config';
import { DATABASES, SQL_PLUGIN } from './server-config';

const PROGRESS_MILLIS = 15_000;
const SCHEMAS = { [DATABASES.main]: 'postgresql/v12/temporal', [DATABASES.visibility]: 'postgresql/v12/visibility' };

/** Makes Temporal's two databases and their schema, as in production, with Temporal's own tool. */
export async function makeSchema(sqlTool: string, sql: SqlEndpoint, onStep: (line: string) => void): Promise<void> {
  await Promise.all(
    Object.entries(SCHEMAS).map(async ([database, schema]) => {
      const tool = (...args: string[]): Promise<void> => run(sqlTool, sql, database, args, onStep);
      await tool('create-database');
      await tool('setup-schema', '-v', '0.0');
      await tool('update-schema', '--schema-name', schema);
    }),
  );
}

async function run(
  sqlTool: string,
  { host, port, user, password }: SqlEndpoint,
  database: string,
  args: readonly string[],
  onStep: (line: string) => void,
): Promise<void> {
  // The password by environment: a command line can be read by everybody.
  const env = {
    ...{ PATH: process.env.PATH, SQL_PLUGIN, SQL_HOST: host, SQL_PORT: String(port) },
    ...{ SQL_USER: user, SQL_PASSWORD: password, SQL_DATABASE: database },
  };
  const { code, tail } = await runWithProgress(sqlTool, args, {
    env,
    cwd: tmpdir(),
    intervalMillis: PROGRESS_MILLIS,
    onTick: (seconds) => onStep(`Temporal: ${args[0] ?? ''} of ${database}, ${seconds} s so far`),
  });
  if (code !== 0)
    throw new Error(`temporal-sql-tool ${args.join(' ')} of ${database} failed: ${tail.slice(-5).join('\n')}`);
}
