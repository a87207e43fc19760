import { FAILS } from '../decision/diagnosis';
import type { ConfigVersion } from '../decision/service-snapshot';
import { ailingOf, containerOf, containersPage } from './ailing-containers';
import type { About, ReadOptions, ReadService } from './contract';
import type { ActivityDependencies } from './dependencies';
import { openService, snapshotOrRemoved } from './open-service';
import { readUntilMoved } from './read-until-moved';
import { readServiceLog, redactedLine } from './service-log';
import { follow, tellWatch } from './watched';

/** Before each read of a burst, milliseconds, unless an event tells sooner that the service moved. */
const BURST = [250, 300, 350, 300] as const;

function touchedOf({ accepted, untouched }: NonNullable<ReadOptions['upgraded']>): ConfigVersion[] {
  return (accepted ?? []).filter(({ config }) => !untouched.includes(config));
}

/** Reads the service as it is now. */
export async function readService(
  deps: ActivityDependencies,
  { containers, burst, logSince, upgraded, ...about }: About & ReadOptions,
  signal: AbortSignal,
): Promise<ReadService> {
  const wasFollowed = follow(deps, about);
  const open =
    burst === undefined
      ? await openService(deps, about, containers, signal)
      : await readUntilMoved(deps, about, { state: burst, pauses: BURST, containers: containers !== 'never' }, signal);
  const snapshot = snapshotOrRemoved(open, about.target.serviceId);
  // What happened while it was read is told only where the events came in all the time.
  const told = tellWatch(deps, about, snapshot, upgraded === undefined ? null : touchedOf(upgraded));
  const watched = wasFollowed ? told : {};
  if (open === null) return { ...snapshot, ...watched };
  const worst = upgraded === undefined ? undefined : ailingOf(open, upgraded, false)[0];
  const failing =
    worst === undefined || worst.ailment < FAILS
      ? {}
      : { failing: containerOf(worst, redactedLine(open.hidden), containersPage(deps, about.target)) };
  const log = logSince === undefined ? {} : { log: await readServiceLog(open, about.target, logSince, signal) };
  return { ...snapshot, ...watched, ...failing, ...log };
}
