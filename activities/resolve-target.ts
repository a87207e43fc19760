import type { Policy } from '../decision/policy';
import { calledConfig } from '../decision/proof';
import { namesNothing } from '../decision/request';
import type { DeploymentRequest } from '../decision/request';
import { labelOfRound } from '../decision/round';
import { PRIMARY } from '../decision/service-snapshot';
import { kindOfState } from '../decision/service-state';
import { composeUpgrade, imageUuidOf, toImageUuid } from '../rancher/launch-config';
import type { Project, ServiceResource } from '../rancher/resources';
import type { ImageChange } from '../workflows/contract';
import { failure, readFailure } from './classify-failure';
import type { ResolvedTarget } from './contract';
import type { ActivityDependencies, EnvironmentAccess } from './dependencies';
import { accessTo, changeOf, clientOf, resolveVariables } from './open-service';
import { preparedFrom } from './prepare-upgrade';
import { namedConfigs, snapshotOf, workersView } from './snapshot';

/** Finds the service by exact names, and checks what was asked against it before anything is touched. */
export async function resolveTarget(
  deps: ActivityDependencies,
  { request, policy }: { request: DeploymentRequest; policy: Policy },
  signal: AbortSignal,
): Promise<ResolvedTarget & { readonly resource: ServiceResource }> {
  const access = accessTo(deps, request.environment);
  const client = clientOf(access);
  try {
    const variables = await resolveVariables(deps, access, request, signal);
    const project = await client.findProject(access.project, signal);
    refuseTwin(access, project);
    const stack = await client.findStack(project.id, request.stack, signal);
    const resource = await client.findService(project.id, stack.id, request.service, signal);
    const label = policy.label ? labelOfRound(request.deploymentId, 1) : null;
    const body = composeUpgrade(resource, changeOf({ request, policy }, variables, label, deps.installation));
    const view = { request, variables, ...workersView(deps) };
    const alone = snapshotOf(resource, null, view);
    const isToUpgrade = kindOfState(alone.state) === 'ready' && (request.redeploy || !alone.meetsRequest);
    // Its containers tell whether anything is to be done at all, and what an upgrade that is pending began with.
    const service = isToUpgrade
      ? alone
      : snapshotOf(resource, await client.listInstances(project.id, resource.id, signal), view);
    return {
      target: {
        environment: request.environment,
        projectId: project.id,
        stackId: stack.id,
        serviceId: resource.id,
      },
      rancherUrl: `${access.webUrl}/env/${project.id}/apps/stacks/${stack.id}/services/${resource.id}/containers`,
      service,
      images: imageChanges(resource, request),
      ...(isToUpgrade ? { prepared: preparedFrom(service, body, deps.digestKey) } : {}),
      resource,
    };
  } catch (error) {
    throw readFailure(error);
  }
}

/** Under two aliases a service could be deployed to twice at a time: the workflow's id would not keep them apart. */
function refuseTwin(access: EnvironmentAccess, project: Project): void {
  const twin = access.twinOf?.(project);
  if (twin === undefined) return;
  throw failure(
    'Configuration',
    `${access.alias} and ${twin} are the same environment of Rancher, ${JSON.stringify(project.name)} (${project.id}); keep one of them in drover.yaml, so that a service cannot be deployed twice at a time`,
  );
}

/** Which images go from what to what, as people write them. */
function imageChanges(resource: ServiceResource, request: DeploymentRequest): ImageChange[] {
  return namedConfigs(resource).flatMap(({ name, config }) => {
    const called = calledConfig(name);
    // Own keys only: a sidekick may be named "constructor".
    const sidekick = Object.hasOwn(request.sidekicks, name) ? request.sidekicks[name] : undefined;
    const asked = name === PRIMARY ? request.image : sidekick;
    const read = imageUuidOf(config);
    // Asked for once more, it goes to what it has.
    if (name === PRIMARY && read !== undefined && namesNothing(request))
      return [{ config: called, from: plainImage(read), to: plainImage(read) ?? read }];
    if (asked === undefined) return [];
    return [{ config: called, from: plainImage(read), to: plainImage(toImageUuid(asked)) ?? asked }];
  });
}

function plainImage(imageUuid: string | undefined): string | null {
  return imageUuid === undefined ? null : imageUuid.replace(/^docker:/, '');
}
