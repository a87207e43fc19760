import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import type { Diagnosis } from '../decision/diagnosis';
import { FAILS, MOST_CONTAINERS } from '../decision/diagnosis';
import { ailingOf, containerOf, containersPage } from './ailing-containers';
import type { RancherActivities } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { OpenService } from './open-service';
import { openService } from './open-service';
import { readServiceLog, redactedLine } from './service-log';

/** How often it is looked for a container that explains it, and how long it is waited in between, milliseconds. */
const LOOKS = 6;
const BETWEEN_LOOKS_MILLIS = 500;

/** Reads what explains why an upgrade does not get on: containers, and Rancher's own log. Writes nothing. */
export async function diagnose(
  deps: ActivityDependencies,
  { since, isRestoring, upgraded: accepted, untouched = [], ...about }: Parameters<RancherActivities['diagnose']>[0],
  signal: AbortSignal,
): Promise<Diagnosis | null> {
  const upgraded = { accepted, untouched };
  let open = await openService(deps, about, 'always', signal);
  // Rancher takes a container that failed away and makes another one every few seconds: in between there is none to be seen.
  const isToldBy = (seen: OpenService): boolean => {
    const worst = ailingOf(seen, upgraded, isRestoring)[0]?.ailment ?? 0;
    return seen.snapshot.transitioning === 'error' ? worst >= FAILS : worst > 0;
  };
  for (let look = 1; look < LOOKS && open !== null && !isToldBy(open); look += 1) {
    await delay(BETWEEN_LOOKS_MILLIS, undefined, { signal });
    heartbeat();
    open = await openService(deps, about, 'always', signal);
  }
  if (open === null) return null;
  const told = redactedLine(open.hidden);
  const page = containersPage(deps, about.target);
  const ailing = ailingOf(open, upgraded, isRestoring);
  const { state, message } = open.snapshot;
  return {
    at: Date.now(),
    ...{ state, message },
    containers: ailing.slice(0, MOST_CONTAINERS).map((one) => containerOf(one, told, page)),
    containersLeftOut: Math.max(0, ailing.length - MOST_CONTAINERS),
    serviceLog: await readServiceLog(open, about.target, since, signal),
  };
}
