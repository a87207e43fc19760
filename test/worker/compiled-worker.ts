import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '..', '..');

/**
 * Compiles the worker as it stands in this checkout, for tests that need it as a process of its own, and returns the folder
 * (inside `node_modules`, where the compiled code finds its packages).
 */
export async function compileWorker(): Promise<string> {
  const folder = join(ROOT, 'node_modules', '.cache', 'drover', `compiled-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const files = ['run-worker', 'connect-worker', 'install-runtime', 'bundle/build-bundle'];
  const config = {
    extends: join(ROOT, 'tsconfig.build.json'),
    compilerOptions: {
      rootDir: ROOT,
      outDir: folder,
      declaration: false,
      sourceMap: false,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    include: [],
    files: [
      ...files.map((name) => join(ROOT, 'worker', `${name}.ts`)),
      join(ROOT, 'worker/config/load-configuration.ts'),
      join(ROOT, 'workflows/index.ts'),
    ],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await promisify(execFile)(process.execPath, [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(folder, 'tsconfig.json'),
  ]);
  return folder;
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
