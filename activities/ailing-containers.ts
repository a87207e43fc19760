import type { AilingContainer } from '../decision/diagnosis';
import { ailmentOf } from '../decision/diagnosis';
import { calledConfig } from '../decision/proof';
import { versionIn } from '../decision/round';
import type { ConfigSnapshot, ConfigVersion } from '../decision/service-snapshot';
import { PRIMARY } from '../decision/service-snapshot';
import type { InstanceResource } from '../rancher/resources';
import type { Target } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { OpenService } from './open-service';
import { accessTo } from './open-service';

/** The page of a service's containers in Rancher's UI, where their logs can be read. */
export function containersPage(
  deps: ActivityDependencies,
  { environment, projectId, stackId, serviceId }: Target,
): string {
  return `${accessTo(deps, environment).webUrl}/env/${projectId}/apps/stacks/${stackId}/services/${serviceId}/containers`;
}

/** The containers that are not as they should be, the worst first. */
export function ailingOf(
  { instances, snapshot }: Pick<OpenService, 'instances' | 'snapshot'>,
  upgraded: Upgraded,
  isRestoring: boolean,
): Ailing[] {
  return (instances ?? [])
    .filter(({ state, removed }) => removed === null && !['removed', 'removing', 'purging', 'purged'].includes(state))
    .map((instance) => ailmentIn(instance, snapshot.configs, upgraded, isRestoring))
    .filter(({ ailment }) => ailment > 0)
    .sort((one, other) => other.ailment - one.ailment);
}

/** Versions of the upgrade as Rancher accepted them, and what it left alone. */
export interface Upgraded {
  /** Null where it is not known: then what the service shows now counts as new. */
  readonly accepted: readonly ConfigVersion[] | null;
  readonly untouched: readonly string[];
}

/** A container with what is wrong with it: how bad it is, see {@link ailmentOf}. */
export interface Ailing {
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

/** A container as people are told of it. @param told blanks what no message may repeat */
export function containerOf(
  { instance, isNew, restarts }: Ailing,
  told: (text: string) => string,
  url: string,
): AilingContainer {
  const { id, name, launchConfigName, state, healthState, exitCode, transitioningMessage } = instance;
  const isTelling = transitioningMessage !== null && !['', 'In Progress'].includes(transitioningMessage);
  return {
    name: told(name ?? id),
    config: calledConfig(launchConfigName ?? PRIMARY),
    ...{ isNew, state, healthState, exitCode, restarts, url, seenAt: null },
    message: isTelling ? told(transitioningMessage) : null,
  };
}
