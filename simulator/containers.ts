import type { Clock } from './clock';
import { hasHealthCheck, isGlobal, isObject, labelsOf, publicPorts, textField } from './launch-config';
import type { Host, Instance, Service } from './model';
import { configsOf } from './revision';
import { bareImage, imageOf, type Store } from './store';
import type { JsonObject } from './world-seed';

const DEFAULT_HEALTHY_MILLIS = 1500;
const HOST_LABEL = 'io.rancher.scheduler.affinity:host_label';

/** Makes, starts, stops and removes the containers of services; knows nothing of upgrades. */
export class Containers {
  /** Since when an image's start has been failing, for behaviours that fail for a time only. */
  readonly #failingSince = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    /** A container changed by itself: healthy, crashed. */
    private readonly wake: (service: Service) => void,
  ) {}

  get speed(): number {
    return this.clock.speed;
  }

  /** How many deployment units the service should have. */
  desiredUnits(service: Service): number {
    return isGlobal(service.current.launchConfig) ? this.store.hostsOf(service.project).length : service.scale;
  }

  create(service: Service, unit: { id: string; index: number }, config: string, host?: number): Instance {
    const launch = configsOf(service.current).get(config) ?? {};
    const stack = this.store.stacks.get(service.stack)?.name ?? '';
    const random = this.store.random;
    const createIndex = (service.createIndex ?? 0) + 1;
    service.createIndex = createIndex;
    const instance: Instance = {
      num: ++this.store.counters.instance,
      uuid: random.uuid(),
      name: [stack, service.name, ...(config === '' ? [] : [config]), String(unit.index)].join('-'),
      externalId: random.uuid(),
      ip: `10.42.${random.integer(1, 254)}.${random.integer(1, 254)}`,
      unit: unit.id,
      index: unit.index,
      config,
      version: textField(launch, 'version'),
      state: 'starting',
      health: null,
      createIndex,
      created: Date.now(),
      firstRunning: null,
      startCount: 0,
      host: host ?? this.#chooseHost(service, unit).num,
      launch: structuredClone(launch),
      done: false,
      error: null,
    };
    service.instances.push(instance);
    this.store.log(service, 'service.instance.create', 'Creating extra service instance', true, instance.num);
    this.store.touchInstance(service, instance);
    return instance;
  }

  /** How long until a container that is starting now runs: pulling its image included. */
  startMillis(instance: Instance): number {
    return 150 + (this.store.behaviourOf(imageOf(instance))?.pullMillis ?? 0);
  }

  /** Starts a container, or leaves it in error. */
  start(service: Service, instance: Instance): boolean {
    const problem = this.#problem(instance);
    if (problem !== null) {
      instance.state = 'error';
      instance.error = problem;
      this.store.touchInstance(service, instance);
      return false;
    }
    const behaviour = this.store.behaviourOf(imageOf(instance));
    instance.state = 'running';
    instance.error = null;
    instance.startCount += 1;
    instance.firstRunning ??= Date.now();
    if (hasHealthCheck(instance.launch)) {
      instance.health = 'initializing';
      this.watchHealth(service, instance);
    }
    const once = labelsOf(instance.launch)['io.rancher.container.start_once'] === 'true';
    if (behaviour?.exits === true) {
      this.clock.after(100, () => this.#exit(service, instance, true));
    } else if (behaviour?.crashesAfterMillis !== undefined) {
      this.clock.after(behaviour.crashesAfterMillis, () => this.#exit(service, instance, once));
    }
    service.hadEndpoints ||= publicPorts(instance.launch).length > 0;
    this.store.touchInstance(service, instance);
    return true;
  }

  stop(service: Service, instance: Instance): void {
    if (instance.state === 'removed') return;
    instance.state = 'stopped';
    instance.done = false;
    this.store.touchInstance(service, instance);
  }

  remove(service: Service, instance: Instance): void {
    instance.state = 'removed';
    service.instances = service.instances.filter((other) => other !== instance);
    this.store.touchInstance(service, instance);
  }

  /** Arms the moment at which a container becomes healthy, if it ever does. */
  watchHealth(service: Service, instance: Instance): void {
    const behaviour = this.store.behaviourOf(imageOf(instance));
    if (behaviour?.neverHealthy === true) return;
    const starts = instance.startCount;
    this.clock.after(behaviour?.healthyAfterMillis ?? DEFAULT_HEALTHY_MILLIS, () => {
      const still =
        instance.state === 'running' && instance.health === 'initializing' && instance.startCount === starts;
      if (!still || this.store.behaviourOf(imageOf(instance))?.neverHealthy === true) return;
      instance.health = 'healthy';
      this.store.touchInstance(service, instance);
      this.store.touch(service);
      this.wake(service);
    });
  }

  /** After behaviours have changed: what waits for health is looked at again. */
  rewatch(): void {
    this.#failingSince.clear();
    for (const service of this.store.services.values()) {
      for (const instance of service.instances) {
        if (instance.state === 'running' && instance.health === 'initializing') this.watchHealth(service, instance);
      }
    }
  }

  /** After a restart: what was being started has not been, and what waits for health is watched again. */
  recover(): void {
    for (const service of this.store.services.values()) {
      for (const instance of service.instances.filter((one) => one.state === 'starting')) {
        if (instance.startCount === 0) this.remove(service, instance);
        else this.stop(service, instance);
      }
    }
    this.rewatch();
  }

  initializingMillis(instance: Instance): number {
    const check = instance.launch['healthCheck'];
    const value = isObject(check) ? check['initializingTimeout'] : null;
    return typeof value === 'number' ? value : 60_000;
  }

  #exit(service: Service, instance: Instance, done: boolean): void {
    if (instance.state !== 'running') return;
    this.stop(service, instance);
    instance.done = done;
    this.store.touch(service);
    this.wake(service);
    if (done || service.state !== 'active') return;
    this.clock.after(2000, () => {
      if (service.state !== 'active' || instance.state !== 'stopped') return;
      this.start(service, instance);
      this.store.touch(service);
    });
  }

  #problem(instance: Instance): string | null {
    const image = imageOf(instance);
    const behaviour = this.store.behaviourOf(image);
    if (instance.startCount === 0) {
      const wanted = labelsOf(instance.launch)[HOST_LABEL];
      if (wanted !== undefined && !this.#hostWith(instance, wanted)) {
        return `Allocation failed: needs host with label ${wanted.replace('=', ': ')}`;
      }
      if (behaviour?.unschedulable === true) return 'Allocation failed: no host has room for it';
    }
    const fails = behaviour?.startFails;
    if (fails === undefined || fails === false) return null;
    const failure = 'Failing [compute.instance.activate]';
    if (fails === true) return failure;
    const key = bareImage(image);
    const since = this.#failingSince.get(key) ?? Date.now();
    this.#failingSince.set(key, since);
    return Date.now() - since < fails.forMillis / this.clock.speed ? failure : null;
  }

  #hostWith(instance: Instance, wanted: string): boolean {
    const [label, value] = wanted.split('=');
    const project = this.store.hosts.get(instance.host)?.project;
    const match = this.store
      .hostsOf(project ?? 0)
      .find((host) => label !== undefined && host.labels[label] === (value ?? ''));
    if (match !== undefined) instance.host = match.num;
    return match !== undefined;
  }

  #chooseHost(service: Service, unit: { id: string; index: number }): Host {
    const hosts = this.store.hostsOf(service.project);
    const fixed = isGlobal(service.current.launchConfig) ? hosts[unit.index - 1] : undefined;
    const mate = service.instances.find((instance) => instance.unit === unit.id && instance.state !== 'removed');
    const host =
      fixed ??
      hosts.find((candidate) => candidate.num === mate?.host) ??
      hosts[(service.num + unit.index - 1) % Math.max(1, hosts.length)];
    if (host === undefined) throw new Error('the environment has no host');
    return host;
  }
}

/** The deployment units of a service, each with its containers. */
export function unitsOf(service: Service): { id: string; index: number; instances: Instance[] }[] {
  const units = new Map<string, { id: string; index: number; instances: Instance[] }>();
  for (const instance of service.instances) {
    const unit = units.get(instance.unit) ?? { id: instance.unit, index: instance.index, instances: [] };
    unit.instances.push(instance);
    units.set(instance.unit, unit);
  }
  // Where a start had failed, the unit was made anew: what is left of the old one only waits to be taken away.
  return [...units.values()].filter((unit) => {
    const holder = service.unitIds[unit.index];
    return holder === undefined || holder === unit.id || !units.has(holder);
  });
}

/** The unit in which a container of an index is to be made. */
export function unitFor(service: Service, unit: { id: string; index: number }): { id: string; index: number } {
  return { id: service.unitIds[unit.index] ?? unit.id, index: unit.index };
}

export function launchConfigsOf(service: Service): [string, JsonObject][] {
  return [...configsOf(service.current)];
}
