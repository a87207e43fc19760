import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLockFile } from '../../worker/temporal-server/lock-file';
import { ROOT } from './root';

const SOURCES = [
  'client',
  'codec',
  'connection',
  'decision',
  'credentials',
  'workflows',
  'activities',
  'rancher',
  'worker',
  'simulator',
];
/** The last thing that a build writes. */
const BUILT_LAST = join(ROOT, 'dist', 'workflow-bundle.js');

/** The command's compiled entry. */
export const DROVER_MAIN = join(ROOT, 'dist', 'client', 'cli', 'main.js');
/** The simulated Rancher's compiled entry. */
export const SIMULATOR_MAIN = join(ROOT, 'dist', 'simulator', 'main.js');

let fresh: Promise<unknown> | undefined;

/** Builds what is tested as processes where a source is newer than the build (`npm test` has built already); once, whoever asks. */
export async function freshDist(): Promise<void> {
  fresh ??= isFresh()
    ? Promise.resolve()
    : withLockFile(
        join(ROOT, 'node_modules', '.cache', 'drover', 'build.lock'),
        { onWait: () => undefined, isDone: async () => (isFresh() ? true : undefined) },
        build,
      );
  await fresh;
}

function isFresh(): boolean {
  const built = statSync(BUILT_LAST, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.every((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .every((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs < built),
  );
}

/** As `npm run build`, but for types: a type error is told, and is for `npm run types` to hold; what runs needs the JavaScript only. */
async function build(): Promise<true> {
  const run = promisify(execFile);
  const told = (error: unknown): void => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    process.stderr.write(`What is to be tested does not compile cleanly:\n${stdout}${stderr}\n`);
  };
  await run('npm', ['exec', '--', 'tsc', '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
  }).catch(told);
  await run(process.execPath, [join(ROOT, 'dist', 'worker', 'bundle', 'build-bundle.js')], { cwd: ROOT });
  return true;
}
