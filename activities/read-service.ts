import type { About, ReadService } from './contract';
import type { ActivityDependencies } from './dependencies';
import { openService, snapshotOrRemoved } from './open-service';
import { readServiceLog } from './service-log';

/** Reads the service as it is now. */
export async function readService(
  deps: ActivityDependencies,
  { instances, logSince, ...about }: About & { instances: boolean; logSince?: number },
  signal: AbortSignal,
): Promise<ReadService> {
  const open = await openService(deps, about, instances, signal);
  const snapshot = snapshotOrRemoved(open, about.target.serviceId);
  if (open === null || logSince === undefined) return snapshot;
  return { ...snapshot, log: await readServiceLog(open, about.target, logSince, signal) };
}
