import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whyNotExecutable } from './executable';
import { runWithProgress } from './run-with-progress';
import { TemporalServerError } from './temporal-server-error';

/** Without a further byte for so long the download is given up. */
const STALL_MILLIS = 20_000;
/** And after so long in any case. */
const CAP_MILLIS = 10 * 60_000;
const PROGRESS_MILLIS = 5_000;

// The SDK downloads only as a part of starting a server, in native code that cannot be cancelled: so it is done by a process
// of its own, which can be ended. Its arguments are the SDK's entry and the folder to download into.
const SCRIPT = `
const { TestWorkflowEnvironment } = require(process.argv[1]);
TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir: process.argv[2] } },
}).then((env) => env.teardown()).then(() => process.exit(0), (error) => {
  console.error(String((error && error.message) || error).split('\\n')[0]);
  process.exit(1);
});
`;

/** What tests put in place of the real thing. */
export interface DownloadOptions {
  /** JavaScript that downloads into the folder `process.argv[2]`. */
  readonly script?: string;
  readonly stallMillis?: number;
}

/**
 * Lets the SDK download Temporal's CLI, and moves it whole to `target`.
 *
 * @throws TemporalServerError when it fails, or when nothing more arrives for 20 seconds.
 */
export async function downloadCli(
  target: string,
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
  options: DownloadOptions = {},
): Promise<string> {
  const { script = SCRIPT, stallMillis = STALL_MILLIS } = options;
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(`${target}.download-`);
  let bytes = 0;
  let lastGrowth = 0;
  const whyEnd = (sinceStartMillis: number): string | undefined => {
    const now = bytesIn(folder);
    if (now > bytes) {
      bytes = now;
      lastGrowth = sinceStartMillis;
    }
    if (sinceStartMillis - lastGrowth > stallMillis) return `nothing arrived for ${Math.round(stallMillis / 1000)} s`;
    return sinceStartMillis > CAP_MILLIS ? `it took more than ${CAP_MILLIS / 60_000} minutes` : undefined;
  };
  try {
    const result = await runWithProgress(
      process.execPath,
      ['-e', script, require.resolve('@temporalio/testing'), folder],
      {
        env,
        cwd: folder,
        intervalMillis: PROGRESS_MILLIS,
        onTick: (seconds) =>
          onStep(`Temporal: downloading, ${(bytes / 1e6).toFixed(1)} MB unpacked after ${seconds} s`),
        whyEnd,
      },
    );
    if (result.ended !== undefined) throw new TemporalServerError(`the download was given up: ${result.ended}`);
    if (result.code !== 0) {
      // The reason repeats itself after the address.
      const [reason = ''] = (result.tail.at(-1) ?? 'no reason given').split(' (https');
      throw new TemporalServerError(`the download failed: ${reason}`);
    }
    const found = (await readdir(folder))
      .map((name) => join(folder, name))
      .find((path) => whyNotExecutable(path) === undefined);
    if (found === undefined) throw new TemporalServerError('the download ended without an executable');
    await rename(found, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function bytesIn(folder: string): number {
  try {
    return readdirSync(folder).reduce(
      (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  } catch {
    return 0;
  }
}
