import { FAILS } from '../decision/diagnosis';
import { ailingOf, containerOf, containersPage } from './ailing-containers';
import type { About, ReadOptions, ReadService } from './contract';
import type { ActivityDependencies } from './dependencies';
import { openService, snapshotOrRemoved } from './open-service';
import { readServiceLog, redactedLine } from './service-log';

/** Reads the service as it is now. */
export async function readService(
  deps: ActivityDependencies,
  { instances, logSince, upgraded, ...about }: About & ReadOptions,
  signal: AbortSignal,
): Promise<ReadService> {
  const open = await openService(deps, about, instances, signal);
  const snapshot = snapshotOrRemoved(open, about.target.serviceId);
  if (open === null) return snapshot;
  const worst = upgraded === undefined ? undefined : ailingOf(open, upgraded, false)[0];
  const failing =
    worst === undefined || worst.ailment < FAILS
      ? {}
      : { failing: containerOf(worst, redactedLine(open.hidden), containersPage(deps, about.target)) };
  const log = logSince === undefined ? {} : { log: await readServiceLog(open, about.target, logSince, signal) };
  return { ...snapshot, ...failing, ...log };
}
