import { tmpdir } from 'node:os';
import { findOnPath, whyNotExecutable } from '../../worker/temporal-server/executable';
import { runWithProgress } from '../../worker/temporal-server/run-with-progress';

const PACKAGE = 'chromium';
const PROGRESS_MILLIS = 10_000;

/**
 * Finds Chromium: `CHROMIUM_PATH`, else on `PATH`, else Debian's package is installed, where we are root and apt-get is there.
 *
 * @throws Error that names the variable and the package, where it is not there and cannot be installed.
 */
export async function prepareChromium(env: NodeJS.ProcessEnv, onStep: (line: string) => void): Promise<string> {
  const { CHROMIUM_PATH } = env;
  if (CHROMIUM_PATH) {
    const why = whyNotExecutable(CHROMIUM_PATH);
    if (why !== undefined) throw new Error(`CHROMIUM_PATH: ${CHROMIUM_PATH} cannot be started: ${why}.`);
    return CHROMIUM_PATH;
  }
  const found = findOnPath(PACKAGE, env);
  if (found !== undefined) return found;
  const aptGet = findOnPath('apt-get', env);
  if (aptGet === undefined || process.getuid?.() !== 0) {
    const why = aptGet === undefined ? 'there is no apt-get here' : 'only root may install it';
    throw new Error(
      `Chromium was not found on PATH, and ${why}. Install Debian's package \`${PACKAGE}\`, or name a Chromium in CHROMIUM_PATH.`,
    );
  }
  onStep(`Chromium: not there; installing Debian's package ${PACKAGE} with ${aptGet}`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', PACKAGE]]) {
    const { code, tail } = await runWithProgress(aptGet, args, {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      cwd: tmpdir(),
      intervalMillis: PROGRESS_MILLIS,
      onTick: (seconds, line) => onStep(`Chromium: apt-get ${args[0] ?? ''}, ${seconds} s so far (${line})`),
    });
    if (code !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${tail.slice(-3).join(' / ')}`);
  }
  const installed = findOnPath(PACKAGE, env);
  if (installed === undefined)
    throw new Error(`Debian's package ${PACKAGE} is installed, but there is no chromium on PATH.`);
  return installed;
}
