import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from '../../worker/bundle/workflow-bundle';
import { ROOT } from './root';

const CACHE = join(ROOT, 'node_modules', '.cache', 'drover');

/** Bundles the workflows where they are newer than the last bundle; workers in the tests take it instead of making their own. */
export async function bundleOnce(onStep: (line: string) => void): Promise<void> {
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
