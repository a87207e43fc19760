import type { EnvironmentExamined } from '../../workflows/contract';
import type { ActivityDependencies, EnvironmentAccess } from '../dependencies';
import { accessTo } from '../open-service';
import { examineRancher } from './examine-rancher';

/** How long Rancher may take over all of it, milliseconds; less than the activity has. */
const LIMIT_MILLIS = 8_000;

/** How an environment's Rancher looks from its worker, and what that worker is. Writes nothing. */
export async function examine(
  deps: ActivityDependencies,
  environment: string,
  signal: AbortSignal,
): Promise<EnvironmentExamined> {
  const access = accessTo(deps, environment);
  const about = { environment, version: deps.version ?? null, node: process.version };
  const why = whyNoClient(access);
  if (why !== undefined) {
    const mend = 'put it back where the worker runs: it is read anew each time';
    return { ...about, findings: [{ check: 'keys', environment, status: 'failed', text: why, mend }], project: null };
  }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MILLIS)]);
  return { ...about, ...(await examineRancher(access, limited)) };
}

/** The keys are read for each client: one that cannot be read any more is told by name. */
function whyNoClient(access: EnvironmentAccess): string | undefined {
  try {
    access.client();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
