import { labelWithInstallation } from '../decision/deployment-label';
import type { DeploymentRequest } from '../decision/request';
import type { ServiceSnapshot } from '../decision/service-snapshot';
import { kindOfState } from '../decision/service-state';
import { isJsonObject, ownValue } from '../rancher/json';
import { NotFoundError } from '../rancher/errors/not-found-error';
import type { UpgradeChange } from '../rancher/launch-config';
import type { RancherClient } from '../rancher/rancher-client';
import type { InstanceResource, ServiceResource } from '../rancher/resources';
import { failure, readFailure } from './classify-failure';
import type { About } from './contract';
import type { ActivityDependencies, EnvironmentAccess } from './dependencies';
import { hiddenTexts, removedSnapshot, snapshotOf, workersView } from './snapshot';

/** Whether a service's containers are read with it, by its state: a request more. */
export type WithContainers = keyof typeof WITH_CONTAINERS | ((state: string) => boolean);

const WITH_CONTAINERS = {
  always: () => true,
  /** Only where its state calls for a proof. */
  'when-settled': (state: string) => kindOfState(state) !== 'upgrading',
  never: () => false,
} as const;

/** A service as one activity sees it: read afresh, with the means to act on it. */
export interface OpenService {
  readonly client: RancherClient;
  readonly resource: ServiceResource;
  readonly snapshot: ServiceSnapshot;
  /** Its containers, null where they were not read. */
  readonly instances: readonly InstanceResource[] | null;
  /** A later answer of Rancher's about the same service, as a snapshot. */
  see(resource: ServiceResource): ServiceSnapshot;
  readonly variables: Readonly<Record<string, string>>;
  /** Texts that no message may repeat. */
  readonly hidden: readonly string[];
}

/** The environment's access, or a failure that tells what to configure. */
export function accessTo(deps: ActivityDependencies, alias: string): EnvironmentAccess {
  try {
    return deps.environment(alias);
  } catch (error) {
    throw failure('Configuration', messageOf(error));
  }
}

/** The environment variables of the service of the same name in another environment that this worker serves. */
async function settingsOf(
  deps: ActivityDependencies,
  { environment, stack, service }: DeploymentRequest,
  from: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const access = deps.alsoServed?.(from);
  if (access === undefined)
    throw failure(
      'Configuration',
      `This worker serves ${environment}, but not ${from}: settings go from one environment to another only within a worker that serves both.`,
    );
  const client = clientOf(access);
  const project = await client.findProject(access.project, signal);
  const found = await client.findService(
    project.id,
    (await client.findStack(project.id, stack, signal)).id,
    service,
    signal,
  );
  const variables = found.launchConfig === null ? undefined : ownValue(found.launchConfig, 'environment');
  const entries = isJsonObject(variables) ? Object.entries(variables) : [];
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** The client, or a failure that tells what to configure (a key's file that cannot be read, say). */
export function clientOf(access: EnvironmentAccess): RancherClient {
  try {
    return access.client();
  } catch (error) {
    throw failure('Configuration', messageOf(error));
  }
}

/** The values of the variables that a request merges, resolved by this worker; those of another environment give way to those that are named. */
export async function resolveVariables(
  deps: ActivityDependencies,
  access: EnvironmentAccess,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const taken = request.settingsFrom === undefined ? {} : await settingsOf(deps, request, request.settingsFrom, signal);
  return { ...taken, ...namedVariables(access, request) };
}

function namedVariables(access: EnvironmentAccess, request: DeploymentRequest): Record<string, string> {
  const resolve = (name: string, reference: string): string => {
    try {
      return access.variable(reference);
    } catch (error) {
      throw failure('Configuration', `variable ${name}: ${messageOf(error)}`);
    }
  };
  return Object.fromEntries(
    Object.entries(request.variables).map(([name, reference]) => [name, resolve(name, reference)]),
  );
}

/** What is asked to change, as the Rancher client composes it. */
export function changeOf(
  { request, policy }: Pick<About, 'request' | 'policy'>,
  variables: Readonly<Record<string, string>>,
  label: string | null,
  installation: string | undefined,
): UpgradeChange {
  return {
    ...(request.image === undefined ? {} : { image: request.image }),
    sidekickImages: request.sidekicks,
    variables,
    labels: request.labels,
    redeploy: request.redeploy,
    ...(label === null ? {} : { deploymentLabel: labelWithInstallation(label, installation) }),
    strategy: {
      batchSize: policy.strategy.batchSize,
      intervalMillis: policy.strategy.batchIntervalMillis,
      startFirst: policy.strategy.startFirst,
    },
  };
}

/**
 * Reads a service, and its containers as asked. A service that Rancher does not know any more is null: a removed one, as far as anybody
 * can tell.
 */
export async function openService(
  deps: ActivityDependencies,
  { target, request }: Pick<About, 'target' | 'request'>,
  containersToo: WithContainers,
  signal: AbortSignal,
): Promise<OpenService | null> {
  const access = accessTo(deps, target.environment);
  const client = clientOf(access);
  // What is missing in another environment says nothing of this service: it is told as it is.
  const variables = await resolveVariables(deps, access, request, signal).catch((error: unknown) => {
    throw readFailure(error);
  });
  const view = { request, variables, ...workersView(deps) };
  try {
    const resource = await client.getService(target.projectId, target.serviceId, signal);
    const wantsThem = typeof containersToo === 'string' ? WITH_CONTAINERS[containersToo] : containersToo;
    const containers =
      resource.removed === null && wantsThem(resource.state)
        ? await client.listInstances(target.projectId, target.serviceId, signal)
        : null;
    return {
      client,
      resource,
      snapshot: snapshotOf(resource, containers, view),
      instances: containers,
      see: (later) => snapshotOf(later, null, view),
      variables,
      hidden: hiddenTexts(resource, variables, request),
    };
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw readFailure(error);
  }
}

/** The snapshot of an opened service, also of one that is gone. */
export function snapshotOrRemoved(open: OpenService | null, serviceId: string): ServiceSnapshot {
  return open?.snapshot ?? removedSnapshot(serviceId);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
