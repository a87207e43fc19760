// The last step of `npm run build`: the workflows as one file, so that a worker starts without bundling them.
import { renameSync, writeFileSync } from 'node:fs';
import { BUNDLE_PATH, bundleWorkflows, workflowsEntry } from './workflow-bundle';

async function build(): Promise<void> {
  const entry = workflowsEntry();
  if (entry === undefined) {
    console.error('No workflows/index here yet: no bundle built.');
    return;
  }
  const code = await bundleWorkflows(entry);
  // A worker that starts just now must never read half a file.
  writeFileSync(`${BUNDLE_PATH}.${process.pid}`, code);
  renameSync(`${BUNDLE_PATH}.${process.pid}`, BUNDLE_PATH);
  console.error(`Bundled the workflows: ${BUNDLE_PATH}, ${(code.length / 1e6).toFixed(1)} MB`);
}

build().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
