import { mkdirSync, mkdtempSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import { bundleWorkflows } from '../../worker/bundle/workflow-bundle';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import { findTemporalServer } from '../../worker/temporal-server/find-temporal-server';
import { startDevServer } from '../../worker/temporal-server/start-dev-server';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { keepForTeardown } from './kept-for-teardown';

const ROOT = resolve(__dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'drover');

/** Once per run: a Temporal server for all suites (or the one at `TEMPORAL_ADDRESS`), and the workflows' bundle. */
export default async function globalSetup(): Promise<void> {
  const onStep = (line: string): void => void process.stderr.write(`${line}\n`);
  const [found] = await Promise.all([findTemporalServer({ env: process.env, onStep }), bundle(onStep)]);
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

/** Bundles the workflows where they are newer than the last bundle; workers in the tests take it instead of making their own. */
async function bundle(onStep: (line: string) => void): Promise<void> {
  const path = join(CACHE, 'workflow-bundle.js');
  const changed = Math.max(...['workflows', 'decision'].map((folder) => newestIn(join(ROOT, folder))));
  const built = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  try {
    if (changed >= built) {
      const started = Date.now();
      const code = await bundleWorkflows(join(ROOT, 'workflows', 'index.ts'));
      mkdirSync(CACHE, { recursive: true });
      writeFileSync(`${path}.${process.pid}`, code);
      renameSync(`${path}.${process.pid}`, path);
      onStep(`Workflows: bundled in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    }
    process.env.DROVER_WORKFLOW_BUNDLE = path;
  } catch (error) {
    // The suites that need no worker can run all the same; those that do will fail with this reason.
    onStep(`Workflows: they cannot be bundled: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function newestIn(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}
