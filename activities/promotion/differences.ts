import { isDeepStrictEqual } from 'node:util';
import { calledConfig } from '../../decision/proof';
import { PRIMARY } from '../../decision/service-snapshot';
import { CREATED_LABEL } from '../../rancher/compose-copy';
import type { JsonObject } from '../../rancher/json';
import { isJsonObject, ownValue } from '../../rancher/json';
import { DEPLOYMENT_LABEL, imageUuidOf, sameImage } from '../../rancher/launch-config';
import type { ServiceResource } from '../../rancher/resources';
import { readFailure } from '../classify-failure';
import type { ConfigDifferences, DifferencesRequest, ServiceDifferences } from '../contract';
import type { ActivityDependencies } from '../dependencies';
import { namedConfigs } from '../snapshot';
import type { OpenEnvironment } from './both-environments';
import { openBoth } from './both-environments';

/** How services of a stack differ between two environments: names, images and numbers, never a value. Writes nothing. */
export async function differences(
  deps: ActivityDependencies,
  request: DifferencesRequest,
  signal: AbortSignal,
): Promise<ServiceDifferences[]> {
  try {
    const { source, target } = await openBoth(deps, request, signal);
    const inSource = await servicesOf(source, request.stack, signal);
    const inTarget = await servicesOf(target, request.stack, signal);
    const names = request.services ?? [...inSource.keys(), ...inTarget.keys()].sort();
    return [...new Set(names)].map((name) => differencesOf(name, inSource.get(name), inTarget.get(name)));
  } catch (error) {
    throw readFailure(error);
  }
}

/** Of a stack that is not there, none. */
async function servicesOf(
  { client, project }: OpenEnvironment,
  stackName: string,
  signal: AbortSignal,
): Promise<Map<string, ServiceResource>> {
  const stack = await client.stacks.stackNamed(project.id, stackName, signal);
  if (stack === undefined) return new Map();
  const services = await client.listServices(project.id, stack.id, signal);
  return new Map(services.filter(({ state }) => state !== 'removing').map((service) => [service.name, service]));
}

function differencesOf(
  service: string,
  source: ServiceResource | undefined,
  target: ServiceResource | undefined,
): ServiceDifferences {
  const none = { service, inSource: source !== undefined, inTarget: target !== undefined, scale: null, configs: [] };
  if (source === undefined || target === undefined) return none;
  const [one, other] = [source, target].map(
    (side) => new Map(namedConfigs(side).map(({ name, config }) => [name, config])),
  );
  const names = [...new Set([PRIMARY, ...(one?.keys() ?? []), ...(other?.keys() ?? [])])];
  const configs = names.map((name) => configDifferences(name, one?.get(name), other?.get(name)));
  return {
    ...none,
    scale: source.scale === target.scale ? null : { inSource: source.scale, inTarget: target.scale },
    configs: configs.filter(
      ({ image, variables, labels }) => image !== null || variables.length > 0 || labels.length > 0,
    ),
  };
}

function configDifferences(
  name: string,
  source: JsonObject | undefined,
  target: JsonObject | undefined,
): ConfigDifferences {
  const [inSource, inTarget] = [source, target].map((config) => imageUuidOf(config ?? null));
  const isSame =
    inSource === inTarget || (inSource !== undefined && inTarget !== undefined && sameImage(inSource, inTarget));
  return {
    config: calledConfig(name),
    image: isSame ? null : { inSource: plainImage(inSource), inTarget: plainImage(inTarget) },
    variables: differingKeys(source, target, 'environment'),
    labels: differingKeys(source, target, 'labels').filter((key) => key !== DEPLOYMENT_LABEL && key !== CREATED_LABEL),
  };
}

/** Without Rancher's `docker:`. */
function plainImage(imageUuid: string | undefined): string | null {
  return imageUuid === undefined ? null : imageUuid.replace(/^docker:/, '');
}

function differingKeys(
  source: JsonObject | undefined,
  target: JsonObject | undefined,
  map: 'environment' | 'labels',
): string[] {
  const [one, other] = [mapOf(source, map), mapOf(target, map)];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => !isDeepStrictEqual(ownValue(one, key), ownValue(other, key))).sort();
}

function mapOf(config: JsonObject | undefined, field: string): JsonObject {
  const value = config === undefined ? undefined : ownValue(config, field);
  return isJsonObject(value) ? value : {};
}
