import type { Base, Resource } from './views';

const DEFAULT_LIMIT = 100;
const LIMIT_CAP = 3000;

/** What can be filtered and sorted by, per kind of resource. */
const FILTERS: Readonly<Record<string, string>> = {
  service:
    'accountId createIndex created description externalId healthState id kind name removeTime removed selectorContainer ' +
    'selectorLink skip stackId state system uuid vip',
  stack: 'accountId created description externalId group healthState id kind name removeTime removed state system uuid',
  instance:
    'accountId agentId allocationState compute createIndex created deploymentUnitUuid description dnsInternal dnsSearchInternal ' +
    'domain externalId firstRunning healthState healthUpdated hostname id imageId instanceTriggeredStop kind memoryMb ' +
    'memoryReservation milliCpuReservation name nativeContainer networkContainerId registryCredentialId removeTime removed ' +
    'serviceId serviceIndexId stackId startCount state system token userdata uuid version zoneId',
  serviceLog: 'accountId created description endTime eventType id instanceId kind level serviceId subLog transactionId',
  auditLog: 'accountId created eventType id kind',
  host: 'accountId created description id kind name removed state uuid',
  project: '',
};

const CREATE_TYPES: Readonly<Record<string, readonly string[]>> = {
  service: [
    'dnsService',
    'externalService',
    'loadBalancerService',
    'networkDriverService',
    'service',
    'storageDriverService',
  ],
  stack: ['composeProject', 'kubernetesStack', 'stack'],
  instance: ['container'],
};

const MODIFIERS = ['eq', 'ne', 'null', 'notnull', 'like', 'notlike', 'prefix', 'gt', 'gte', 'lt', 'lte'] as const;
type Modifier = (typeof MODIFIERS)[number];

interface Filter {
  field: string;
  modifier: Modifier;
  value: string;
  /** A number where an id is due: Rancher finds nothing with it. */
  bare: boolean;
}

export interface CollectionRequest {
  base: Base;
  /** Path of the collection, as it was asked for, without its query. */
  path: string;
  query: URLSearchParams;
  kind: 'service' | 'stack' | 'instance' | 'serviceLog' | 'auditLog' | 'host' | 'project';
  /** Listings below another resource ignore filters. */
  ignoreFilters?: boolean;
  /** What a resource that is created here has by itself. */
  createDefaults?: Resource;
}

/** One page of resources, with Rancher's filters (unknown ones are ignored) and paging. */
export function page(request: CollectionRequest, resources: readonly Resource[]): Resource {
  const { base, kind, path, query } = request;
  const known = (FILTERS[kind] ?? '').split(' ').filter((field) => field !== '');
  const filters = readFilters(query, known, base);
  const wantsRemoved = filters.some(({ field }) => field === 'removed' || field === 'state' || field === 'removeTime');
  const matching = resources.filter(
    (resource) =>
      (wantsRemoved || resource['state'] !== 'removed') &&
      (request.ignoreFilters === true || filters.every((filter) => matches(resource, filter))),
  );
  const ordered = sort(matching, query);
  const asked = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, LIMIT_CAP) : DEFAULT_LIMIT;
  const start = Number(/^m?(\d+)$/.exec(query.get('marker') ?? '')?.[1] ?? 0);
  const data = ordered.slice(start, start + limit);
  const address = new URL(base.url).origin + path;
  const more = start + limit < ordered.length;
  const link = (marker: number | null): string => {
    const next = new URLSearchParams(query);
    next.delete('marker');
    next.set('limit', String(limit));
    if (marker !== null && marker > 0) next.set('marker', `m${marker}`);
    return `${address}?${next.toString()}`;
  };
  const unpaged = kind === 'project';
  return {
    type: 'collection',
    resourceType: base.version === 'v1' ? 'environment' : kind,
    links: { self: address },
    createTypes: Object.fromEntries(
      (CREATE_TYPES[kind] ?? []).map((type) => [type, `${base.url}/${type.toLowerCase()}s`]),
    ),
    actions: {},
    data,
    sortLinks: Object.fromEntries(known.map((field) => [field, sortLink(address, query, field)])),
    pagination: unpaged
      ? null
      : {
          first: start > 0 ? link(null) : null,
          previous: start > 0 ? link(Math.max(0, start - limit)) : null,
          next: more ? link(start + limit) : null,
          limit,
          total: null,
          partial: more || start > 0,
        },
    sort: null,
    filters: describe(known, filters),
    createDefaults: request.createDefaults ?? {},
  };
}

function sortLink(address: string, query: URLSearchParams, field: string): string {
  const rest = query.toString();
  return `${address}?${rest === '' ? '' : `${rest}&`}sort=${field}`;
}

function readFilters(query: URLSearchParams, known: readonly string[], base: Base): Filter[] {
  const filters: Filter[] = [];
  for (const [key, value] of query) {
    const cut = key.lastIndexOf('_');
    const suffix = cut > 0 ? key.slice(cut + 1) : 'eq';
    const modifier = MODIFIERS.find((candidate) => candidate === suffix);
    let field = modifier === undefined || cut <= 0 ? key : key.slice(0, cut);
    if (field === 'environmentId' && base.version === 'v1') field = 'stackId';
    if (known.includes(field)) {
      const bare = isIdField(field) && /^\d+$/.test(value);
      filters.push({ field, modifier: modifier ?? 'eq', value: bare ? '-1' : plainId(field, value), bare });
    }
  }
  return filters;
}

/** Ids are compared without their prefix, which is not checked. */
function plainId(field: string, value: string): string {
  return isIdField(field) ? value.replace(/^1[a-z]+(?=\d+$)/, '') : value;
}

function isIdField(field: string): boolean {
  return field === 'id' || field.endsWith('Id');
}

function describe(known: readonly string[], filters: readonly Filter[]): Resource {
  return Object.fromEntries(
    known.map((field) => {
      const set = filters.filter((filter) => filter.field === field);
      return [field, set.length > 0 ? set.map(({ modifier, value }) => ({ modifier, value })) : null];
    }),
  );
}

function matches(resource: Resource, { field, modifier, value, bare }: Filter): boolean {
  const raw = resource[field];
  const isNull = raw === undefined || raw === null;
  const actual = isNull ? '' : plainId(field, String(raw)).toLowerCase();
  const wanted = value.toLowerCase();
  switch (modifier) {
    case 'eq':
      return !isNull && !bare && actual === wanted;
    case 'ne':
      return actual !== wanted;
    case 'null':
      return isNull;
    case 'notnull':
      return !isNull;
    case 'prefix':
      return actual.startsWith(wanted);
    case 'like':
      return likePattern(wanted).test(actual);
    case 'notlike':
      return !likePattern(wanted).test(actual);
    case 'gt':
      return actual > wanted;
    case 'gte':
      return actual >= wanted;
    case 'lt':
      return actual < wanted;
    case 'lte':
      return actual <= wanted;
    default: {
      const unexpected: never = modifier;
      return unexpected;
    }
  }
}

function likePattern(text: string): RegExp {
  const source = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*');
  return new RegExp(`^${source}$`);
}

function sort(resources: readonly Resource[], query: URLSearchParams): Resource[] {
  const field = query.get('sort');
  const ordered = [...resources];
  if (field === null || field === '') return ordered;
  ordered.sort((left, right) => {
    const [one, other] = [left[field], right[field]].map((value) => String(value ?? ''));
    return (one ?? '').localeCompare(other ?? '', 'en', { numeric: true });
  });
  return query.get('order') === 'desc' ? ordered.reverse() : ordered;
}
