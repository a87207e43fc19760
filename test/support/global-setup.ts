import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import { findTemporalServer } from '../../worker/temporal-server/find-temporal-server';
import { startDevServer } from '../../worker/temporal-server/start-dev-server';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { bundleOnce } from './bundle-once';
import { keepForTeardown } from './kept-for-teardown';

/** Once per run: a Temporal server for all suites (or the one at `TEMPORAL_ADDRESS`), and the workflows' bundle. */
export default async function globalSetup(): Promise<void> {
  const onStep = (line: string): void => void process.stderr.write(`${line}\n`);
  const [found] = await Promise.all([findTemporalServer({ env: process.env, onStep }), bundleOnce(onStep)]);
  if (found.kind === 'address') {
    await useServerAt(found.address, onStep);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'drover-test-temporal-'));
  const server = await startDevServer(found.path, {
    logFile: join(folder, 'server.log'),
    searchAttributes: SEARCH_ATTRIBUTES,
  });
  keepForTeardown({ server, folder });
  process.env.DROVER_TEST_TEMPORAL_CLI = found.path;
  process.env.DROVER_TEST_TEMPORAL_ADDRESS = server.address;
}

/** A server of the user's own: suites that start servers themselves still need the CLI, and fail without it. */
async function useServerAt(address: string, onStep: (line: string) => void): Promise<void> {
  process.env.DROVER_TEST_TEMPORAL_ADDRESS = address;
  const connection = await Connection.connect({ address });
  try {
    await ensureSearchAttributes(connection, 'default', { onStep });
  } finally {
    await connection.close();
  }
  const { TEMPORAL_ADDRESS: _, ...env } = process.env;
  const cli = await findTemporalServer({ env, onStep }).catch((error: unknown) => onStep(String(error)));
  if (cli?.kind === 'executable') process.env.DROVER_TEST_TEMPORAL_CLI = cli.path;
}
