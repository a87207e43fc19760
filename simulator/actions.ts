import { ApiError, actionNotAvailable, invalid, invalidAction } from './api-error';
import type { Clock } from './clock';
import { assignRandomPorts, isGlobal, isObject } from './launch-config';
import type { Service } from './model';
import type { Reconciler } from './reconciler';
import { nextRevision } from './revision';
import { isServiceAction, offers, type ServiceAction, STATE_AFTER_ACTION } from './state-machine';
import type { Store } from './store';
import type { JsonObject } from './world-seed';

/** How long an upgrade is under way between its check and its commit, in real time: two posts in it are both accepted. */
export const RACE_MILLIS = 8;

/** Who does something, and what they sent. */
export interface Caller {
  /** Access key, or `person`. */
  by: string;
  readonly: boolean;
  body: unknown;
  rawBody: string;
}

/** Accepts or refuses what is done to a service; a refused action leaves nothing behind. */
export class Actions {
  /** State of each service's upgrade that is being accepted: how many are, and what a second one would set it against. */
  readonly #racing = new Map<number, { count: number; committed: number }>();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly reconciler: Reconciler,
    private readonly raceMillis: number,
  ) {}

  /** @throws ApiError when Rancher would refuse; resolves once the action has its effect. */
  async act(service: Service, name: string, caller: Caller): Promise<void> {
    if (!isServiceAction(name) || caller.readonly) throw invalidAction();
    if (service.type === 'externalService' && name.endsWith('link')) throw invalidAction();
    if (!offers(service.state, name)) throw actionNotAvailable();
    if (name === 'upgrade') return this.#upgrade(service, caller);
    this.#apply(service, name, caller);
    this.store.touch(service, false);
    this.reconciler.drive(service);
  }

  /** PUT: allowed in every state; only an active service goes through `updating-active`. */
  update(service: Service, caller: Caller): void {
    if (caller.readonly) throw new ApiError(405, 'Method not allowed', { message: 'Method not allowed' });
    if (service.state === 'removed' || service.state === 'removing') throw actionNotAvailable();
    const rescaled = this.#applyUpdate(service, caller.body);
    this.#record(service, 'update', caller);
    if (service.state === 'active' && rescaled) this.store.setState(service, 'updating-active');
    this.store.touch(service, false);
    this.reconciler.drive(service);
  }

  /** A service that was posted. */
  recordCreation(service: Service, caller: Caller): void {
    this.#record(service, 'create', caller);
  }

  /** DELETE. */
  remove(service: Service, caller: Caller): void {
    if (caller.readonly) throw new ApiError(405, 'Method not allowed', { message: 'Method not allowed' });
    if (!offers(service.state, 'remove')) throw actionNotAvailable();
    service.message = null;
    service.failing = false;
    this.#record(service, 'remove', caller);
    this.store.setState(service, 'removing');
    this.store.touch(service, false);
    this.reconciler.drive(service);
  }

  async #upgrade(service: Service, caller: Caller): Promise<void> {
    const strategy = readStrategy(caller.body);
    const version = this.store.random.uuid();
    const next = nextRevision(service.current, strategy.posted, version, service.name);
    checkSwitches(service, strategy.posted, next.launchConfig, strategy.settings.startFirst);
    for (const config of [next.launchConfig, ...next.secondaryLaunchConfigs]) {
      assignRandomPorts(config, this.store.random);
    }
    const race = this.#racing.get(service.num) ?? { count: 0, committed: 0 };
    this.#racing.set(service.num, race);
    race.count += 1;
    await new Promise((resolve) => setTimeout(resolve, this.raceMillis));
    race.count -= 1;
    if (race.count === 0) this.#racing.delete(service.num);
    race.committed += 1;
    if (race.committed === 1) {
      if (!offers(service.state, 'upgrade')) throw actionNotAvailable();
      service.previous = structuredClone(service.current);
      service.conflictVersion = null;
      service.strategy = strategy.settings;
      this.#setUpgradeField(service, strategy.settings, next);
    } else {
      // The second writer's configuration wins, the first one's stays in `upgrade`: the two disagree from here on.
      service.conflictVersion ??= String(service.current.launchConfig['version']);
    }
    service.current = next;
    this.#record(service, 'upgrade', caller);
    this.#move(service, 'upgrade');
    this.store.touch(service, false);
    this.reconciler.drive(service);
  }

  #apply(service: Service, action: ServiceAction, caller: Caller): void {
    const body = isObject(caller.body) ? caller.body : {};
    switch (action) {
      case 'restart': {
        const strategy = body['rollingRestartStrategy'];
        if (!isObject(strategy)) throw invalid('MissingRequired', 'rollingRestartStrategy');
        service.strategy = { ...readSettings(strategy), startFirst: false };
        break;
      }
      case 'rollback':
        if (service.previous !== null) service.current = structuredClone(service.previous);
        service.conflictVersion = null;
        break;
      case 'update':
        return this.update(service, caller);
      case 'setservicelinks':
        service.linkedServices = readLinks(body['serviceLinks']);
        break;
      case 'addservicelink':
        service.linkedServices = { ...service.linkedServices, ...readLinks([body['serviceLink'] ?? null]) };
        break;
      case 'removeservicelink':
        for (const name of Object.keys(readLinks([body['serviceLink'] ?? null]) ?? {})) {
          service.linkedServices = Object.fromEntries(
            Object.entries(service.linkedServices ?? {}).filter(([other]) => other !== name),
          );
        }
        break;
      default:
    }
    this.#record(service, action, caller);
    this.#move(service, action);
  }

  #move(service: Service, action: ServiceAction): void {
    const to = STATE_AFTER_ACTION[action];
    if (to === undefined) return;
    service.message = null;
    service.failing = false;
    this.store.setState(service, to);
  }

  #record(service: Service, action: string, caller: Caller): void {
    this.store.addJournal(service, {
      kind: 'action',
      action,
      by: caller.by,
      body: caller.body,
      rawBody: caller.rawBody,
    });
  }

  #applyUpdate(service: Service, body: unknown): boolean {
    if (!isObject(body)) return false;
    if (typeof body['description'] === 'string') service.description = body['description'];
    if (isObject(body['metadata'])) service.metadata = body['metadata'];
    const scale = body['scale'];
    if (typeof scale !== 'number' || scale === service.scale) return false;
    service.scale = scale;
    return true;
  }

  /** The field shows only some tens of milliseconds later; until then the previous one is there. */
  #setUpgradeField(service: Service, settings: Service['strategy'], next: Service['current']): void {
    service.staleUpgrade = service.upgrade;
    service.upgradeVisibleAt = this.clock.from(this.store.random.between(30, 60));
    service.upgrade = {
      type: 'serviceUpgrade',
      inServiceStrategy: {
        type: 'inServiceUpgradeStrategy',
        batchSize: settings.batchSize,
        intervalMillis: settings.intervalMillis,
        launchConfig: next.launchConfig,
        previousLaunchConfig: service.current.launchConfig,
        previousSecondaryLaunchConfigs: service.current.secondaryLaunchConfigs,
        secondaryLaunchConfigs: next.secondaryLaunchConfigs,
        startFirst: settings.startFirst,
      },
      toServiceStrategy: null,
    };
  }
}

function readStrategy(body: unknown): { posted: JsonObject; settings: Service['strategy'] } {
  const posted = isObject(body) ? body['inServiceStrategy'] : undefined;
  if (!isObject(posted)) throw invalid('MissingRequired', 'Upgrade strategy needs to be set');
  const settings = readSettings(posted);
  const sidekicks = posted['secondaryLaunchConfigs'];
  const hasSidekicks = Array.isArray(sidekicks) && sidekicks.length > 0;
  if ((posted['launchConfig'] === undefined || posted['launchConfig'] === null) && !hasSidekicks) {
    throw invalid('InvalidOption', 'LaunchConfig/secondaryLaunchConfigs need to be specified for inService strategy');
  }
  return { posted, settings };
}

function readSettings(posted: JsonObject): Service['strategy'] {
  return {
    batchSize: readNumber(posted, 'batchSize', 1, 1),
    intervalMillis: readNumber(posted, 'intervalMillis', 2000, 100),
    startFirst: posted['startFirst'] === true || /^(true|yes|on|1)$/i.test(String(posted['startFirst'])),
  };
}

function readNumber(posted: JsonObject, field: string, fallback: number, minimum: number): number {
  const value = posted[field];
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') throw invalid('InvalidFormat', field);
  if (number < minimum) throw invalid('MinLimitExceeded', field);
  return number;
}

function checkSwitches(service: Service, posted: JsonObject, next: JsonObject, startFirst: boolean): void {
  if (isGlobal(service.current.launchConfig) !== isGlobal(next)) {
    throw invalid('InvalidOption', 'Switching from global scale to fixed (and vice versa)');
  }
  if (startFirst && service.retainIp === true) {
    throw invalid('InvalidOption', 'StartFirst option can not be used for service with retainIp=true');
  }
  if (service.type === 'loadBalancerService' && !('launchConfig' in posted)) {
    throw invalid('InvalidOption', 'LaunchConfig is required for load balancer service');
  }
}

function readLinks(posted: unknown): Record<string, string> | null {
  if (!Array.isArray(posted)) return null;
  const links: Record<string, string> = {};
  for (const link of posted as unknown[]) {
    if (!isObject(link) || typeof link['serviceId'] !== 'string') continue;
    links[typeof link['name'] === 'string' ? link['name'] : link['serviceId']] = link['serviceId'];
  }
  return links;
}
