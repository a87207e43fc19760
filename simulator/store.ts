import { textField } from './launch-config';
import type {
  Behaviour,
  Counters,
  Host,
  Instance,
  JournalEntry,
  KeyRecord,
  Project,
  Service,
  ServiceLog,
  Stack,
} from './model';
import { Random } from './random';
import { versionsOf } from './revision';
import type { ServiceState } from './world-seed';

export type Change =
  | { type: 'service'; project: number; service: Service }
  | { type: 'container'; project: number; service: Service; instance: Instance }
  | { type: 'serviceLog'; project: number; service: Service; log: ServiceLog };

/** Logs kept for each service. */
const LOG_LIMIT = 200;

/** Everything that the simulated server knows. Whoever changes a service calls {@link Store.touch} afterwards. */
export class Store {
  readonly projects = new Map<number, Project>();
  readonly hosts = new Map<number, Host>();
  readonly stacks = new Map<number, Stack>();
  readonly services = new Map<number, Service>();
  readonly keys: KeyRecord[] = [];
  readonly behaviours: Behaviour[] = [];
  readonly journal: JournalEntry[] = [];
  readonly counters: Counters = {
    service: 0,
    stack: 0,
    instance: 0,
    host: 0,
    project: 4,
    log: 0,
    journal: 0,
  };
  readonly random: Random;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #dirtyListeners = new Set<(service: Service | null) => void>();
  readonly #hostsByProject = new Map<number, Host[]>();
  readonly #transactions = new Map<number, string>();

  constructor(randomSeed: number) {
    this.random = new Random(randomSeed);
  }

  /** Hears of every visible change (for the event websocket). */
  onChange(listener: (change: Change) => void): void {
    this.#listeners.add(listener);
  }

  /** Hears of everything that has to be written again: one service, or (null) the rest. */
  onDirty(listener: (service: Service | null) => void): void {
    this.#dirtyListeners.add(listener);
  }

  /** @param health whether the health is to be counted anew: containers have changed. */
  touch(service: Service, health = true): void {
    if (health) service.healthState = healthOf(service);
    for (const listener of this.#dirtyListeners) listener(service);
    this.#emit({ type: 'service', project: service.project, service });
  }

  touchInstance(service: Service, instance: Instance): void {
    this.#emit({ type: 'container', project: service.project, service, instance });
  }

  /** Marks everything that is not a service for writing. */
  touchRest(): void {
    for (const listener of this.#dirtyListeners) listener(null);
  }

  log(service: Service, event: string, description: string, sub: boolean, instance: number | null = null): void {
    if (!sub) this.#transactions.set(service.num, this.random.uuid());
    const entry: ServiceLog = {
      num: ++this.counters.log,
      event,
      description,
      at: Date.now(),
      sub,
      instance,
      transaction: this.#transactions.get(service.num) ?? this.random.uuid(),
    };
    service.logs.push(entry);
    if (service.logs.length > LOG_LIMIT) service.logs.shift();
    this.#emit({ type: 'serviceLog', project: service.project, service, log: entry });
  }

  addJournal(
    service: Service,
    entry:
      | { kind: 'action'; action: string; by: string; body: unknown; rawBody: string }
      | { kind: 'state'; from: ServiceState; to: ServiceState },
  ): void {
    this.journal.push({
      ...entry,
      at: new Date().toISOString(),
      sequence: ++this.counters.journal,
      service: `1s${service.num}`,
      project: `1a${service.project}`,
      stack: this.stacks.get(service.stack)?.name ?? '',
      name: service.name,
      versions: versionsOf(service.current),
    });
    this.touchRest();
  }

  setState(service: Service, to: ServiceState): void {
    const from = service.state;
    if (from === to) return;
    service.state = to;
    this.addJournal(service, { kind: 'state', from, to });
    this.touch(service, to === 'inactive');
  }

  hostsOf(project: number): Host[] {
    let hosts = this.#hostsByProject.get(project);
    if (hosts === undefined) {
      hosts = [...this.hosts.values()].filter((host) => host.project === project);
      this.#hostsByProject.set(project, hosts);
    }
    return hosts;
  }

  servicesOfStack(stack: number): Service[] {
    return [...this.services.values()].filter((service) => service.stack === stack);
  }

  /** The behaviour that was last set for an image. */
  behaviourOf(image: string): Behaviour | undefined {
    const bare = bareImage(image);
    return this.behaviours.findLast((behaviour) => bareImage(behaviour.image) === bare);
  }

  #emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

export function bareImage(image: string): string {
  return image.replace(/^docker:/, '');
}

export function imageOf(instance: Instance): string {
  return textField(instance.launch, 'imageUuid');
}

/** Running, or done with what it was started for. */
export function isUp(instance: Instance): boolean {
  return instance.state === 'running' || (instance.done && instance.state === 'stopped');
}

function healthOf(service: Service): string {
  switch (service.state) {
    case 'inactive':
      return service.type === 'dnsService' || service.type === 'externalService' ? 'healthy' : 'unhealthy';
    case 'registering':
    case 'deactivating':
    case 'removed':
      return service.healthState;
    default:
  }
  if (service.type === 'dnsService' || service.type === 'externalService') return 'healthy';
  const live = service.instances.filter((instance) => instance.state !== 'removed');
  if (service.state === 'removing' && live.length === 0) return service.healthState;
  if (service.state === 'activating' && !live.some((instance) => instance.startCount > 0)) return service.healthState;
  const up = live.filter(isUp);
  if (up.some((instance) => instance.health === 'initializing')) return 'initializing';
  const healthy = up.filter((instance) => instance.health !== 'unhealthy').length;
  // A scale that was changed in `upgraded` counts only when the service is active again.
  const resting = service.state === 'upgraded' || service.state === 'finishing-upgrade';
  const scale = resting ? Math.min(service.scale, service.currentScale ?? service.scale) : service.scale;
  const expected = scale * (1 + service.current.secondaryLaunchConfigs.length);
  if (healthy >= expected) return 'healthy';
  return healthy === 0 ? 'unhealthy' : 'degraded';
}
