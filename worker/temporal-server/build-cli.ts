import { TEMPORAL_CLI_VERSION } from './cache-directory';
import { whyNotExecutable, whyNotTemporalCli } from './executable';
import { goInstall } from './go-install';

/** The package that `go install` builds. */
export const TEMPORAL_CLI_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;

/**
 * Builds Temporal's CLI with Go into `target`.
 *
 * @throws TemporalServerError with Go's own words.
 */
export async function buildCli(
  go: string,
  target: string,
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
): Promise<string> {
  const isDone = async (): Promise<boolean> =>
    whyNotExecutable(target) === undefined && (await whyNotTemporalCli(target, env)) === undefined;
  const what = "Temporal's CLI";
  await goInstall(go, { what, packages: [TEMPORAL_CLI_PACKAGE], binaries: { temporal: target }, isDone }, env, onStep);
  return target;
}
