import { activityInfo } from '@temporalio/activity';
import type { ConfigVersion, ServiceSnapshot } from '../decision/service-snapshot';
import type { About, Watched } from './contract';
import type { ActivityDependencies } from './dependencies';
import { accessTo } from './open-service';

/** A follower whose service is watched waits for longer than this anyway, milliseconds. */
const TOLD_FROM_MILLIS = 60_000;

/** The workflow that this activity belongs to is woken from now on when the service changes; whether events come in at all. */
export function follow(deps: ActivityDependencies, { target }: Pick<About, 'target'>): boolean {
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) return false;
  return accessTo(deps, target.environment).watch?.follow(target, workflowExecution) ?? false;
}

/**
 * What the workflow is about to know of its service: events that say the same do not wake it.
 *
 * @param upgraded the versions of an upgrade of its own that Rancher is at; null: none
 * @returns for the workflow: `watched` where events come in, left out where they do not; and where so many follow that looks have to be rare, how rare
 */
export function tellWatch(
  deps: ActivityDependencies,
  about: Pick<About, 'target'>,
  service: ServiceSnapshot,
  upgraded: readonly ConfigVersion[] | null,
): Watched {
  const { watch } = accessTo(deps, about.target.environment);
  watch?.told(about.target, service, upgraded);
  // Asked last: a stream that was lost meanwhile is not relied on.
  if (watch === undefined || !follow(deps, about)) return {};
  const { leastLookMillis } = watch;
  return leastLookMillis < TOLD_FROM_MILLIS ? { watched: true } : { watched: true, leastLookMillis };
}
