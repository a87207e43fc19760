import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withLockFile } from '../../worker/temporal-server/lock-file';

const ROOT = resolve(__dirname, '..', '..');
const SOURCES = ['client', 'decision', 'workflows', 'activities', 'rancher', 'worker', 'simulator'];
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

async function build(): Promise<true> {
  await promisify(execFile)('npm', ['run', 'build', '--silent'], { cwd: ROOT }).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`What is to be tested does not build:\n${stdout}${stderr}`);
  });
  return true;
}
