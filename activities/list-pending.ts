import { heartbeat } from '@temporalio/activity';
import { calledConfig } from '../decision/proof';
import { PENDING_STATES } from '../decision/service-state';
import { NotFoundError } from '../rancher/errors/not-found-error';
import { DEPLOYMENT_LABEL, imageUuidOf, labelOf, versionOf } from '../rancher/launch-config';
import type { RancherClient } from '../rancher/rancher-client';
import { redactor } from '../rancher/redact';
import { PRIMARY_LAUNCH_CONFIG } from '../rancher/resources';
import type { InstanceResource, ServiceResource } from '../rancher/resources';
import type { PendingUpgrade, PendingUpgrades } from '../workflows/contract';
import { readFailure } from './classify-failure';
import type { ActivityDependencies } from './dependencies';
import { accessTo, clientOf } from './open-service';
import { hiddenTexts, namedConfigs } from './snapshot';

/** Labelled upgrades that one answer tells: more of them would not fit into a payload of Temporal's. */
export const PENDING_LIMIT = 500;
const MESSAGE_LIMIT = 200;
/** Services whose containers are read at once. */
const AT_ONCE = 4;

/** What is pending in an environment: names, versions and images, never a value. Writes nothing. */
export async function listPending(
  deps: ActivityDependencies,
  environment: string,
  signal: AbortSignal,
): Promise<PendingUpgrades> {
  const access = accessTo(deps, environment);
  const client = clientOf(access);
  try {
    const project = await client.findProject(access.project, signal);
    const pending = await client.listServicesInStates(project.id, PENDING_STATES, signal);
    const labelled = pending.filter(carriesLabel);
    const told = labelled.slice(0, PENDING_LIMIT);
    const stacks = new Map(
      told.length === 0
        ? []
        : (await client.listStacks(project.id, signal)).map(({ id, name }): [string, string] => [id, name]),
    );
    const upgrades: PendingUpgrade[] = [];
    for (let at = 0; at < told.length; at += AT_ONCE) {
      const some = told.slice(at, at + AT_ONCE).map(async (service) => {
        const url = `${access.webUrl}/env/${project.id}/apps/stacks/${service.stackId}/services/${service.id}/containers`;
        const stack = stacks.get(service.stackId) ?? service.stackId;
        return pendingUpgrade(service, environment, stack, await containersOf(client, service, signal), url);
      });
      upgrades.push(...(await Promise.all(some)));
      heartbeat();
    }
    return {
      environment,
      projectId: project.id,
      labelled: upgrades,
      unlabelled: pending.length - labelled.length,
      leftOut: labelled.length - told.length,
    };
  } catch (error) {
    throw readFailure(error);
  }
}

function carriesLabel(service: ServiceResource): boolean {
  return namedConfigs(service).some(({ config }) => labelOf(config, DEPLOYMENT_LABEL) !== undefined);
}

async function containersOf(
  client: RancherClient,
  service: ServiceResource,
  signal: AbortSignal,
): Promise<readonly InstanceResource[]> {
  try {
    return await client.listInstances(service.accountId, service.id, signal);
  } catch (error) {
    // Removed a moment ago: what is known of it is told all the same.
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

function pendingUpgrade(
  service: ServiceResource,
  environment: string,
  stack: string,
  containers: readonly InstanceResource[],
  rancherUrl: string,
): PendingUpgrade {
  const { transitioningMessage: message } = service;
  const hasWords = message !== null && message !== '' && message !== 'In Progress';
  return {
    stack,
    service: service.name,
    serviceId: service.id,
    state: service.state,
    message: hasWords
      ? redactor(hiddenTexts(service, {}, { environment, stack }))(message).slice(0, MESSAGE_LIMIT)
      : null,
    configs: namedConfigs(service).map(({ name, config }) => {
      const version = versionOf(config) ?? '0';
      return {
        config: calledConfig(name),
        version,
        image: plain(imageUuidOf(config)),
        formerImage: formerImage(containers, name, version),
        deploymentLabel: labelOf(config, DEPLOYMENT_LABEL) ?? null,
      };
    }),
    rancherUrl,
  };
}

/** What the containers of another version run: those from before the upgrade, where they agree. */
function formerImage(containers: readonly InstanceResource[], config: string, version: string): string | null {
  const former = containers.filter(
    (one) =>
      one.removed === null && (one.launchConfigName ?? PRIMARY_LAUNCH_CONFIG) === config && one.version !== version,
  );
  const [image, ...others] = new Set(former.map(({ imageUuid }) => plain(imageUuid ?? undefined)));
  return others.length === 0 ? (image ?? null) : null;
}

function plain(imageUuid: string | undefined): string | null {
  return imageUuid === undefined ? null : imageUuid.replace(/^docker:/, '');
}
