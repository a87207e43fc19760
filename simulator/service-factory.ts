import { ApiError, invalid } from './api-error';
import { isObject, type LaunchConfigSource, readLaunchConfig } from './launch-config';
import type { Service, Stack } from './model';
import type { Store } from './store';
import type { Json, JsonObject, ServiceType } from './world-seed';

/** Makes a service record from a posted or seeded definition; it has no containers yet. */
export function makeService(
  store: Store,
  stack: Stack,
  type: ServiceType,
  posted: JsonObject,
  source: LaunchConfigSource,
  num?: number,
): Service {
  const name = posted['name'];
  if (typeof name !== 'string' || name === '') throw invalid('MissingRequired', 'name');
  const taken = store
    .servicesOfStack(stack.num)
    .some(
      (other) =>
        other.state !== 'removed' && other.state !== 'removing' && other.name.toLowerCase() === name.toLowerCase(),
    );
  if (taken) throw invalid('NotUnique', 'name');
  const launchConfig = readLaunchConfig(posted['launchConfig'], 'launchConfig', '0', undefined, source);
  const sidekicks = posted['secondaryLaunchConfigs'];
  const service: Service = {
    num: num ?? ++store.counters.service,
    project: stack.project,
    stack: stack.num,
    type,
    name,
    uuid: store.random.uuid(),
    description: textOrNull(posted['description']),
    metadata: isObject(posted['metadata']) ? posted['metadata'] : null,
    scale: typeof posted['scale'] === 'number' ? posted['scale'] : 1,
    currentScale: null,
    createIndex: null,
    created: Date.now(),
    removed: null,
    state: 'registering',
    healthState: 'healthy',
    message: null,
    failing: false,
    current: {
      launchConfig,
      secondaryLaunchConfigs: Array.isArray(sidekicks)
        ? sidekicks.map((one) => readLaunchConfig(one, 'secondaryLaunchConfig', '0', undefined, source))
        : [],
    },
    previous: null,
    strategy: { batchSize: 1, intervalMillis: 2000, startFirst: false },
    upgrade: null,
    staleUpgrade: null,
    upgradeVisibleAt: 0,
    conflictVersion: null,
    sidekicksKnown: Array.isArray(sidekicks),
    lbConfig: isObject(posted['lbConfig']) ? readLbConfig(posted['lbConfig']) : null,
    linkedServices: null,
    retainIp: typeof posted['retainIp'] === 'boolean' ? posted['retainIp'] : null,
    externalIpAddresses: Array.isArray(posted['externalIpAddresses'])
      ? posted['externalIpAddresses'].map(String)
      : null,
    hadEndpoints: false,
    startOnCreate: posted['startOnCreate'] === true,
    instances: [],
    unitIds: {},
    logs: [],
  };
  linkBalancer(store, service);
  store.services.set(service.num, service);
  return service;
}

export function makeStack(store: Store, project: number, name: unknown, description: string | null): Stack {
  if (typeof name !== 'string' || name === '') throw invalid('MissingRequired', 'name');
  if (!/^[a-zA-Z0-9-]{1,63}$/.test(name)) throw new ApiError(422, 'InvalidCharacters', { fieldName: 'name' });
  const taken = [...store.stacks.values()].some(
    (other) =>
      other.project === project && other.state !== 'removed' && other.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw invalid('NotUnique', 'name');
  const stack: Stack = {
    num: ++store.counters.stack,
    project,
    name,
    description,
    uuid: store.random.uuid(),
    created: Date.now(),
    state: 'active',
    removed: null,
  };
  store.stacks.set(stack.num, stack);
  store.touchRest();
  return stack;
}

function readLbConfig(posted: JsonObject): JsonObject {
  const rules = posted['portRules'];
  return {
    type: 'lbConfig',
    ...posted,
    ...(Array.isArray(rules)
      ? { portRules: rules.map((rule): Json => (isObject(rule) ? { type: 'portRule', ...rule } : rule)) }
      : {}),
  };
}

/** A load balancer is linked to the services that its rules name. */
export function linkBalancer(store: Store, service: Service): void {
  if (service.lbConfig !== null) service.linkedServices = linksOf(store, service.lbConfig);
}

function linksOf(store: Store, lbConfig: JsonObject): Record<string, string> | null {
  const links: Record<string, string> = {};
  const rules = lbConfig['portRules'];
  for (const rule of Array.isArray(rules) ? rules : []) {
    const id = isObject(rule) ? rule['serviceId'] : null;
    const target = typeof id === 'string' ? store.services.get(Number(id.replace(/^1s/, ''))) : undefined;
    if (target !== undefined && typeof id === 'string') links[target.name] = id;
  }
  return Object.keys(links).length > 0 ? links : null;
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
