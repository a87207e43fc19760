import type { RancherClientOptions } from './client-options';
import { AmbiguousError } from './errors/ambiguous-error';
import { ForbiddenError } from './errors/forbidden-error';
import { LookupError } from './errors/lookup-error';
import { NotFoundError } from './errors/not-found-error';
import { NotRancherError } from './errors/not-rancher-error';
import type { EventSocket, EventSocketListener } from './event-socket';
import { NotSentError } from './errors/not-sent-error';
import type { JsonObject } from './json';
import { nearSpellings } from './near-spellings';
import { pickExactly } from './pick-exactly';
import { belongs, isThere, servicePath } from './presence';
import { PAGE_SIZE, RancherApi } from './rancher-api';
import type { ServerClock } from './rancher-api';
import { RememberedProjects } from './remembered-projects';
import type { Urgency } from './request-gate';
import { instanceSchema, projectSchema, serviceLogEntrySchema, serviceSchema, stackSchema } from './resources';
import type { InstanceResource, Project, ServiceLogEntry, ServiceResource, Stack } from './resources';
import { StackOperations } from './stack-operations';
import { didYouMean, listed, quote } from './wording';

export type { RancherClientOptions } from './client-options';

/** Services asked for per page, where many may come: a single one can have tens of kilobytes. */
const SERVICES_PER_PAGE = 200;

/** The actions on a service that Drover sends. */
export const SERVICE_ACTIONS = [
  'upgrade',
  'finishupgrade',
  'rollback',
  'cancelupgrade',
  'continueupgrade',
  'activate',
  'deactivate',
] as const;
/** An action on a service, by Rancher's name. */
export type ServiceAction = (typeof SERVICE_ACTIONS)[number];

/**
 * A client for the v2-beta API of one Rancher 1.6 server, with one key.
 *
 * Each method sends its request once (a read over a connection that turns out to be closed, twice) and never retries on
 * its own account: whether to try again is decided by whoever asked, with `OUTCOMES`. While Rancher does not answer anybody, most
 * requests are not even sent (see `Circuit`). Reads wait for their turn (see `RequestGate`), and those who ask for the same at a time share one
 * (see `CoalescedReads`): an answer is frozen, and never older than the question. Every failure is a `RancherError`; none of them shows a key, a request body or a value of
 * a service.
 *
 * @throws InvalidSettingError from the constructor.
 */
export class RancherClient {
  /** The project id in the configured URL, where it has one. */
  readonly projectIdFromUrl: string | undefined;
  /** What makes stacks and services, and takes them away. */
  readonly stacks: StackOperations;
  readonly #api: RancherApi;
  readonly #projects = new RememberedProjects();

  constructor(options: RancherClientOptions) {
    this.#api = new RancherApi(options, (projectId) => this.#projects.forget(projectId));
    this.stacks = new StackOperations(this.#api);
    this.projectIdFromUrl = this.#api.projectIdFromUrl;
  }

  /** The server's clock, by one small read with the key. */
  clock(signal?: AbortSignal): Promise<ServerClock> {
    return this.#api.clock(signal);
  }

  /** Opens a project's event stream and closes it again. Why that fails, in words; undefined where it opens. */
  whyNoEvents(projectId: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#api.whyNoEvents(projectId, signal);
  }

  /** Opens a project's event stream, once: what comes back by itself is `EventStream`. */
  openEvents(projectId: string, listener: EventSocketListener): EventSocket {
    return this.#api.openEvents(projectId, listener);
  }

  /** All environments that this key can see, removed ones left out. */
  async listProjects(signal?: AbortSignal): Promise<Project[]> {
    return this.#listProjects('explains', signal);
  }

  async #listProjects(urgency: Urgency, signal: AbortSignal | undefined): Promise<Project[]> {
    const all = await this.#api.list('/projects', {}, projectSchema, signal, { urgency });
    return all.filter(isThere);
  }

  /**
   * The environment of exactly this id or name; an id goes before a name. What was found is remembered for five minutes (see
   * `RememberedProjects`).
   *
   * @throws AmbiguousError, or LookupError with the right spelling or with what this key can see.
   */
  async findProject(nameOrId: string, signal?: AbortSignal): Promise<Project> {
    const calledOff = (): NotSentError => {
      const request = this.#api.describe('GET', '/projects');
      return new NotSentError(`${request} on ${this.#api.host}: called off while others wait for it.`, { request });
    };
    return this.#projects.find(nameOrId, signal, (shared) => this.#lookUp(nameOrId, shared), calledOff);
  }

  /** As {@link findProject}, asked anew whatever is remembered. */
  async lookUpProject(nameOrId: string, signal?: AbortSignal): Promise<Project> {
    return this.#projects.note(nameOrId, () => this.#lookUp(nameOrId, signal));
  }

  async #lookUp(nameOrId: string, signal: AbortSignal | undefined): Promise<Project> {
    const request = this.#api.describe('GET', '/projects');
    const projects = await this.#listProjects('decides', signal);
    const byId = projects.find((project) => project.id === nameOrId);
    if (byId !== undefined) return byId;
    const found = pickExactly(projects, nameOrId, 'environment', { request, host: this.#api.host });
    if (found !== undefined) return found;
    const hidden = /^1a\d+$/.test(nameOrId) ? await this.#projectById(nameOrId, signal) : undefined;
    if (hidden !== undefined) return hidden;

    const near = nearSpellings(
      nameOrId,
      projects.map((project) => project.name),
    );
    const seen = projects.map((project) => `${quote(project.name)} (${project.id})`);
    const what = seen.length === 0 ? 'This key can see no environment at all.' : `This key can see ${listed(seen)}.`;
    throw new LookupError(
      `There is no environment ${quote(nameOrId)} on ${this.#api.host}. ${didYouMean(near)}${what}`,
      near.length > 0 ? near : projects.map((project) => project.name),
      { request },
    );
  }

  /** All stacks of a project, removed ones left out. */
  async listStacks(projectId: string, signal?: AbortSignal): Promise<Stack[]> {
    const path = `/projects/${encodeURIComponent(projectId)}/stacks`;
    const stacks = await this.#api.list(path, {}, stackSchema, signal, { urgency: 'explains' });
    return stacks.filter((stack) => isThere(stack) && stack.accountId === projectId);
  }

  /**
   * The stack of exactly this name.
   *
   * @throws AmbiguousError, or LookupError with the right spelling or near ones.
   */
  findStack(projectId: string, name: string, signal?: AbortSignal): Promise<Stack> {
    return this.#orForget(projectId, () => this.#findStack(projectId, name, signal));
  }

  async #findStack(projectId: string, name: string, signal: AbortSignal | undefined): Promise<Stack> {
    const path = `/projects/${encodeURIComponent(projectId)}/stacks`;
    const request = this.#api.describe('GET', path);
    const answered = await this.#api.list(path, { name }, stackSchema, signal);
    const stacks = answered.filter((stack) => isThere(stack) && stack.accountId === projectId);
    const found = pickExactly(stacks, name, 'stack', { request, host: this.#api.host });
    if (found !== undefined) return found;
    const all = await this.listStacks(projectId, signal);
    const near = nearSpellings(
      name,
      all.map((stack) => stack.name),
    );
    const has = all.length === 0 ? 'It has no stacks.' : `It has ${listed(all.map((stack) => quote(stack.name)))}.`;
    throw new LookupError(
      `There is no stack ${quote(name)} in environment ${projectId} on ${this.#api.host}. ${didYouMean(near)}${has}`,
      near,
      { request },
    );
  }

  /** All services of a project, or of one of its stacks; removed ones left out. */
  async listServices(projectId: string, stackId?: string, signal?: AbortSignal): Promise<ServiceResource[]> {
    const query: Record<string, string> = stackId === undefined ? {} : { stackId };
    const services = await this.#api.list(
      `/projects/${encodeURIComponent(projectId)}/services`,
      query,
      serviceSchema,
      signal,
      { urgency: 'explains' },
    );
    return services.filter((service) => belongs(service, projectId, stackId));
  }

  /** A few services of a project that are in a state, removed ones left out: one request, whatever the project's size. */
  async someServices(
    projectId: string,
    inState: string,
    limit: number,
    signal?: AbortSignal,
  ): Promise<ServiceResource[]> {
    const path = `/projects/${encodeURIComponent(projectId)}/services`;
    const query = new URLSearchParams({ state: inState, limit: String(limit) });
    const items = await this.#api.firstPage(`${path}?${query.toString()}`, serviceSchema, signal, 'explains');
    return items.filter((service) => belongs(service, projectId, undefined) && service.state === inState);
  }

  /**
   * The services of a project that are in one of these states, removed ones left out. Rancher is asked state by state, so that thousands
   * of others need not travel; what comes back is checked all the same. A service that goes from one state to a later one of the
   * list meanwhile is found once.
   */
  async listServicesInStates(
    projectId: string,
    states: readonly string[],
    signal?: AbortSignal,
  ): Promise<ServiceResource[]> {
    const found = new Map<string, ServiceResource>();
    for (const state of states) {
      const services = await this.#api.list(
        `/projects/${encodeURIComponent(projectId)}/services`,
        { state, limit: String(SERVICES_PER_PAGE) },
        serviceSchema,
        signal,
        {
          urgency: 'explains',
          keep: (service) => belongs(service, projectId, undefined) && states.includes(service.state),
        },
      );
      for (const service of services) found.set(service.id, service);
    }
    return [...found.values()];
  }

  /**
   * The service of exactly this name in this stack. Project, stack and name are checked on what comes back, since v2-beta
   * ignores filters that it does not know and compares names without regard to case.
   *
   * @throws AmbiguousError, or LookupError with the right spelling, the same name in other stacks, or near spellings.
   */
  findService(projectId: string, stackId: string, name: string, signal?: AbortSignal): Promise<ServiceResource> {
    return this.#orForget(projectId, () => this.#findService(projectId, stackId, name, signal));
  }

  async #findService(
    projectId: string,
    stackId: string,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<ServiceResource> {
    const path = `/projects/${encodeURIComponent(projectId)}/services`;
    const request = this.#api.describe('GET', path);
    const answered = await this.#api.list(path, { stackId, name }, serviceSchema, signal);
    const services = answered.filter((service) => belongs(service, projectId, stackId));
    const found = pickExactly(services, name, 'service', { request, host: this.#api.host });
    if (found !== undefined) return found;

    const all = await this.listServices(projectId, undefined, signal);
    const stacks = new Map((await this.listStacks(projectId, signal)).map((stack) => [stack.id, stack.name]));
    const stackName = stacks.get(stackId) ?? stackId;
    const elsewhere = all
      .filter((service) => service.stackId !== stackId && service.name === name)
      .map((service) => `${stacks.get(service.stackId) ?? service.stackId}/${name}`);
    const here = all.filter((service) => service.stackId === stackId).map((service) => service.name);
    const near = nearSpellings(name, here);
    const others = elsewhere.length === 0 ? '' : `A service of this name exists elsewhere: ${listed(elsewhere)}. `;
    const has = here.length === 0 ? 'The stack has no services.' : `The stack has ${listed(here.map(quote))}.`;
    throw new LookupError(
      `There is no service ${quote(name)} in stack ${quote(stackName)} (environment ${projectId}) on ${this.#api.host}. ${didYouMean(near)}${others}${has}`,
      [...near, ...elsewhere],
      { request },
    );
  }

  /**
   * A service by id. A removed one is returned as well, with `removed` set.
   *
   * @throws NotFoundError when there is none of this id in this project.
   */
  async getService(projectId: string, serviceId: string, signal?: AbortSignal): Promise<ServiceResource> {
    const path = servicePath(projectId, serviceId);
    const service = await this.#api.get(path, serviceSchema, signal);
    return this.#sameService(service, projectId, serviceId, 'GET', path);
  }

  /** All instances (containers) of a service, of every version and state that Rancher still lists. */
  async listInstances(projectId: string, serviceId: string, signal?: AbortSignal): Promise<InstanceResource[]> {
    return this.#api.list(`${servicePath(projectId, serviceId)}/instances`, {}, instanceSchema, signal);
  }

  /**
   * Sends an action once. Accepted (202), it answers with the service as it is from now on.
   *
   * @throws RefusedByStateError, NotPermittedActionError, InvalidRequestError and all others. Whether it may have
   * happened nevertheless is `OUTCOMES[error.outcome].effect`.
   *
   * @param hidden - texts that no message may repeat, besides the keys and the values in `body`
   */
  async act(
    projectId: string,
    serviceId: string,
    action: ServiceAction,
    body?: JsonObject,
    signal?: AbortSignal,
    hidden?: readonly string[],
  ): Promise<ServiceResource> {
    const path = `${servicePath(projectId, serviceId)}/?action=${action}`;
    const service = await this.#api.send('POST', path, body ?? {}, serviceSchema, signal, hidden);
    return this.#sameService(service, projectId, serviceId, 'POST', path);
  }

  /**
   * The latest entries of a service's log, the oldest of them first.
   *
   * @param limit - how many at most; default 50, at most 1000.
   */
  async serviceLogs(
    projectId: string,
    serviceId: string,
    limit = 50,
    signal?: AbortSignal,
  ): Promise<ServiceLogEntry[]> {
    const path = `/projects/${encodeURIComponent(projectId)}/servicelogs`;
    const wanted = Math.min(Math.max(Math.trunc(limit), 1), PAGE_SIZE);
    const query = { serviceId, sort: 'id', order: 'desc', limit: String(wanted) };
    const target = `${path}?${new URLSearchParams(query).toString()}`;
    const items = await this.#api.firstPage(target, serviceLogEntrySchema, signal, 'explains');
    return items
      .filter((entry) => entry.serviceId === serviceId)
      .sort((a, b) => idNumber(a.id) - idNumber(b.id))
      .slice(-wanted);
  }

  /** Closes the connections; a request that is under way breaks off. */
  close(): void {
    this.#api.close();
  }

  /** What is not there may be in another project, which has the name by now. */
  async #orForget<T>(projectId: string, lookUp: () => Promise<T>): Promise<T> {
    try {
      return await lookUp();
    } catch (error) {
      if (error instanceof LookupError || error instanceof AmbiguousError) this.#projects.forget(projectId);
      throw error;
    }
  }

  async #projectById(id: string, signal: AbortSignal | undefined): Promise<Project | undefined> {
    const path = `/projects/${encodeURIComponent(id)}`;
    try {
      const project = await this.#api.get(path, projectSchema, signal);
      return project.id === id && isThere(project) ? project : undefined;
    } catch (error) {
      // To the admin's key a project need not be listed, and yet it is there; to any other one it is not.
      if (error instanceof ForbiddenError || error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  #sameService(
    service: ServiceResource,
    projectId: string,
    serviceId: string,
    method: 'GET' | 'POST',
    path: string,
  ): ServiceResource {
    if (service.id === serviceId && service.accountId === projectId) return service;
    // Rancher does not look at an id's prefix: 1st2 answers with service 1s2.
    const why = `answered with service ${quote(service.id)} of environment ${quote(service.accountId)}`;
    const details = {
      request: this.#api.describe(method, path),
      fieldName: service.id === serviceId ? 'accountId' : 'id',
    };
    const message = `${details.request} on ${this.#api.host} ${why}: ${quote(serviceId)} is not the id of a service of environment ${quote(projectId)}.`;
    throw method === 'GET' ? new NotFoundError(message, details) : new NotRancherError(message, details);
  }
}

function idNumber(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0);
}
