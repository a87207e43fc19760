import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import type { AilingContainer, Diagnosis } from '../decision/diagnosis';
import { ailmentOf, MOST_CONTAINERS } from '../decision/diagnosis';
import { calledConfig } from '../decision/proof';
import { versionIn } from '../decision/round';
import type { ConfigSnapshot, ConfigVersion } from '../decision/service-snapshot';
import { PRIMARY } from '../decision/service-snapshot';
import type { InstanceResource } from '../rancher/resources';
import type { RancherActivities } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { OpenService } from './open-service';
import { accessTo, openService } from './open-service';
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
  const { projectId, serviceId, stackId, environment } = about.target;
  const upgraded = { accepted, untouched };
  let open = await openService(deps, about, true, signal);
  // Rancher takes a container that failed away and makes another one every few seconds: in between there is none to be seen.
  for (let look = 1; look < LOOKS && open !== null && ailingOf(open, upgraded, isRestoring).length === 0; look += 1) {
    await delay(BETWEEN_LOOKS_MILLIS, undefined, { signal });
    heartbeat();
    open = await openService(deps, about, true, signal);
  }
  if (open === null) return null;
  const told = redactedLine(open.hidden);
  const page = `${accessTo(deps, environment).webUrl}/env/${projectId}/apps/stacks/${stackId}/services/${serviceId}`;
  const ailing = ailingOf(open, upgraded, isRestoring);
  const { state, message } = open.snapshot;
  return {
    at: Date.now(),
    ...{ state, message },
    containers: ailing.slice(0, MOST_CONTAINERS).map((one) => containerOf(one, told, `${page}/containers`)),
    containersLeftOut: Math.max(0, ailing.length - MOST_CONTAINERS),
    serviceLog: await readServiceLog(open, about.target, since, signal),
  };
}

/** The containers that are not as they should be, the worst first. */
function ailingOf({ instances, snapshot }: OpenService, upgraded: Upgraded, isRestoring: boolean): Ailing[] {
  return (instances ?? [])
    .filter(({ state, removed }) => removed === null && !['removed', 'removing', 'purging', 'purged'].includes(state))
    .map((instance) => ailmentIn(instance, snapshot.configs, upgraded, isRestoring))
    .filter(({ ailment }) => ailment > 0)
    .sort((one, other) => other.ailment - one.ailment);
}

/** Versions of the upgrade as Rancher accepted them, and what it left alone. */
interface Upgraded {
  readonly accepted: readonly ConfigVersion[] | null;
  readonly untouched: readonly string[];
}

interface Ailing {
  readonly instance: InstanceResource;
  readonly isNew: boolean;
  readonly restarts: number;
  readonly ailment: number;
}

function ailmentIn(
  instance: InstanceResource,
  configs: readonly ConfigSnapshot[],
  { accepted, untouched }: Upgraded,
  isRestoring: boolean,
): Ailing {
  const config = configs.find(({ name }) => name === (instance.launchConfigName ?? PRIMARY));
  const version = instance.version ?? '0';
  const isLeftAlone = config !== undefined && untouched.includes(config.name);
  // A configuration shows the upgrade's version, but for a rollback, which has begun with the former one.
  const isNew =
    config !== undefined &&
    !isLeftAlone &&
    (accepted === null ? config.version === version : versionIn(accepted, config.name) === version);
  // What ran before may have been started again for all kinds of reasons, an earlier rollback among them.
  const restarts = isLeftAlone ? 0 : Math.max(0, (instance.startCount ?? 1) - 1);
  const { state, healthState, exitCode } = instance;
  const ailment = ailmentOf({
    ...{ state, healthState, exitCode, restarts },
    isWanted: isLeftAlone || isNew !== isRestoring,
    hasHealthCheck: config?.hasHealthCheck ?? false,
    startOnce: config?.startOnce ?? false,
  });
  return { instance, isNew, restarts, ailment };
}

function containerOf(
  { instance, isNew, restarts }: Ailing,
  told: (text: string) => string,
  url: string,
): AilingContainer {
  const { id, name, launchConfigName, state, healthState, exitCode, transitioningMessage } = instance;
  const isTelling = transitioningMessage !== null && !['', 'In Progress'].includes(transitioningMessage);
  return {
    name: told(name ?? id),
    config: calledConfig(launchConfigName ?? PRIMARY),
    ...{ isNew, state, healthState, exitCode, restarts, url },
    message: isTelling ? told(transitioningMessage) : null,
  };
}
