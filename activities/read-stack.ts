import { heartbeat } from '@temporalio/activity';
import { runsWhatItSays } from '../decision/proof';
import { versionsOf } from '../decision/service-snapshot';
import { CREATED_LABEL } from '../rancher/compose-copy';
import { NotFoundError } from '../rancher/errors/not-found-error';
import { isGlobal, labelOf } from '../rancher/launch-config';
import type { RancherClient } from '../rancher/rancher-client';
import type { InstanceResource, ServiceResource } from '../rancher/resources';
import { failure, readFailure } from './classify-failure';
import type { ServiceReading, WholeStack } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { SnapshotView } from './snapshot';
import { snapshotOf, workersView } from './snapshot';
import { openEnvironment } from './promotion/both-environments';

/** Services that one answer tells: more of them would not fit into a payload of Temporal's. */
export const MOST_SERVICES = 300;
/** Services whose containers are read at once. */
const AT_ONCE = 4;
/** A snapshot is taken as for a deployment that asks for nothing. */
const NOTHING_ASKED = { sidekicks: {}, labels: {} };

/** What a stack runs: names, images and versions, never a value. Writes nothing. */
export async function readStack(
  deps: ActivityDependencies,
  { environment, stack }: { readonly environment: string; readonly stack: string },
  signal: AbortSignal,
): Promise<WholeStack> {
  try {
    const { client, project } = await openEnvironment(deps, environment, signal);
    const found = await client.stacks.stackNamed(project.id, stack, signal);
    if (found === undefined) return { exists: false, services: [] };
    const listed = await client.listServices(project.id, found.id, signal);
    const services = listed
      .filter(({ state }) => state !== 'removing')
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    if (services.length > MOST_SERVICES) {
      const count = `${services.length} services; a promotion is of a stack of ${MOST_SERVICES} at most`;
      throw failure('Invalid', `The stack ${JSON.stringify(stack)} of ${environment} has ${count}.`);
    }
    const readings: ServiceReading[] = [];
    for (let at = 0; at < services.length; at += AT_ONCE) {
      const some = services
        .slice(at, at + AT_ONCE)
        .map((one) => readingOf(deps, client, one, { environment, stack }, signal));
      readings.push(...(await Promise.all(some)));
      heartbeat();
    }
    return { exists: true, services: readings };
  } catch (error) {
    throw readFailure(error);
  }
}

async function readingOf(
  deps: ActivityDependencies,
  client: RancherClient,
  service: ServiceResource,
  place: { readonly environment: string; readonly stack: string },
  signal: AbortSignal,
): Promise<ServiceReading> {
  const containers = await containersOf(client, service, signal);
  const view: SnapshotView = { request: { ...place, ...NOTHING_ASKED }, variables: {}, ...workersView(deps) };
  const snapshot = snapshotOf(service, containers, view);
  const lasting = snapshot.configs.filter(({ startOnce }) => !startOnce).map(({ name }) => name);
  const proof = runsWhatItSays(snapshot, lasting);
  const unproven = [
    ...(service.state === 'active' ? [] : [`the service is ${service.state}`]),
    ...(proof.status === 'proven' ? [] : proof.reasons),
  ];
  return {
    name: service.name,
    serviceId: service.id,
    type: service.type,
    state: service.state,
    images: snapshot.configs.map(({ name, image }) => ({ config: name, image })),
    versions: versionsOf(snapshot),
    scale: service.scale,
    isGlobal: isGlobal(service.launchConfig),
    isProven: unproven.length === 0,
    unproven,
    links: Object.keys(service.linkedServices ?? {}).sort(),
    createdBy: labelOf(service.launchConfig, CREATED_LABEL) ?? null,
  };
}

async function containersOf(
  client: RancherClient,
  service: ServiceResource,
  signal: AbortSignal,
): Promise<readonly InstanceResource[]> {
  try {
    return await client.listInstances(service.accountId, service.id, signal);
  } catch (error) {
    // Removed a moment ago: nothing of it runs.
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}
