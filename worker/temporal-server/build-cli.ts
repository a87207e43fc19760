import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TEMPORAL_CLI_VERSION } from './cache-directory';
import { whyNotExecutable, whyNotTemporalCli } from './executable';
import { withLockFile } from './lock-file';
import { runWithProgress } from './run-with-progress';
import { TemporalServerError } from './temporal-server-error';

const PROGRESS_MILLIS = 10_000;

/** The package that `go install` builds. */
export const TEMPORAL_CLI_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;

/**
 * Builds Temporal's CLI with Go into `target`. It is built in a folder of its own and moved into place whole, so that two
 * processes, or one that is killed, never leave half a binary behind; a second process waits for the first.
 *
 * @throws TemporalServerError with Go's own words.
 */
export async function buildCli(
  go: string,
  target: string,
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
): Promise<string> {
  const isDone = async (): Promise<string | undefined> =>
    whyNotExecutable(target) === undefined && (await whyNotTemporalCli(target, env)) === undefined ? target : undefined;
  const onWait = (owner: string): void =>
    onStep(`Temporal: another process (${owner}) is building Temporal's CLI; waiting for it`);
  return await withLockFile(`${target}.lock`, { onWait, isDone }, async () => {
    await mkdir(dirname(target), { recursive: true });
    const folder = await mkdtemp(`${target}.build-`);
    try {
      const doing = whatGoDoes();
      const result = await runWithProgress(go, ['install', TEMPORAL_CLI_PACKAGE], {
        env: { ...env, GOBIN: folder },
        cwd: folder,
        intervalMillis: PROGRESS_MILLIS,
        onTick: (seconds, line) => onStep(`Temporal: still building, ${seconds} s so far (${doing(line)})`),
      });
      if (result.code !== 0) {
        throw new TemporalServerError(
          `go install ${TEMPORAL_CLI_PACKAGE} failed: ${result.tail.slice(-3).join(' / ')}`,
        );
      }
      await rename(join(folder, 'temporal'), target);
      return target;
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
