import type { RancherClient } from '../../rancher/rancher-client';
import type { Project } from '../../rancher/resources';
import { failure } from '../classify-failure';
import type { ActivityDependencies, EnvironmentAccess } from '../dependencies';
import { accessTo, clientOf } from '../open-service';

/** One environment, with what it takes to ask its Rancher. */
export interface OpenEnvironment {
  readonly access: EnvironmentAccess;
  readonly client: RancherClient;
  readonly project: Project;
}

/** The queue's own environment. @throws RancherError, or a failure that tells what to configure */
export async function openEnvironment(
  deps: ActivityDependencies,
  alias: string,
  signal: AbortSignal,
): Promise<OpenEnvironment> {
  return open(accessTo(deps, alias), signal);
}

/**
 * Two environments of one worker: the queue's own, and another one that is only read. A configuration goes from one to the other within this
 * process, and so is in no history.
 *
 * @throws RancherError, or a failure that tells what to configure where this worker does not serve both
 */
export async function openBoth(
  deps: ActivityDependencies,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<{ readonly source: OpenEnvironment; readonly target: OpenEnvironment }> {
  const targetAccess = accessTo(deps, to);
  const sourceAccess = from === to ? targetAccess : deps.alsoServed?.(from);
  if (sourceAccess === undefined) {
    throw failure(
      'Configuration',
      `This worker serves ${to}, but not ${from}: a service's configuration goes from one environment to another only within a worker that serves both. Let every worker of ${to} serve ${from} too (worker.environments), or create the service by hand.`,
    );
  }
  const source = await open(sourceAccess, signal);
  const target = await open(targetAccess, signal);
  if (source.project.id === target.project.id && sourceAccess.webUrl === targetAccess.webUrl) {
    const name = `${JSON.stringify(target.project.name)} (${target.project.id})`;
    throw failure('Configuration', `${from} and ${to} are the same environment of Rancher, ${name}: name two of them.`);
  }
  return { source, target };
}

async function open(access: EnvironmentAccess, signal: AbortSignal): Promise<OpenEnvironment> {
  const client = clientOf(access);
  return { access, client, project: await client.lookUpProject(access.project, signal) };
}
