import type { Actions } from './actions';
import type { Api } from './api';
import type { Containers } from './containers';
import type { FaultCounts, FaultPlan, FaultPlanSettings } from './fault-plan';
import type { Fault, Faults } from './faults';
import type { Behaviour, JournalEntry, Service } from './model';
import { plantKey, revokeKey } from './keys';
import type { Reconciler } from './reconciler';
import { bareImage, type Store } from './store';
import type { Resource } from './views';
import type { KeySeed } from './world-seed';

/** One request that the API was sent. */
export interface RequestRecord {
  method: string;
  /** Path and query. */
  path: string;
  /** 0 when the connection was cut without a reply. */
  status: number;
  /** ISO time. */
  at: string;
  /** The access key; null without one. */
  by: string | null;
  /** The planned fault that it met. */
  fault?: string;
}

export interface ForeignAction {
  project: string;
  stack: string;
  service: string;
  /** `upgrade`, `finishupgrade`, … as in the API; also `update` (its body is put) and `remove`. */
  action: string;
  body?: unknown;
}

/** Looks into the simulated server and changes it from outside of its API: for tests. */
export class World {
  #requests: RequestRecord[] = [];

  constructor(
    private readonly store: Store,
    private readonly api: Api,
    private readonly actions: Actions,
    private readonly reconciler: Reconciler,
    private readonly faults: Faults,
    private readonly plan: FaultPlan,
    private readonly origin: () => string,
  ) {}

  /** Every accepted action and every change of a service's state, oldest first; of the services of one name where it is given. */
  journal(service?: string): JournalEntry[] {
    const { journal } = this.store;
    return structuredClone(service === undefined ? journal : journal.filter(({ name }) => name === service));
  }

  requests(): RequestRecord[] {
    return [...this.#requests];
  }

  resetRequests(): void {
    this.#requests = [];
  }

  recordRequest(record: RequestRecord): void {
    this.#requests.push(record);
  }

  addFault(fault: Fault): void {
    this.faults.add(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  listFaults(): Fault[] {
    return this.faults.list();
  }

  /** From now on requests meet faults as the plan has them, besides those that were added; null ends that. */
  planFaults(settings: FaultPlanSettings | null): void {
    this.plan.set(settings);
  }

  /** What the plan did so far. */
  faultCounts(): FaultCounts {
    return this.plan.counts();
  }

  /** Takes effect at once, also on containers that are starting or waiting for health. */
  addBehaviour(behaviour: Behaviour): void {
    this.store.behaviours.push(behaviour);
    this.#behavioursChanged();
  }

  /** Lifts every behaviour of an image. */
  removeBehaviour(image: string): void {
    const kept = this.store.behaviours.filter((behaviour) => bareImage(behaviour.image) !== bareImage(image));
    this.store.behaviours.splice(0, this.store.behaviours.length, ...kept);
    this.#behavioursChanged();
  }

  listBehaviours(): Behaviour[] {
    return structuredClone(this.store.behaviours);
  }

  /** The access keys that are good now. */
  listKeys(): string[] {
    return this.store.keys.map(({ accessKey }) => accessKey);
  }

  /** Makes a key good, or gives one that is there another secret, role or sight. */
  addKey(key: KeySeed): void {
    plantKey(this.store, key);
    this.store.touchRest();
  }

  /**
   * Takes a key away.
   *
   * @throws Error when there is none of that name.
   */
  revokeKey(accessKey: string): void {
    if (!revokeKey(this.store, accessKey)) throw new Error(`the simulated Rancher has no key ${accessKey}`);
    this.store.touchRest();
  }

  /**
   * The service as the v2-beta API would show it now, and its containers.
   *
   * @throws Error when there is none of that name.
   */
  service(project: string, stack: string, name: string): { service: Resource; instances: Resource[] } {
    return structuredClone(this.api.inspect(this.#find(project, stack, name), this.origin()));
  }

  /**
   * Does what a person would do in the UI; it is journalled as done by `person`.
   *
   * @throws ApiError when the state does not allow it.
   */
  async act(foreign: ForeignAction): Promise<void> {
    const service = this.#find(foreign.project, foreign.stack, foreign.service);
    const body = foreign.body ?? null;
    const caller = { by: 'person', readonly: false, body, rawBody: body === null ? '' : JSON.stringify(body) };
    if (foreign.action === 'update') this.actions.update(service, caller);
    else if (foreign.action === 'remove') this.actions.remove(service, caller);
    else await this.actions.act(service, foreign.action, caller);
  }

  #behavioursChanged(): void {
    const containers: Containers = this.reconciler.containers;
    containers.rewatch();
    this.store.touchRest();
  }

  #find(project: string, stack: string, name: string): Service {
    for (const service of this.store.services.values()) {
      const matches =
        service.name === name &&
        service.state !== 'removed' &&
        this.store.stacks.get(service.stack)?.name === stack &&
        [this.store.projects.get(service.project)?.name, `1a${service.project}`].includes(project);
      if (matches) return service;
    }
    throw new Error(`the simulated Rancher has no service ${project}/${stack}/${name}`);
  }
}
