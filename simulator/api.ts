import type { Actions, Caller } from './actions';
import { forbidden, invalid, invalidBody, methodNotAllowed, notFound, unauthorized } from './api-error';
import { type CollectionRequest, page } from './collection';
import { composeConfig } from './compose';
import { isObject } from './launch-config';
import type { KeyRecord, Service, Stack } from './model';
import type { Reconciler } from './reconciler';
import { schemaOf } from './schemas';
import { makeService, makeStack } from './service-factory';
import type { Store } from './store';
import {
  type ApiVersion,
  type Base,
  type Resource,
  viewHost,
  viewInstance,
  viewLog,
  viewProject,
  viewService,
  viewStack,
} from './views';
import type { ServiceType } from './world-seed';
import type { Clock } from './clock';

export interface ApiRequest {
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  /** `http://host:port` as the client called it. */
  origin: string;
  authorization: string | undefined;
  rawBody: string;
  /** A fault asks for the previous `upgrade` field. */
  staleUpgrade: boolean;
}

export interface ApiReply {
  status: number;
  body: Resource | string;
  /** The environment that the key stands for, for the headers. */
  project?: { id: string; name: string };
  /** Something was accepted: it is written before the reply goes out. */
  changed: boolean;
}

const SERVICE_TYPES: Readonly<Record<string, ServiceType>> = {
  services: 'service',
  loadbalancerservices: 'loadBalancerService',
  dnsservices: 'dnsService',
  externalservices: 'externalService',
};

interface Context {
  request: ApiRequest;
  key: KeyRecord;
  base: Base;
  /** Projects in which the request may look. */
  projects: number[];
  /** The path below the version and the project. */
  rest: string[];
  body: unknown;
}

/** Answers the API's requests from the store. */
export class Api {
  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    private readonly reconciler: Reconciler,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError for every refusal. */
  async answer(request: ApiRequest): Promise<ApiReply> {
    const context = this.#open(request);
    const project = this.store.projects.get(context.projects[0] ?? 0);
    const result = await this.#route(context);
    return {
      status: result.status ?? 200,
      body: result.body,
      changed: result.status !== undefined || request.method !== 'GET',
      ...(project === undefined ? {} : { project: { id: `1a${project.num}`, name: project.name } }),
    };
  }

  keyOf(authorization: string | undefined): KeyRecord | undefined {
    const encoded = /^basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (encoded === undefined) return undefined;
    const [accessKey, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    return this.store.keys.find((key) => key.accessKey === accessKey && key.secretKey === secret.join(':'));
  }

  maySee(key: KeyRecord, project: number): boolean {
    return this.store.projects.has(project) && (key.visible === null || key.visible.includes(project));
  }

  #open(request: ApiRequest): Context {
    let body: unknown = null;
    if (request.rawBody.trim() !== '') {
      try {
        body = JSON.parse(request.rawBody) as unknown;
      } catch {
        throw invalidBody();
      }
    }
    const [version, ...segments] = request.path.split('/').filter((segment) => segment !== '');
    if (version !== 'v1' && version !== 'v2-beta') throw notFound();
    const key = this.keyOf(request.authorization);
    if (key === undefined) throw unauthorized();
    const apiVersion: ApiVersion = version;
    const base: Base = { version: apiVersion, url: `${request.origin}/${version}`, readonly: key.role === 'readonly' };
    const visible = [...this.store.projects.keys()].filter((project) => this.maySee(key, project));
    if (segments[0] !== 'projects' || segments[1] === undefined) {
      return { request, key, base, projects: visible, rest: segments, body };
    }
    const num = numberOf(segments[1], /^1a(\d+)$/);
    if (num === null || !visible.includes(num)) throw forbidden();
    if (segments.length === 2) return { request, key, base, projects: [num], rest: segments, body };
    base.url += `/projects/${segments[1]}`;
    return { request, key, base, projects: [num], rest: segments.slice(2), body };
  }

  async #route(context: Context): Promise<{ status?: number; body: Resource | string }> {
    const [collection = '', id, below] = context.rest;
    const { method } = context.request;
    const lower = collection.toLowerCase();
    const type = SERVICE_TYPES[lower];
    if (type !== undefined) {
      if (id === undefined) return method === 'POST' ? this.#createService(context, type) : this.#services(context);
      return this.#service(context, this.#findService(context, id), below);
    }
    switch (lower) {
      case '':
        return { body: this.#root(context) };
      case 'projects':
        return { body: this.#projects(context, id) };
      case 'stacks':
      case 'environments':
      case 'environment':
        if (id === undefined) return method === 'POST' ? this.#createStack(context) : this.#stacks(context);
        return this.#stack(context, this.#findStack(context, id), below);
      case 'instances':
      case 'containers':
        return { body: this.#instances(context, id) };
      case 'hosts':
        return { body: this.#hosts(context, id) };
      case 'servicelogs':
        return { body: this.#logs(context) };
      case 'auditlogs':
        return { body: page(this.#listing(context, 'auditLog'), []) };
      case 'schemas':
        return { body: this.#schema(context, id) };
      default:
        throw notFound();
    }
  }

  #listing(context: Context, kind: CollectionRequest['kind'], ignoreFilters = false): CollectionRequest {
    const { path, query } = context.request;
    return { base: context.base, path, query, kind, ignoreFilters };
  }

  #root(context: Context): Resource {
    const { url } = context.base;
    const names = ['projects', 'stacks', 'services', 'instances', 'hosts', 'schemas', 'serviceLogs'];
    return {
      type: 'collection',
      resourceType: 'apiVersion',
      links: { self: url, ...Object.fromEntries(names.map((name) => [name, `${url}/${name.toLowerCase()}`])) },
      data: [],
    };
  }

  #projects(context: Context, id: string | undefined): Resource {
    if (context.request.method !== 'GET') throw methodNotAllowed();
    const projects = context.projects.flatMap((num) => this.store.projects.get(num) ?? []);
    const views = projects.map((project) => viewProject(project, context.base));
    if (id === undefined) return page(this.#listing(context, 'project', true), views);
    const [view] = views;
    if (view === undefined) throw notFound();
    return view;
  }

  #visibleServices(context: Context): Service[] {
    return [...this.store.services.values()].filter((service) => context.projects.includes(service.project));
  }

  #services(context: Context): { body: Resource } {
    if (context.request.method !== 'GET') throw methodNotAllowed();
    // Views are costly, and a service is most often looked up by its name.
    const name = context.request.query.get('name')?.toLowerCase();
    const found = this.#visibleServices(context).filter(
      (service) => name === undefined || service.name.toLowerCase() === name,
    );
    const views = found.map((service) => this.#view(context, service));
    return { body: page(this.#listing(context, 'service'), views) };
  }

  #view(context: Context, service: Service): Resource {
    return viewService(this.store, service, context.base, context.request.staleUpgrade);
  }

  #findService(context: Context, id: string): Service {
    const num = numberOf(id, /^1[a-z]+(\d+)$/);
    const service = num === null ? undefined : this.store.services.get(num);
    if (service === undefined || !context.projects.includes(service.project)) throw notFound();
    return service;
  }

  #findStack(context: Context, id: string): Stack {
    const num = numberOf(id, /^1[a-z]+(\d+)$/);
    const stack = num === null ? undefined : this.store.stacks.get(num);
    if (stack === undefined || !context.projects.includes(stack.project)) throw notFound();
    return stack;
  }

  async #service(
    context: Context,
    service: Service,
    below: string | undefined,
  ): Promise<{ status?: number; body: Resource }> {
    const { method, query } = context.request;
    if (below !== undefined) return { body: this.#belowService(context, service, below) };
    const caller = callerOf(context);
    switch (method) {
      case 'GET':
        return { body: this.#view(context, service) };
      case 'PUT':
        this.actions.update(service, caller);
        return { status: 200, body: this.#view(context, service) };
      case 'DELETE':
        this.actions.remove(service, caller);
        return { status: 200, body: this.#view(context, service) };
      case 'POST': {
        const action = (query.get('action') ?? '').toLowerCase();
        await this.actions.act(service, action, caller);
        // The reply to an upgrade is written before its `upgrade` field is there, however fast the clock runs.
        const stale = action === 'upgrade' || context.request.staleUpgrade;
        return {
          status: action.endsWith('links') ? 200 : 202,
          body: viewService(this.store, service, context.base, stale),
        };
      }
      default:
        throw methodNotAllowed();
    }
  }

  #belowService(context: Context, service: Service, below: string): Resource {
    switch (below.toLowerCase()) {
      case 'instances':
        return page(
          this.#listing(context, 'instance'),
          service.instances.map((instance) => viewInstance(this.store, service, instance, context.base)),
        );
      case 'stack': {
        const stack = this.store.stacks.get(service.stack);
        if (stack === undefined) throw notFound();
        return viewStack(this.store, stack, context.base);
      }
      case 'consumedservices': {
        const consumed = Object.values(service.linkedServices ?? {}).flatMap(
          (id) => this.store.services.get(numberOf(id, /^1s(\d+)$/) ?? 0) ?? [],
        );
        return page(
          this.#listing(context, 'service'),
          consumed.map((other) => this.#view(context, other)),
        );
      }
      case 'servicelogs':
        return page(
          this.#listing(context, 'serviceLog'),
          service.logs.map((log) => viewLog(service, log, context.base)),
        );
      default:
        throw notFound();
    }
  }

  #createService(context: Context, type: ServiceType): { status: number; body: Resource } {
    if (context.key.role === 'readonly') throw methodNotAllowed();
    const body = isObject(context.body) ? context.body : {};
    const stackId = body['stackId'] ?? body['environmentId'];
    if (typeof stackId !== 'string') throw invalid('MissingRequired', 'stackId');
    const num = numberOf(stackId, /^1[a-z]+(\d+)$/);
    const stack = num === null ? undefined : this.store.stacks.get(num);
    if (stack === undefined || !context.projects.includes(stack.project)) throw invalid('InvalidReference', 'stackId');
    const service = makeService(this.store, stack, type, body, 'posted');
    this.actions.recordCreation(service, callerOf(context));
    this.store.touch(service);
    this.reconciler.drive(service);
    return { status: 201, body: this.#view(context, service) };
  }

  #stacks(context: Context): { body: Resource } {
    if (context.request.method !== 'GET') throw methodNotAllowed();
    const views = [...this.store.stacks.values()]
      .filter((stack) => context.projects.includes(stack.project))
      .map((stack) => viewStack(this.store, stack, context.base));
    return { body: page(this.#listing(context, 'stack'), views) };
  }

  #createStack(context: Context): { status: number; body: Resource } {
    if (context.key.role === 'readonly') throw methodNotAllowed();
    const project = context.projects[0];
    if (project === undefined) throw forbidden();
    const body = isObject(context.body) ? context.body : {};
    const description = typeof body['description'] === 'string' ? body['description'] : null;
    const stack = makeStack(this.store, project, body['name'], description);
    stack.state = 'activating';
    this.clock.after(40, () => {
      if (stack.state === 'activating') stack.state = 'active';
      this.store.touchRest();
    });
    return { status: 201, body: viewStack(this.store, stack, context.base) };
  }

  async #stack(
    context: Context,
    stack: Stack,
    below: string | undefined,
  ): Promise<{ status?: number; body: Resource | string }> {
    const { method, query } = context.request;
    if (below?.toLowerCase() === 'services') {
      const services = this.store.servicesOfStack(stack.num).map((service) => this.#view(context, service));
      const createDefaults = { stackId: `1st${stack.num}` };
      return { body: page({ ...this.#listing(context, 'service', true), createDefaults }, services) };
    }
    if (below !== undefined) throw notFound();
    if (method === 'DELETE') {
      if (context.key.role === 'readonly') throw methodNotAllowed();
      this.#removeStack(stack, callerOf(context));
    }
    if (method !== 'POST') return { body: viewStack(this.store, stack, context.base) };
    const caller = callerOf(context);
    const services = this.store.servicesOfStack(stack.num).filter((service) => service.state !== 'removed');
    switch ((query.get('action') ?? '').toLowerCase()) {
      case 'exportconfig':
        return {
          body: composeConfig(
            services,
            isObject(context.body) ? context.body['serviceIds'] : null,
            (id) => this.store.services.get(numberOf(id, /^1s(\d+)$/) ?? 0)?.name,
          ),
        };
      case 'activateservices':
        for (const service of services)
          if (service.state === 'inactive') await this.actions.act(service, 'activate', caller);
        break;
      case 'deactivateservices':
        for (const service of services)
          if (service.state === 'active') await this.actions.act(service, 'deactivate', caller);
        break;
      default:
        throw invalid('InvalidAction', 'action');
    }
    return { status: 202, body: viewStack(this.store, stack, context.base) };
  }

  #removeStack(stack: Stack, caller: Caller): void {
    stack.state = 'removing';
    for (const service of this.store.servicesOfStack(stack.num)) {
      if (service.state !== 'removed' && service.state !== 'removing') this.actions.remove(service, caller);
    }
    const check = (): void => {
      if (this.store.servicesOfStack(stack.num).every((service) => service.state === 'removed')) {
        stack.state = 'removed';
        stack.removed = Date.now();
        this.store.touchRest();
      } else {
        this.clock.after(100, check);
      }
    };
    this.clock.after(300, check);
    this.store.touchRest();
  }

  #instances(context: Context, id: string | undefined): Resource {
    const pairs = this.#visibleServices(context).flatMap((service) =>
      service.instances.map((instance) => ({ service, instance })),
    );
    if (id === undefined) {
      return page(
        this.#listing(context, 'instance'),
        pairs.map(({ service, instance }) => viewInstance(this.store, service, instance, context.base)),
      );
    }
    const num = numberOf(id, /^1[a-z]+(\d+)$/);
    const found = pairs.find(({ instance }) => instance.num === num);
    if (found === undefined) throw notFound();
    return viewInstance(this.store, found.service, found.instance, context.base);
  }

  #hosts(context: Context, id: string | undefined): Resource {
    const hosts = [...this.store.hosts.values()].filter((host) => context.projects.includes(host.project));
    if (id === undefined) {
      return page(
        this.#listing(context, 'host'),
        hosts.map((host) => viewHost(this.store, host, context.base)),
      );
    }
    const host = hosts.find((candidate) => candidate.num === numberOf(id, /^1[a-z]+(\d+)$/));
    if (host === undefined) throw notFound();
    if (context.request.method !== 'PUT') return viewHost(this.store, host, context.base);
    const labels = isObject(context.body) ? context.body['labels'] : null;
    if (isObject(labels)) {
      host.labels = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
    }
    this.store.touchRest();
    return viewHost(this.store, host, context.base, true);
  }

  #logs(context: Context): Resource {
    const wanted = context.request.query.get('serviceId');
    const services = wanted === null ? this.#visibleServices(context) : [this.#findService(context, wanted)];
    const logs = services.flatMap((service) => service.logs.map((log) => viewLog(service, log, context.base)));
    return page(this.#listing(context, 'serviceLog'), logs);
  }

  #schema(context: Context, id: string | undefined): Resource {
    if (id === undefined) return page(this.#listing(context, 'project', true), []);
    const schema = schemaOf(id, context.base);
    if (schema === null) throw notFound();
    return schema;
  }

  /** The service as the API shows it, with its containers; for the in-process view. */
  inspect(service: Service, origin: string): { service: Resource; instances: Resource[] } {
    const base: Base = { version: 'v2-beta', url: `${origin}/v2-beta/projects/1a${service.project}`, readonly: false };
    return {
      service: viewService(this.store, service, base),
      instances: service.instances.map((instance) => viewInstance(this.store, service, instance, base)),
    };
  }
}

function numberOf(id: string, shape: RegExp): number | null {
  const match = shape.exec(id)?.[1];
  return match === undefined ? null : Number(match);
}

function callerOf(context: Context): Caller {
  return {
    by: context.key.accessKey,
    readonly: context.key.role === 'readonly',
    body: context.body,
    rawBody: context.request.rawBody,
  };
}
