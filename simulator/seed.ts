import type { Containers } from './containers';
import { plantKey } from './keys';
import { assignRandomPorts, readLaunchConfig } from './launch-config';
import type { Project, Service, Stack } from './model';
import { linkBalancer, makeService, makeStack } from './service-factory';
import type { Store } from './store';
import type { JsonObject, ProjectSeed, ServiceSeed, ServiceState, WorldSeed } from './world-seed';

/** Fills an empty store. Services are there at once, in the state that the seed names. */
export function plantSeed(store: Store, containers: Containers, seed: WorldSeed): void {
  store.behaviours.push(...(seed.behaviours ?? []));
  for (const projectSeed of seed.projects) {
    const project = plantProject(store, projectSeed);
    for (const stackSeed of projectSeed.stacks) {
      const stack = makeStack(store, project.num, stackSeed.name, stackSeed.description ?? null);
      for (const serviceSeed of stackSeed.services) plantService(store, containers, stack, serviceSeed);
    }
  }
  for (const service of store.services.values()) linkBalancer(store, service);
  linkSeeded(store, seed);
  for (const key of seed.keys) plantKey(store, key);
  store.touchRest();
}

function linkSeeded(store: Store, seed: WorldSeed): void {
  const seeds = seed.projects.flatMap((project) => project.stacks.flatMap((stack) => stack.services));
  const services = [...store.services.values()];
  seeds.forEach((one, position) => {
    const service = services[position];
    if (service !== undefined && one.linkedServices !== undefined) service.linkedServices = one.linkedServices;
  });
}

function plantProject(store: Store, seed: ProjectSeed): Project {
  const given = seed.id === undefined ? null : Number(seed.id.replace(/^1a/, ''));
  let num = given ?? store.counters.project + 1;
  while (given === null && store.projects.has(num)) num += 1;
  store.counters.project = Math.max(store.counters.project, num);
  const project: Project = { num, name: seed.name, uuid: store.random.uuid(), created: Date.now(), nextPort: 49153 };
  store.projects.set(num, project);
  for (let count = 1; count <= (seed.hosts ?? 3); count += 1) {
    const uuid = store.random.uuid();
    const host = ++store.counters.host;
    store.hosts.set(host, {
      num: host,
      project: num,
      name: `host-${count}`,
      uuid,
      agentIp: `${store.random.uuid()}-192.168.0.${20 + count}`,
      created: Date.now(),
      labels: {},
    });
  }
  return project;
}

function plantService(store: Store, containers: Containers, stack: Stack, seed: ServiceSeed): void {
  const definition = { ...seed, startOnCreate: seed.startOnCreate ?? true } as unknown as JsonObject;
  const num = seed.id === undefined ? undefined : Number(seed.id.replace(/^1s/, ''));
  const service = makeService(store, stack, seed.type ?? 'service', definition, 'seeded', num);
  store.counters.service = Math.max(store.counters.service, service.num);
  assignRandomPorts(service.current.launchConfig, store.random);
  service.sidekicksKnown = true;
  const state: ServiceState = seed.state ?? (service.startOnCreate ? 'active' : 'inactive');
  service.state = state;
  if (state === 'inactive' || state === 'registering' || state === 'activating' || state === 'removed') {
    store.touch(service);
    return;
  }
  if (service.type === 'service' || service.type === 'loadBalancerService') {
    makeUnits(store, containers, service);
    service.currentScale = containers.desiredUnits(service);
  }
  if (seed.pendingLaunchConfig !== undefined) pend(store, containers, service, seed.pendingLaunchConfig);
  store.touch(service);
}

function makeUnits(store: Store, containers: Containers, service: Service): void {
  const names = ['', ...service.current.secondaryLaunchConfigs.map((config) => String(config['name']))];
  for (let index = 1; index <= containers.desiredUnits(service); index += 1) {
    const unit = { id: store.random.uuid(), index };
    for (const name of names) {
      const instance = containers.create(service, unit, name);
      containers.start(service, instance);
      if (instance.health === 'initializing') instance.health = 'healthy';
    }
  }
}

/** Puts an upgrade under way: all of it done in `upgraded`, its first container otherwise. */
function pend(store: Store, containers: Containers, service: Service, pending: JsonObject): void {
  const version = store.random.uuid();
  const launchConfig = readLaunchConfig(pending, 'launchConfig', version, undefined, 'seeded');
  const previous = service.current;
  service.previous = structuredClone(previous);
  service.current = { launchConfig, secondaryLaunchConfigs: previous.secondaryLaunchConfigs };
  service.upgrade = {
    type: 'serviceUpgrade',
    inServiceStrategy: {
      type: 'inServiceUpgradeStrategy',
      ...service.strategy,
      launchConfig,
      previousLaunchConfig: previous.launchConfig,
      previousSecondaryLaunchConfigs: previous.secondaryLaunchConfigs,
      secondaryLaunchConfigs: previous.secondaryLaunchConfigs,
    },
    toServiceStrategy: null,
  };
  const primaries = service.instances.filter((instance) => instance.config === '');
  const done =
    service.state === 'upgraded' || service.state === 'finishing-upgrade' ? primaries : primaries.slice(0, 1);
  for (const old of done) {
    containers.stop(service, old);
    const fresh = containers.create(service, { id: old.unit, index: old.index }, '', old.host);
    containers.start(service, fresh);
    if (service.state === 'upgraded' && fresh.health === 'initializing') fresh.health = 'healthy';
  }
}
