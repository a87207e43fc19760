import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformFileSync } from '@swc/core';

const ROOT = resolve(__dirname, '..', '..');
const FOLDERS = ['activities', 'codec', 'connection', 'credentials', 'decision', 'rancher', 'worker', 'workflows'];

/**
 * Compiles the worker as it stands in this checkout, for tests that need it as a process of its own, and returns the folder
 * (inside `node_modules`, where the compiled code finds its packages).
 */
export function compileWorker(): string {
  const target = join(ROOT, 'node_modules', '.cache', 'drover', `compiled-${process.pid}`);
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const source = join(entry.parentPath, entry.name);
      const { code } = transformFileSync(source, {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        swcrc: false,
      });
      const compiled = source.replace(ROOT, target).replace(/\.ts$/, '.js');
      mkdirSync(dirname(compiled), { recursive: true });
      writeFileSync(compiled, code);
    }
  }
  return target;
}

/** JavaScript of a process that runs the worker of the configuration in its folder, and says what it does on its output. */
export const WORKER_PROCESS = `
const [, root] = process.argv;
const { loadConfiguration } = require(root + '/worker/config/load-configuration.js');
const { installRuntime } = require(root + '/worker/install-runtime.js');
const { connectWorker } = require(root + '/worker/connect-worker.js');
const { runWorker } = require(root + '/worker/run-worker.js');
async function main() {
  installRuntime({ level: 'INFO' });
  const configuration = loadConfiguration({ env: process.env, cwd: process.cwd() });
  const connection = await connectWorker(configuration.temporal);
  await runWorker({
    configuration,
    connection,
    namespace: configuration.temporal.namespace,
    onReady: ({ queues }) => console.log('ready ' + queues.join(' ')),
    onStep: (line) => console.error(line),
  });
  await connection.close();
  console.log('ended');
}
main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
`;
