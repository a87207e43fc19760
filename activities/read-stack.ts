import { heartbeat } from '@temporalio/activity';
import type { StackReading, StackService } from '../decision/promotion';
import { runsWhatItSays } from '../decision/proof';
import type { DeploymentRequest } from '../decision/request';
import type { ServiceResource } from '../rancher/resources';
import { readFailure } from './classify-failure';
import type { ActivityDependencies } from './dependencies';
import { accessTo, clientOf } from './open-service';
import { snapshotOf } from './snapshot';

/** Services whose containers are read at once. */
const AT_ONCE = 4;

/** What a stack runs: names and images, and whether that is proven; never a value. Writes nothing. */
export async function readStack(
  deps: ActivityDependencies,
  { environment, stack }: { readonly environment: string; readonly stack: string },
  signal: AbortSignal,
): Promise<StackReading> {
  const access = accessTo(deps, environment);
  const client = clientOf(access);
  try {
    const project = await client.findProject(access.project, signal);
    const found = (await client.listStacks(project.id, signal)).find(({ name }) => name === stack);
    if (found === undefined) return { exists: false, services: [] };
    const services = (await client.listServices(project.id, found.id, signal)).filter(
      ({ removed }) => removed === null,
    );
    const read: StackService[] = [];
    for (let at = 0; at < services.length; at += AT_ONCE) {
      const some = services.slice(at, at + AT_ONCE).map(async (service): Promise<StackService> => {
        const instances = await client.listInstances(project.id, service.id, signal);
        const request = nothingAsked(environment, stack, service);
        const snapshot = snapshotOf(service, instances, { request, variables: {}, digestKey: deps.digestKey });
        const configs = snapshot.configs.map(({ name }) => name);
        return {
          name: service.name,
          state: service.state,
          images: snapshot.configs.map(({ name, image }) => ({ config: name, image })),
          isProven: service.state === 'active' && runsWhatItSays(snapshot, configs).status === 'proven',
        };
      });
      read.push(...(await Promise.all(some)));
      heartbeat();
    }
    return { exists: true, services: read };
  } catch (error) {
    throw readFailure(error);
  }
}

/** A snapshot is held against a request; here there is none. */
function nothingAsked(environment: string, stack: string, { name }: ServiceResource): DeploymentRequest {
  return {
    ...{ requestId: 'none', deploymentId: 'none', environment, stack, service: name },
    ...{ sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false, overrides: {} },
    author: { by: 'nobody' },
  };
}
