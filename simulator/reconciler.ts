import type { Clock } from './clock';
import { Containers, unitsOf } from './containers';
import { assignRandomPorts } from './launch-config';
import type { Instance, Service } from './model';
import { RollingReplacement } from './rolling-replacement';
import { STATE_WHEN_DONE } from './state-machine';
import type { Store } from './store';
import type { ServiceState } from './world-seed';

/**
 * The recorded rhythm, in milliseconds of a real server; about a second a container step.
 */
const RHYTHM = {
  first: 40,
  finish: 80,
  rest: 50,
  tick: 950,
  remove: 1900,
  removeIdle: 250,
  resume: 15_000,
} as const;

/** Does Rancher's own work: one driver for each service whose state is not at rest. */
export class Reconciler {
  readonly containers: Containers;
  readonly #driven = new Set<number>();
  readonly #wakers = new Map<number, Set<() => void>>();
  readonly #rolling: RollingReplacement;
  #stopped = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {
    this.containers = new Containers(store, clock, (service) => this.wake(service));
    this.#rolling = new RollingReplacement(store, this.containers, this);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Goes on with what was under way when the state was written: a server that was killed resumes some time after its start. */
  resume(restored: boolean): void {
    if (restored) this.containers.recover();
    for (const service of this.store.services.values()) {
      if (STATE_WHEN_DONE[service.state] === undefined) continue;
      this.clock.after(restored ? RHYTHM.resume : 0, () => this.drive(service));
    }
  }

  /** Starts to work on a service, or tells its driver that something has changed. */
  drive(service: Service): void {
    this.wake(service);
    if (this.#driven.has(service.num) || this.#stopped) return;
    this.#driven.add(service.num);
    void this.#run(service).finally(() => this.#driven.delete(service.num));
  }

  wake(service: Service): void {
    const wakers = this.#wakers.get(service.num);
    if (wakers === undefined) return;
    this.#wakers.delete(service.num);
    for (const waker of wakers) waker();
  }

  /** Waits in recorded milliseconds, with a little jitter; an interruptible wait also ends when the service is woken. */
  pause(service: Service, millis: number, interruptible = false): Promise<void> {
    return new Promise((resolve) => {
      const jitter = millis < 500 ? this.store.random.between(0, Math.min(20, millis / 4)) : 0;
      const cancel = this.clock.after(millis + jitter, resolve);
      if (!interruptible) return;
      const wakers = this.#wakers.get(service.num) ?? new Set();
      wakers.add(() => {
        cancel();
        resolve();
      });
      this.#wakers.set(service.num, wakers);
    });
  }

  async #run(service: Service): Promise<void> {
    while (!this.#stopped && STATE_WHEN_DONE[service.state] !== undefined) await this.#work(service, service.state);
  }

  async #work(service: Service, state: ServiceState): Promise<void> {
    switch (state) {
      case 'registering':
        await this.pause(service, 40);
        assignRandomPorts(service.current.launchConfig, this.store.random);
        return this.#settle(service, state, service.startOnCreate ? 'activating' : 'inactive');
      case 'activating':
        return this.#activate(service, state);
      case 'updating-active':
        return this.#rescale(service, state);
      case 'upgrading':
        return this.#upgrade(service, state);
      case 'finishing-upgrade':
        return this.#finish(service, state);
      case 'canceling-upgrade':
        this.#rolling.takeInterruption(service);
        await this.pause(service, RHYTHM.tick);
        return this.#settle(service, state, 'canceled-upgrade');
      case 'rolling-back':
        return this.#rollBack(service, state);
      case 'restarting':
        return this.#restart(service, state);
      case 'deactivating':
        return this.#deactivate(service, state);
      case 'removing':
        return this.#remove(service, state);
      default:
    }
  }

  /** Comes to rest (or goes on), unless the state has been changed from outside meanwhile. */
  #settle(service: Service, from: ServiceState, to: ServiceState): void {
    if (service.state !== from) return;
    service.message = null;
    service.failing = false;
    service.upgradeVisibleAt = 0;
    this.store.setState(service, to);
  }

  async #activate(service: Service, state: ServiceState): Promise<void> {
    this.store.log(service, 'service.activate', 'Activating service', false);
    if (hasContainers(service)) {
      await this.pause(service, 40);
      for (const instance of service.instances.filter((one) => one.state === 'stopped')) instance.state = 'starting';
      this.#createMissing(service);
      this.store.touch(service);
      service.sidekicksKnown = true;
      await this.#rolling.bringUp(service, startingOf(service), state);
      if (service.state !== state) return;
      await this.pause(service, 600);
      service.currentScale = unitsOf(service).length;
    }
    service.sidekicksKnown = true;
    this.#settle(service, state, 'active');
  }

  async #rescale(service: Service, state: ServiceState): Promise<void> {
    await this.pause(service, 40);
    if (hasContainers(service)) {
      this.#removeSurplus(service);
      this.#createMissing(service);
      this.store.touch(service);
      await this.#rolling.bringUp(service, startingOf(service), state);
      if (service.state !== state) return;
      await this.pause(service, 700);
      service.currentScale = unitsOf(service).length;
    }
    this.#settle(service, state, 'active');
  }

  async #upgrade(service: Service, state: ServiceState): Promise<void> {
    this.store.log(service, 'service.upgrade', 'Upgrading service', false);
    await this.pause(service, RHYTHM.first);
    if (hasContainers(service)) {
      if (service.instances.length === 0) {
        await this.#createAndStart(service, state, 600);
        if (service.state !== state) return;
      }
      const outcome = await this.#rolling.replace(service, state, 'forward');
      if (outcome === 'interrupted') return;
      if (outcome === 'rescaled') {
        await this.#createAndStart(service, state, 850);
        if (service.state === state) service.currentScale = unitsOf(service).length;
      }
    }
    this.#settle(service, state, 'upgraded');
  }

  async #finish(service: Service, state: ServiceState): Promise<void> {
    await this.pause(service, RHYTHM.finish);
    if (hasContainers(service)) {
      if (service.state === state) {
        const outcome = await this.#rolling.replace(service, state, 'forward');
        if (outcome === 'interrupted' && this.#rolling.needing(service).length > 0) return;
        if (this.containers.desiredUnits(service) > unitsOf(service).length) {
          await this.#createAndStart(service, state, 750);
        }
      }
      this.#rolling.removeOthers(service);
      this.store.touch(service);
    }
    await this.pause(service, RHYTHM.rest);
    this.#settle(service, 'canceling-upgrade', 'canceled-upgrade');
    this.#settle(service, state, 'active');
  }

  async #rollBack(service: Service, state: ServiceState): Promise<void> {
    this.store.log(service, 'service.rollback', 'Rolling back service', false);
    const waited = this.#rolling.takeInterruption(service);
    if (waited?.phase === 'batch') {
      await this.pause(service, RHYTHM.tick);
      service.message = 'STATE_CHANGED';
    } else if (waited?.phase === 'health') {
      const delay = Math.min(17_400, Math.max(1000, (Date.now() - waited.since) * this.clock.speed * 0.25));
      const told = Math.min(3450, delay);
      await this.pause(service, told);
      service.message = waited.message;
      this.store.touch(service);
      await this.pause(service, delay - told);
    } else {
      await this.pause(service, RHYTHM.first);
    }
    if (service.state !== state) return;
    if (hasContainers(service)) {
      for (const instance of service.instances.filter((one) => one.state === 'error')) {
        this.containers.remove(service, instance);
      }
      this.store.touch(service);
      const outcome = await this.#rolling.replace(service, state, 'back');
      if (outcome === 'interrupted') return;
      this.#rolling.removeOthers(service);
      // A scale that was changed meanwhile: an active service has the containers that its scale asks for.
      if (this.containers.desiredUnits(service) !== unitsOf(service).length) {
        this.#removeSurplus(service);
        await this.#createAndStart(service, state, 750);
        if (service.state !== state) return;
        service.currentScale = unitsOf(service).length;
      }
      this.store.touch(service);
    }
    await this.pause(service, RHYTHM.rest);
    this.#settle(service, state, 'active');
  }

  async #restart(service: Service, state: ServiceState): Promise<void> {
    this.store.log(service, 'service.restart', 'Restarting service', false);
    await this.pause(service, RHYTHM.first);
    const units = unitsOf(service);
    const { batchSize, intervalMillis } = service.strategy;
    for (let first = 0; first < units.length; first += batchSize) {
      if (first > 0) await this.pause(service, intervalMillis);
      const batch = units.slice(first, first + batchSize).flatMap((unit) => unit.instances);
      for (const instance of batch) this.containers.stop(service, instance);
      this.store.touch(service);
      await this.pause(service, 800);
      for (const instance of batch) instance.state = 'starting';
      await this.#rolling.bringUp(service, batch, state);
      if (service.state !== state) return;
      await this.pause(service, 850);
    }
    this.#settle(service, state, 'active');
  }

  async #deactivate(service: Service, state: ServiceState): Promise<void> {
    await this.pause(service, 150);
    for (const instance of service.instances) this.containers.stop(service, instance);
    this.store.touch(service);
    await this.pause(service, 800);
    this.#settle(service, state, 'inactive');
  }

  async #remove(service: Service, state: ServiceState): Promise<void> {
    const runs = service.instances.some((instance) => instance.state !== 'stopped');
    await this.pause(service, runs ? RHYTHM.remove : RHYTHM.removeIdle);
    for (const instance of [...service.instances]) this.containers.remove(service, instance);
    service.message = 'STATE_CHANGED';
    this.store.touch(service);
    await this.pause(service, RHYTHM.rest);
    service.removed = Date.now();
    this.#settle(service, state, 'removed');
  }

  async #createAndStart(service: Service, state: ServiceState, settleMillis: number): Promise<void> {
    this.#createMissing(service);
    this.store.touch(service);
    await this.#rolling.bringUp(service, startingOf(service), state);
    if (service.state !== state) return;
    await this.pause(service, settleMillis);
    await this.#rolling.waitForHealth(service, this.#rolling.fitting(service), state);
  }

  /** Whole deployment units that are missing are made from the current configuration. */
  #createMissing(service: Service): void {
    const units = unitsOf(service);
    const used = new Set(units.map((unit) => unit.index));
    const names = ['', ...service.current.secondaryLaunchConfigs.map((config) => String(config['name']))];
    let index = 1;
    for (let count = units.length; count < this.containers.desiredUnits(service); count += 1) {
      while (used.has(index)) index += 1;
      used.add(index);
      const unit = { id: this.store.random.uuid(), index };
      for (const name of names) this.containers.create(service, unit, name);
    }
  }

  #removeSurplus(service: Service): void {
    const surplus = unitsOf(service)
      .sort((left, right) => left.index - right.index)
      .slice(this.containers.desiredUnits(service));
    for (const unit of surplus) for (const instance of unit.instances) this.containers.remove(service, instance);
  }
}

function hasContainers(service: Service): boolean {
  return service.type === 'service' || service.type === 'loadBalancerService';
}

function startingOf(service: Service): Instance[] {
  return service.instances.filter((instance) => instance.state === 'starting');
}
