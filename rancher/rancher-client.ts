import type { z } from 'zod';
import { makeAgents } from './agents';
import type { Agents } from './agents';
import { classifyReply } from './classify-reply';
import { AmbiguousError } from './errors/ambiguous-error';
import { ForbiddenError } from './errors/forbidden-error';
import { InvalidSettingError } from './errors/invalid-setting-error';
import { LookupError } from './errors/lookup-error';
import { NotFoundError } from './errors/not-found-error';
import { NotRancherError } from './errors/not-rancher-error';
import { exchange } from './exchange';
import type { ExchangeLimits, Outgoing } from './exchange';
import { isJsonObject, ownValue, stringifyJson } from './json';
import type { JsonObject, JsonValue } from './json';
import { nearSpellings } from './near-spellings';
import { parseRancherUrl } from './rancher-url';
import type { RancherLocation } from './rancher-url';
import { redactor } from './redact';
import {
  collectionSchema,
  instanceSchema,
  projectSchema,
  serviceLogEntrySchema,
  serviceSchema,
  stackSchema,
} from './resources';
import type { InstanceResource, Project, ServiceLogEntry, ServiceResource, Stack } from './resources';

/** How to reach one Rancher server, and as whom. */
export interface RancherClientOptions {
  /** Any shape of `RANCHER_URL` (see `parseRancherUrl`); http or https, without credentials. */
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** PEM text of an own CA, trusted besides those that Node brings along. */
  readonly ca?: string | undefined;
  /** Milliseconds for one whole exchange, from the wait for a connection to the end of the body. Default 30,000. */
  readonly requestTimeoutMillis?: number | undefined;
  /** Bytes of a reply's body, decompressed. Default 32 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Default "drover". Not like a browser's: Rancher answers those with HTML. */
  readonly userAgent?: string | undefined;
}

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

/** Items asked for per page; Rancher's default is 100, its cap 3000. */
const PAGE_SIZE = 1000;
/** Pages read of one collection before something must be wrong. */
const MAX_PAGES = 200;

/**
 * A client for the v2-beta API of one Rancher 1.6 server, with one key.
 *
 * Each method sends its request once (a read over a connection that turns out to be closed, twice) and never retries on
 * its own account: whether to try again is decided by whoever asked, with `OUTCOMES`. Every failure is a `RancherError`;
 * none of them shows a key, a request body or a value of a service.
 *
 * @throws InvalidSettingError from the constructor.
 */
export class RancherClient {
  /** The project id in the configured URL, where it has one. */
  readonly projectIdFromUrl: string | undefined;
  readonly #location: RancherLocation;
  readonly #agents: Agents;
  readonly #limits: ExchangeLimits;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];

  constructor(options: RancherClientOptions) {
    this.#location = parseRancherUrl(options.url);
    this.projectIdFromUrl = this.#location.projectId;
    const accessKey = checkKey('access key', options.accessKey);
    const secretKey = checkKey('secret key', options.secretKey);
    if (accessKey.includes(':')) throw new InvalidSettingError('The access key for Rancher must not hold a colon.');
    this.#limits = {
      requestTimeoutMillis: checkCount('requestTimeoutMillis', options.requestTimeoutMillis ?? 30_000, 2_147_483_647),
      maxBodyBytes: checkCount('maxBodyBytes', options.maxBodyBytes ?? 32 * 1024 * 1024, 512 * 1024 * 1024),
    };
    const basic = Buffer.from(`${accessKey}:${secretKey}`).toString('base64');
    this.#secrets = [accessKey, secretKey, basic];
    this.#headers = {
      Accept: 'application/json',
      'User-Agent': checkUserAgent(options.userAgent ?? 'drover'),
      Authorization: `Basic ${basic}`,
    };
    this.#agents = makeAgents(this.#location.origin.startsWith('https:') ? 'https:' : 'http:', options.ca);
  }

  /** All environments that this key can see, removed ones left out. */
  async listProjects(signal?: AbortSignal): Promise<Project[]> {
    const all = await this.#list('/projects', {}, projectSchema, signal);
    return all.filter(isThere);
  }

  /**
   * The environment of exactly this id or name; an id goes before a name.
   *
   * @throws AmbiguousError, or LookupError with the right spelling or with what this key can see.
   */
  async findProject(nameOrId: string, signal?: AbortSignal): Promise<Project> {
    const request = this.#describe('GET', '/projects');
    const projects = await this.listProjects(signal);
    const byId = projects.find((project) => project.id === nameOrId);
    if (byId !== undefined) return byId;
    const found = this.#pick(projects, nameOrId, 'environment', request);
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
      `There is no environment ${quote(nameOrId)} on ${this.#location.host}. ${didYouMean(near)}${what}`,
      near.length > 0 ? near : projects.map((project) => project.name),
      { request },
    );
  }

  /** All stacks of a project, removed ones left out. */
  async listStacks(projectId: string, signal?: AbortSignal): Promise<Stack[]> {
    const stacks = await this.#list(`/projects/${encodeURIComponent(projectId)}/stacks`, {}, stackSchema, signal);
    return stacks.filter((stack) => isThere(stack) && stack.accountId === projectId);
  }

  /**
   * The stack of exactly this name.
   *
   * @throws AmbiguousError, or LookupError with the right spelling or near ones.
   */
  async findStack(projectId: string, name: string, signal?: AbortSignal): Promise<Stack> {
    const path = `/projects/${encodeURIComponent(projectId)}/stacks`;
    const request = this.#describe('GET', path);
    const answered = await this.#list(path, { name }, stackSchema, signal);
    const stacks = answered.filter((stack) => isThere(stack) && stack.accountId === projectId);
    const found = this.#pick(stacks, name, 'stack', request);
    if (found !== undefined) return found;
    const all = await this.listStacks(projectId, signal);
    const near = nearSpellings(
      name,
      all.map((stack) => stack.name),
    );
    const has = all.length === 0 ? 'It has no stacks.' : `It has ${listed(all.map((stack) => quote(stack.name)))}.`;
    throw new LookupError(
      `There is no stack ${quote(name)} in environment ${projectId} on ${this.#location.host}. ${didYouMean(near)}${has}`,
      near,
      { request },
    );
  }

  /** All services of a project, or of one of its stacks; removed ones left out. */
  async listServices(projectId: string, stackId?: string, signal?: AbortSignal): Promise<ServiceResource[]> {
    const query: Record<string, string> = stackId === undefined ? {} : { stackId };
    const services = await this.#list(
      `/projects/${encodeURIComponent(projectId)}/services`,
      query,
      serviceSchema,
      signal,
    );
    return services.filter((service) => belongs(service, projectId, stackId));
  }

  /**
   * The service of exactly this name in this stack. Project, stack and name are checked on what comes back, since v2-beta
   * ignores filters that it does not know and compares names without regard to case.
   *
   * @throws AmbiguousError, or LookupError with the right spelling, the same name in other stacks, or near spellings.
   */
  async findService(projectId: string, stackId: string, name: string, signal?: AbortSignal): Promise<ServiceResource> {
    const path = `/projects/${encodeURIComponent(projectId)}/services`;
    const request = this.#describe('GET', path);
    const answered = await this.#list(path, { stackId, name }, serviceSchema, signal);
    const services = answered.filter((service) => belongs(service, projectId, stackId));
    const found = this.#pick(services, name, 'service', request);
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
      `There is no service ${quote(name)} in stack ${quote(stackName)} (environment ${projectId}) on ${this.#location.host}. ${didYouMean(near)}${others}${has}`,
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
    const service = this.#read(await this.#send('GET', path, undefined, signal), serviceSchema, 'GET', path);
    return this.#sameService(service, projectId, serviceId, 'GET', path);
  }

  /** All instances (containers) of a service, of every version and state that Rancher still lists. */
  async listInstances(projectId: string, serviceId: string, signal?: AbortSignal): Promise<InstanceResource[]> {
    return this.#list(`${servicePath(projectId, serviceId)}/instances`, {}, instanceSchema, signal);
  }

  /**
   * Sends an action once. Accepted (202), it answers with the service as it is from now on.
   *
   * @throws RefusedByStateError, NotPermittedActionError, InvalidRequestError and all others. Whether it may have
   * happened nevertheless is `OUTCOMES[error.outcome].effect`.
   */
  async act(
    projectId: string,
    serviceId: string,
    action: ServiceAction,
    body?: JsonObject,
    signal?: AbortSignal,
  ): Promise<ServiceResource> {
    const path = `${servicePath(projectId, serviceId)}/?action=${action}`;
    const service = this.#read(await this.#send('POST', path, body ?? {}, signal), serviceSchema, 'POST', path);
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
    const page = await this.#page(`${path}?${new URLSearchParams(query).toString()}`, serviceLogEntrySchema, signal);
    return page.items
      .filter((entry) => entry.serviceId === serviceId)
      .sort((a, b) => idNumber(a.id) - idNumber(b.id))
      .slice(-wanted);
  }

  /** Closes the connections; a request that is under way breaks off. */
  close(): void {
    this.#agents.kept.destroy();
    this.#agents.fresh.destroy();
  }

  async #projectById(id: string, signal: AbortSignal | undefined): Promise<Project | undefined> {
    const path = `/projects/${encodeURIComponent(id)}`;
    try {
      const project = this.#read(await this.#send('GET', path, undefined, signal), projectSchema, 'GET', path);
      return project.id === id && isThere(project) ? project : undefined;
    } catch (error) {
      // To the admin's key a project need not be listed, and yet it is there; to any other one it is not.
      if (error instanceof ForbiddenError || error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** The one of exactly this name; undefined when no name matches, whatever its case. */
  #pick<T extends { readonly id: string; readonly name: string }>(
    candidates: readonly T[],
    name: string,
    kind: string,
    request: string,
  ): T | undefined {
    const exact = candidates.filter((candidate) => candidate.name === name);
    const [only, ...more] = exact;
    if (only !== undefined && more.length === 0) return only;
    if (only !== undefined) {
      const ids = exact.map((candidate) => candidate.id);
      const next = kind === 'environment' ? 'Give the id of the one that is meant.' : 'Rename one of them.';
      throw new AmbiguousError(
        `There are ${exact.length} ${kind}s named ${quote(name)} on ${this.#location.host}: ${listed(ids)}. ${next}`,
        ids,
        { request },
      );
    }
    const spelled = candidates.filter((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (spelled.length === 0) return undefined;
    const names = [...new Set(spelled.map((candidate) => candidate.name))];
    throw new LookupError(
      `There is no ${kind} ${quote(name)} on ${this.#location.host}: it is spelled ${listed(names.map(quote))}. Use exactly that.`,
      names,
      { request },
    );
  }

  #sameService(
    service: ServiceResource,
    projectId: string,
    serviceId: string,
    method: Outgoing['method'],
    path: string,
  ): ServiceResource {
    if (service.id === serviceId && service.accountId === projectId) return service;
    // Rancher does not look at an id's prefix: 1st2 answers with service 1s2.
    const why = `answered with service ${quote(service.id)} of environment ${quote(service.accountId)}`;
    const details = { request: this.#describe(method, path), fieldName: service.id === serviceId ? 'accountId' : 'id' };
    const message = `${details.request} on ${this.#location.host} ${why}: ${quote(serviceId)} is not the id of a service of environment ${quote(projectId)}.`;
    throw method === 'GET' ? new NotFoundError(message, details) : new NotRancherError(message, details);
  }

  async #list<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    signal: AbortSignal | undefined,
  ): Promise<T[]> {
    const items: T[] = [];
    const asked = new Set<string>();
    let search: URLSearchParams | undefined = new URLSearchParams({ ...query, limit: String(PAGE_SIZE) });
    while (search !== undefined) {
      const target = `${path}?${search.toString()}`;
      if (asked.has(target) || asked.size >= MAX_PAGES) {
        throw new NotRancherError(
          `${this.#describe('GET', path)} on ${this.#location.host}: the list does not end (${asked.size} pages).`,
          { request: this.#describe('GET', path), fieldName: 'pagination.next' },
        );
      }
      asked.add(target);
      const page: Page<T> = await this.#page(target, schema, signal);
      items.push(...page.items);
      search = page.next;
    }
    return items;
  }

  async #page<T>(target: string, schema: z.ZodType<T>, signal: AbortSignal | undefined): Promise<Page<T>> {
    const answer = await this.#send('GET', target, undefined, signal);
    const { data, pagination } = this.#read(answer, collectionSchema, 'GET', target);
    const items = data.map((body, index) => this.#read({ ...answer, body }, schema, 'GET', target, `data[${index}]`));
    const next = pagination?.next ?? null;
    // Only its query is taken: the host and the path stay those of the configuration.
    return {
      items,
      next: next === null || next === '' ? undefined : new URLSearchParams(/\?([^#]*)/.exec(next)?.[1] ?? ''),
    };
  }

  #read<T>(
    { status, body }: Answer,
    schema: z.ZodType<T>,
    method: Outgoing['method'],
    path: string,
    within?: string,
  ): T {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const field = [...(within === undefined ? [] : [within]), ...(issue?.path.map(String) ?? [])].join('.');
    const type = isJsonObject(body) ? ownValue(body, 'type') : undefined;
    const shown = typeof type === 'string' ? ` (a ${quote(this.#redact()(type).slice(0, 40))})` : '';
    const request = this.#describe(method, path);
    throw new NotRancherError(
      `${request} on ${this.#location.host}: the reply${shown} is not what Rancher 1.6 answers: field ${quote(field)} is missing or of another type. Check the URL, and any proxy in between.`,
      { request, status, fieldName: field },
    );
  }

  async #send(
    method: Outgoing['method'],
    path: string,
    body: JsonObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const outgoing: Outgoing = {
      method,
      url: `${this.#location.origin}${this.#location.basePath}/v2-beta${path}`,
      request: this.#describe(method, path),
      host: this.#location.host,
      headers: body === undefined ? this.#headers : { ...this.#headers, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : stringifyJson(body),
    };
    const reply = await exchange(outgoing, this.#agents, this.#limits, signal);
    return { status: reply.status, body: classifyReply(outgoing, reply, this.#redact(body)) };
  }

  #redact(body?: JsonObject): (text: string) => string {
    return redactor(body === undefined ? this.#secrets : [...this.#secrets, ...configuredValues(body)]);
  }

  #describe(method: string, path: string): string {
    return `${method} ${this.#location.basePath}/v2-beta${path.replace(/\?(?!action=).*$/, '')}`;
  }
}

interface Answer {
  readonly status: number;
  readonly body: JsonValue;
}

interface Page<T> {
  readonly items: T[];
  readonly next: URLSearchParams | undefined;
}

/** The values of environment variables, labels and metadata in a body that is sent: what no message may repeat. */
function configuredValues(value: JsonValue, inside = false): string[] {
  if (typeof value === 'string') return inside ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => configuredValues(item, inside));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const hidden = inside || key === 'environment' || key === 'labels' || key === 'metadata';
    return configuredValues(item, hidden);
  });
}

function servicePath(projectId: string, serviceId: string): string {
  return `/projects/${encodeURIComponent(projectId)}/services/${encodeURIComponent(serviceId)}`;
}

function isThere(resource: { readonly state: string; readonly removed: string | null }): boolean {
  return resource.removed === null && !['removed', 'purging', 'purged'].includes(resource.state);
}

function belongs(service: ServiceResource, projectId: string, stackId: string | undefined): boolean {
  return isThere(service) && service.accountId === projectId && (stackId === undefined || service.stackId === stackId);
}

function idNumber(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, 12).join(', ');
  return items.length > 12 ? `${shown} and ${items.length - 12} more` : shown;
}

function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? '' : `Did you mean ${near.map(quote).join(' or ')}? `;
}

function checkKey(what: string, key: string): string {
  if (typeof key !== 'string' || key.trim() === '') {
    throw new InvalidSettingError(`The ${what} for Rancher is missing (RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY).`);
  }
  if (/[\s\p{Cc}]/u.test(key)) {
    throw new InvalidSettingError(
      `The ${what} for Rancher holds white space or a line break; was it copied with its line end?`,
    );
  }
  return key;
}

function checkCount(what: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new InvalidSettingError(`${what} must be a whole number from 1 to ${most}, not ${String(value)}.`);
}

function checkUserAgent(text: string): string {
  if (!/^[\x20-\x7e]+$/.test(text)) throw new InvalidSettingError('The user agent must be plain ASCII text.');
  if (/mozilla/i.test(text))
    throw new InvalidSettingError('The user agent must not look like a browser: Rancher would answer with HTML.');
  return text;
}
