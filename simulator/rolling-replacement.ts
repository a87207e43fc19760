import { type Containers, unitFor, unitsOf } from './containers';
import { textField } from './launch-config';
import type { Instance, Service } from './model';
import { configsOf } from './revision';
import { isUp, type Store } from './store';
import type { ServiceState } from './world-seed';

export type Outcome = 'done' | 'interrupted' | 'rescaled';

/** What the driver was in the middle of when the state was changed from outside. */
export interface Interruption {
  phase: 'batch' | 'health' | 'error';
  since: number;
  /** What was shown of it. */
  message: string | null;
}

interface Waiting {
  pause(service: Service, millis: number, interruptible?: boolean): Promise<void>;
}

type Unit = ReturnType<typeof unitsOf>[number];

/** Recorded milliseconds. */
const STOP_TO_CREATE = 800;
const RUNNING_TO_END = 850;
const HEALTHY_TO_END = 450;
const HEALTH_MESSAGE_AFTER = 46_000;
/** A container that does not get healthy is taken away then, however short its own time-out is. */
const UNHEALTHY_AFTER = 72_000;
const UNHEALTHY_GRACE = 12_000;
const RECREATE_AFTER = 45_000;

/** Replaces containers batch by batch until all are of the service's current configurations: an upgrade's and a rollback's way. */
export class RollingReplacement {
  readonly #interruptions = new Map<number, Interruption>();

  constructor(
    private readonly store: Store,
    private readonly containers: Containers,
    private readonly waiting: Waiting,
  ) {}

  takeInterruption(service: Service): Interruption | undefined {
    const interruption = this.#interruptions.get(service.num);
    this.#interruptions.delete(service.num);
    return interruption;
  }

  async replace(service: Service, state: ServiceState, direction: 'forward' | 'back'): Promise<Outcome> {
    this.#interruptions.delete(service.num);
    const scale = service.scale;
    let batches = 0;
    for (;;) {
      const needing = this.needing(service);
      if (needing.length === 0) return 'done';
      if (batches > 0) {
        this.store.log(
          service,
          'service.upgrade.wait',
          `Sleeping for ${Math.round(service.strategy.intervalMillis / 1000)} seconds`,
          true,
        );
        await this.#sleep(service, state, service.strategy.intervalMillis);
        if (service.state !== state) return 'interrupted';
      }
      batches += 1;
      const smooth = await this.#batch(service, needing.slice(0, service.strategy.batchSize), state, direction);
      if (!smooth) return 'interrupted';
      if (service.state !== state) {
        if (this.needing(service).length > 0 || direction === 'forward') {
          this.#interruptions.set(service.num, { phase: 'batch', since: Date.now(), message: null });
        }
        return 'interrupted';
      }
      if (direction === 'forward' && state === 'upgrading' && service.scale !== scale) return 'rescaled';
    }
  }

  /** The units in which something is still to be done; in the order in which Rancher happens to take them. */
  needing(service: Service): Unit[] {
    const configs = configsOf(service.current);
    const newest = (unit: Unit): number => Math.max(...unit.instances.map((instance) => instance.createIndex));
    return unitsOf(service)
      .filter((unit) => {
        const wanted = [...configs].every(([name]) => unit.instances.some((one) => this.#fits(service, one, name)));
        return !wanted || unit.instances.some((one) => isActive(one) && !this.#fits(service, one, one.config));
      })
      .sort((left, right) =>
        service.conflictVersion === null ? compare(left.id, right.id) : newest(left) - newest(right),
      );
  }

  /** The containers that are of the current configurations. */
  fitting(service: Service): Instance[] {
    return service.instances.filter((one) => this.#fits(service, one, one.config));
  }

  /** Takes away every container that is not of the current configurations. */
  removeOthers(service: Service): void {
    for (const instance of [...service.instances]) {
      const config = configsOf(service.current).get(instance.config);
      const fits = config !== undefined && textField(config, 'version') === instance.version && isUp(instance);
      if (!fits) this.containers.remove(service, instance);
    }
  }

  /**
   * Starts containers that are being made; those that cannot start are taken away and made again, every 6 to 15 seconds, until they
   * start or the state is changed.
   *
   * @returns false when it was given up because the state changed.
   */
  async bringUp(service: Service, instances: Instance[], state: ServiceState): Promise<boolean> {
    let pending = instances;
    for (let attempt = 0; pending.length > 0; attempt += 1) {
      await this.waiting.pause(service, Math.max(...pending.map((one) => this.containers.startMillis(one))));
      const failed = pending.filter((instance) => {
        const gone = !service.instances.includes(instance);
        return !gone && !this.containers.start(service, instance);
      });
      if (failed.length > 0) {
        await this.waiting.pause(service, attempt === 0 ? 500 : 100);
        const first = failed[0];
        service.failing = true;
        service.message =
          `Failed to allocate instance [container:1i${first?.num}]: ` +
          `Bad instance [container:1i${first?.num}] in state [error]: ${first?.error}`;
      }
      this.store.touch(service);
      if (failed.length === 0) return true;
      const delay = attempt === 0 ? this.store.random.between(6000, 8500) : this.store.random.between(13_000, 15_000);
      await this.#sleep(service, state, delay);
      if (service.state !== state) return this.#interruptedInError(service);
      for (const instance of failed) this.containers.remove(service, instance);
      this.store.touch(service);
      await this.waiting.pause(service, 300);
      if (service.state !== state) return this.#interruptedInError(service);
      pending = failed.map((old) =>
        this.containers.create(service, this.#unitAnew(service, old), old.config, old.host),
      );
      this.store.touch(service);
    }
    return true;
  }

  /** The state was changed from outside: nothing more is made of a configuration that may be another one by now. */
  #interruptedInError(service: Service): false {
    this.#interruptions.set(service.num, { phase: 'error', since: Date.now(), message: null });
    return false;
  }

  /** Waits until the given containers (or their successors) are healthy; false when the state was changed meanwhile. */
  async waitForHealth(service: Service, instances: readonly Instance[], state: ServiceState): Promise<boolean> {
    const since = Date.now();
    let message: string | null = null;
    let waited = false;
    let watched = [...instances];
    for (;;) {
      watched = watched.filter((instance) => service.instances.includes(instance));
      const crashed = watched.filter((instance) => instance.state === 'stopped' && !instance.done);
      const sick = watched.filter((instance) => instance.state === 'running' && instance.health === 'initializing');
      if (crashed.length === 0 && sick.length === 0) {
        if (waited) await this.waiting.pause(service, HEALTHY_TO_END);
        return true;
      }
      waited = true;
      if (crashed.length > 0) {
        await this.#sleep(service, state, 1000);
        for (const instance of crashed) if (instance.state === 'stopped') this.containers.start(service, instance);
        this.store.touch(service);
      } else {
        await this.#waitOnce(service, state, watched, sick, since);
        message = service.message ?? message;
      }
      if (service.state !== state) {
        this.#interruptions.set(service.num, { phase: 'health', since, message });
        return false;
      }
    }
  }

  /** One wait for news, with the message and the removal that Rancher shows when none comes. */
  async #waitOnce(
    service: Service,
    state: ServiceState,
    watched: Instance[],
    sick: Instance[],
    since: number,
  ): Promise<void> {
    const first = sick[0];
    if (first === undefined) return;
    const elapsed = this.#recorded(since);
    const alive = this.#recorded(first.created);
    const limit = Math.max(UNHEALTHY_AFTER, this.containers.initializingMillis(first) + UNHEALTHY_GRACE);
    const untilMessage = service.message === null ? HEALTH_MESSAGE_AFTER - elapsed : Number.POSITIVE_INFINITY;
    await this.waiting.pause(service, Math.max(10, Math.min(untilMessage, limit - alive)), true);
    if (service.state !== state || first.health !== 'initializing' || !service.instances.includes(first)) return;
    if (service.message === null && this.#recorded(since) >= HEALTH_MESSAGE_AFTER - 5) {
      service.message = `Waiting: healthy [container:1i${first.num}]`;
      this.store.touch(service);
    }
    if (this.#recorded(first.created) < limit - 5) return;
    this.containers.remove(service, first);
    this.store.touch(service);
    await this.#sleep(service, state, RECREATE_AFTER);
    if (service.state !== state) return;
    const next = this.containers.create(service, { id: first.unit, index: first.index }, first.config, first.host);
    watched.push(next);
    await this.bringUp(service, [next], state);
  }

  async #batch(service: Service, units: Unit[], state: ServiceState, direction: 'forward' | 'back'): Promise<boolean> {
    const { startFirst } = service.strategy;
    const stopOld = (): void => {
      this.store.log(service, 'service.upgrade.stopping', 'Stopping instances', true);
      for (const unit of units) {
        for (const old of unit.instances) {
          if (!isActive(old) || this.#fits(service, old, old.config)) continue;
          if (this.#isChurned(service, old)) this.containers.remove(service, old);
          else this.containers.stop(service, old);
        }
      }
      this.store.touch(service);
    };
    await this.waiting.pause(service, 40);
    if (!startFirst) {
      stopOld();
      await this.waiting.pause(service, STOP_TO_CREATE);
    }
    this.store.log(service, 'service.upgrade.starting', 'Starting new instances', true);
    const starting = units.flatMap((unit) => this.#prepare(service, unit, direction));
    this.store.touch(service);
    if (!(await this.bringUp(service, starting, state))) return false;
    await this.waiting.pause(service, RUNNING_TO_END);
    if (direction === 'forward') {
      this.store.log(service, 'service.upgrade.wait', 'Waiting for all instances to be healthy', true);
      const fresh = units.flatMap((unit) =>
        service.instances.filter((one) => one.unit === unit.id && this.#fits(service, one, one.config)),
      );
      const watched = fresh.length > 0 ? fresh : starting;
      if (!(await this.waitForHealth(service, watched, state))) return false;
    }
    if (startFirst) {
      stopOld();
      await this.waiting.pause(service, STOP_TO_CREATE + 150);
    }
    return true;
  }

  /** What is to be started in a unit: new containers, or (on the way back) the old ones that were stopped. */
  #prepare(service: Service, unit: Unit, direction: 'forward' | 'back'): Instance[] {
    const starting: Instance[] = [];
    for (const [name, config] of configsOf(service.current)) {
      const ours = unit.instances.filter((one) => one.config === name && service.instances.includes(one));
      if (ours.some((one) => this.#fits(service, one, name))) continue;
      const old = ours.find((one) => one.version === config['version'] && one.state === 'stopped');
      const successor = ours.some((one) => one.version !== config['version']);
      if (direction === 'back' && old !== undefined && (successor || unit.instances.length === 0)) {
        old.state = 'starting';
        starting.push(old);
      } else {
        starting.push(this.containers.create(service, unitFor(service, unit), name, unit.instances[0]?.host));
      }
    }
    return starting;
  }

  /** A failed start spoils its deployment unit, unless others still run in it. */
  #unitAnew(service: Service, old: Instance): { id: string; index: number } {
    const shared = service.instances.some((one) => one.unit === old.unit && isActiveOrDone(one));
    if (!shared) service.unitIds[old.index] = this.store.random.uuid();
    return unitFor(service, { id: old.unit, index: old.index });
  }

  #fits(service: Service, instance: Instance, name: string): boolean {
    if (instance.config !== name || !isActiveOrDone(instance)) return false;
    const config = configsOf(service.current).get(name);
    if (config === undefined) return false;
    const version = name === '' && service.conflictVersion !== null ? service.conflictVersion : config['version'];
    return instance.version === version;
  }

  /** Left over from an earlier round of a service that two writers have set against itself. */
  #isChurned(service: Service, instance: Instance): boolean {
    if (service.conflictVersion === null || service.previous === null) return false;
    return instance.version !== service.previous.launchConfig['version'] && instance.config === '';
  }

  #recorded(since: number): number {
    return (Date.now() - since) * this.containers.speed;
  }

  /** Sleeps the whole time unless the state is changed; other news does not end it. */
  async #sleep(service: Service, state: ServiceState, millis: number): Promise<void> {
    const until = Date.now() + millis / this.containers.speed;
    while (service.state === state && Date.now() < until) {
      await this.waiting.pause(service, Math.max(1, (until - Date.now()) * this.containers.speed), true);
    }
  }
}

function isActive(instance: Instance): boolean {
  return instance.state === 'running' || instance.state === 'starting';
}

function isActiveOrDone(instance: Instance): boolean {
  return isActive(instance) || isUp(instance);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
