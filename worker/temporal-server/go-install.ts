import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLockFile } from './lock-file';
import { runWithProgress } from './run-with-progress';
import { TemporalServerError } from './temporal-server-error';

const PROGRESS_MILLIS = 10_000;

/** What Go is to build, and where it goes. */
export interface GoBuild {
  /** What it is, for a person: "Temporal's CLI". */
  readonly what: string;
  /** Packages with their version, as `go install` takes them; of one module where there are several. */
  readonly packages: readonly string[];
  /** Name of the binary that Go makes → the path where it is kept. The lock is beside the first one. */
  readonly binaries: Readonly<Record<string, string>>;
  /** Whether all of it is there and works. */
  readonly isDone: () => Promise<boolean>;
}

/**
 * Builds with Go. It is built in a folder of its own and moved into place whole, so that two processes, or one that is killed, never
 * leave half a binary behind; a second process waits for the first.
 *
 * @throws TemporalServerError with Go's own words.
 */
export async function goInstall(
  go: string,
  { what, packages, binaries, isDone }: GoBuild,
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
): Promise<void> {
  const [first] = Object.values(binaries);
  if (first === undefined) throw new Error(`no binary to build for ${what}`);
  const onWait = (owner: string): void =>
    onStep(`Temporal: another process (${owner}) is building ${what}; waiting for it`);
  const done = async (): Promise<true | undefined> => ((await isDone()) ? true : undefined);
  await withLockFile(`${first}.lock`, { onWait, isDone: done }, async () => {
    await mkdir(dirname(first), { recursive: true });
    const folder = await mkdtemp(`${first}.build-`);
    try {
      const doing = whatGoDoes();
      const result = await runWithProgress(go, ['install', ...packages], {
        env: { ...env, GOBIN: folder },
        cwd: folder,
        intervalMillis: PROGRESS_MILLIS,
        onTick: (seconds, line) => onStep(`Temporal: still building, ${seconds} s so far (${doing(line)})`),
      });
      if (result.code !== 0) {
        throw new TemporalServerError(`go install ${packages.join(' ')} failed: ${result.tail.slice(-3).join(' / ')}`);
      }
      for (const [name, path] of Object.entries(binaries)) await rename(join(folder, name), path);
      return true;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/**
 * Go says what it downloads, and nothing while it compiles, which takes minutes: the same last line again means that.
 *
 * @returns to be called with the last line at each tick: what Go is at.
 */
export function whatGoDoes(): (lastLine: string) => string {
  let before = '';
  return (lastLine) => {
    if (lastLine === before) return 'compiling';
    before = lastLine;
    return lastLine.slice(0, 100);
  };
}
