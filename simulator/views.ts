import { isGlobal, isObject, publicPorts } from './launch-config';
import type { Host, Instance, Project, Service, ServiceLog, Stack } from './model';
import { ACTIONS_BY_STATE, isTransitioning } from './state-machine';
import type { Store } from './store';
import type { Json } from './world-seed';

export type ApiVersion = 'v1' | 'v2-beta';

/** Where links of a reply start: the address of the server, the version and, if the request named one, the project. */
export interface Base {
  version: ApiVersion;
  url: string;
  readonly: boolean;
}

export type Resource = Record<string, unknown>;

export function isoSeconds(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19)}Z`;
}

function times(millis: number): Resource {
  return { created: isoSeconds(millis), createdTS: Math.floor(millis / 1000) * 1000 };
}

/** `loadBalancerService` lives under `loadbalancerservices`. */
export function collectionOf(type: string): string {
  return `${type.toLowerCase()}s`;
}

function links(self: string, names: readonly string[]): Record<string, string> {
  return { self, ...Object.fromEntries(names.map((name) => [name, `${self}/${name.toLowerCase()}`])) };
}

function actions(self: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${self}/?action=${name.toLowerCase()}`]));
}

function transition(service: Service): Resource {
  const moving = isTransitioning(service.state);
  return {
    transitioning: !moving ? 'no' : service.failing ? 'error' : 'yes',
    transitioningMessage: moving ? (service.message ?? 'In Progress') : null,
    transitioningProgress: null,
  };
}

export function serviceId(service: Service): string {
  return `1s${service.num}`;
}

const SERVICE_LINKS = [
  'account',
  'consumedbyservices',
  'consumedservices',
  'instances',
  'networkDrivers',
  'serviceExposeMaps',
  'serviceLogs',
] as const;

/** Attributes of `service` that the other types do not have. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  service: ['externalIpAddresses', 'healthCheck', 'hostname'],
  loadBalancerService: ['createIndex', 'selectorContainer', 'externalIpAddresses', 'healthCheck', 'hostname'],
  dnsService: [
    'createIndex',
    'currentScale',
    'lbConfig',
    'publicEndpoints',
    'scale',
    'scalePolicy',
    'selectorContainer',
    'vip',
    'externalIpAddresses',
    'healthCheck',
    'hostname',
  ],
  externalService: [
    'assignServiceIpAddress',
    'createIndex',
    'currentScale',
    'lbConfig',
    'publicEndpoints',
    'retainIp',
    'scale',
    'scalePolicy',
    'selectorContainer',
    'selectorLink',
    'vip',
  ],
};

export function viewService(store: Store, service: Service, base: Base, stale = false): Resource {
  const id = serviceId(service);
  const self = `${base.url}/${collectionOf(service.type)}/${id}`;
  const offered = ACTIONS_BY_STATE[service.state].filter(
    (name) => service.type !== 'externalService' || (!name.endsWith('link') && !name.endsWith('links')),
  );
  const v1 = base.version === 'v1';
  const noContainers = service.type === 'dnsService' || service.type === 'externalService';
  const instanceIds = service.instances.map((instance) => `1i${instance.num}`);
  const showStale = stale || Date.now() < service.upgradeVisibleAt;
  const view: Resource = {
    id,
    type: service.type,
    links: {
      ...links(self, SERVICE_LINKS),
      ...(v1 ? {} : { stack: `${self}/stack` }),
      storageDrivers: `${self}/storagedrivers`,
      ...(v1 ? { environment: `${base.url}/environment/1e${service.stack}` } : {}),
      ...(noContainers ? {} : { containerStats: `${self}/containerstats` }),
    },
    actions: base.readonly ? {} : actions(self, offered),
    baseType: 'service',
    name: service.name,
    state: service.state,
    accountId: `1a${service.project}`,
    assignServiceIpAddress: false,
    createIndex: service.createIndex,
    ...times(service.created),
    currentScale: service.currentScale,
    description: service.description,
    externalId: null,
    externalIpAddresses: service.externalIpAddresses,
    fqdn: null,
    healthCheck: null,
    healthState: service.healthState,
    hostname: null,
    instanceIds: instanceIds.length > 0 ? instanceIds : null,
    kind: service.type,
    launchConfig: service.current.launchConfig,
    lbConfig: service.lbConfig,
    linkedServices: service.linkedServices,
    metadata: service.metadata,
    publicEndpoints: endpoints(store, service),
    removed: service.removed === null ? null : isoSeconds(service.removed),
    ...(service.removed === null ? {} : { removedTS: Math.floor(service.removed / 1000) * 1000 }),
    retainIp: service.retainIp,
    scale: service.scale,
    scalePolicy: null,
    secondaryLaunchConfigs: service.sidekicksKnown ? service.current.secondaryLaunchConfigs : null,
    selectorContainer: null,
    selectorLink: null,
    stackId: `1st${service.stack}`,
    startOnCreate: service.startOnCreate,
    system: false,
    ...transition(service),
    upgrade: showStale ? service.staleUpgrade : service.upgrade,
    uuid: service.uuid,
    vip: null,
    ...(v1 ? { environmentId: `1e${service.stack}` } : {}),
  };
  const absent = new Set<string>(ABSENT[service.type]);
  if (noContainers && !service.sidekicksKnown) absent.add('secondaryLaunchConfigs');
  return Object.fromEntries(Object.entries(view).filter(([field]) => !absent.has(field)));
}

function endpoints(store: Store, service: Service): Resource[] | null {
  const found = service.instances
    .filter((instance) => instance.state === 'running')
    .flatMap((instance) =>
      publicPorts(instance.launch).map((port) => ({
        type: 'publicEndpoint',
        hostId: `1h${instance.host}`,
        instanceId: `1i${instance.num}`,
        ipAddress: store.hosts.get(instance.host)?.agentIp ?? null,
        port,
        serviceId: serviceId(service),
      })),
    );
  // Null until there has been one; empty when there is none left.
  return found.length > 0 || service.hadEndpoints ? found : null;
}

const INSTANCE_LINKS = [
  'account',
  'credentials',
  'healthcheckInstanceHostMaps',
  'hosts',
  'instanceLabels',
  'instanceLinks',
  'instances',
  'mounts',
  'ports',
  'serviceEvents',
  'serviceExposeMaps',
  'serviceLogs',
  'services',
  'targetInstanceLinks',
  'volumes',
  'stats',
  'containerStats',
] as const;

/** Attributes that a container shows as null unless its configuration has them. */
const CONFIGURED = (
  'blkioDeviceOptions blkioWeight build capAdd capDrop cgroupParent command cpuCount cpuPercent cpuPeriod cpuQuota ' +
  'cpuRealtimePeriod cpuRealtimeRuntime cpuSet cpuSetMems cpuShares dataVolumesFrom devices diskQuota dnsOpt domainName ' +
  'entryPoint environment expose extraHosts groupAdd healthCheck healthCmd healthInterval healthRetries healthTimeout hostname ' +
  'imageUuid ioMaximumBandwidth ioMaximumIOps ip ip6 ipcMode isolation kernelMemory logConfig lxcConf memory ' +
  'memoryReservation memorySwap memorySwappiness milliCpuReservation mounts netAlias networkContainerId oomKillDisable ' +
  'oomScoreAdj pidMode pidsLimit registryCredentialId requestedHostId restartPolicy secrets securityOpt shmSize stopSignal ' +
  'stopTimeout storageOpt sysctls tmpfs ulimits user userPorts usernsMode uts volumeDriver workingDir description'
).split(' ');

const INSTANCE_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  running: ['restart', 'update', 'stop', 'migrate', 'logs', 'execute', 'proxy'],
  stopped: ['start', 'update', 'error', 'remove', 'logs'],
  error: ['remove'],
};

export function viewInstance(store: Store, service: Service, instance: Instance, base: Base): Resource {
  const id = `1i${instance.num}`;
  const self = `${base.url}/containers/${id}`;
  const launch = instance.launch;
  const stack = store.stacks.get(service.stack)?.name ?? '';
  const v1 = base.version === 'v1';
  const moving = instance.state === 'starting' || instance.state === 'stopping';
  const volumes = launch['dataVolumes'];
  const dns = launch['dns'];
  const global = isGlobal(launch);
  const unplaced = instance.state === 'error' && instance.error?.startsWith('Allocation failed') === true;
  return {
    id,
    type: 'container',
    links: links(self, INSTANCE_LINKS),
    actions: base.readonly ? {} : actions(self, INSTANCE_ACTIONS[instance.state] ?? []),
    baseType: 'instance',
    name: instance.name,
    state: instance.state,
    accountId: `1a${service.project}`,
    ...Object.fromEntries(CONFIGURED.map((field) => [field, launch[field] ?? null])),
    createIndex: instance.createIndex,
    ...times(instance.created),
    dataVolumeMounts: {},
    dataVolumes: Array.isArray(volumes) ? volumes : [],
    deploymentUnitUuid: instance.unit,
    dataVolumesFrom: sharedVolumes(service, instance),
    dns: [...(Array.isArray(dns) ? dns : []), '169.254.169.250'],
    dnsSearch: [`${stack}.rancher.internal`, `${service.name}.${stack}.rancher.internal`, 'rancher.internal'],
    externalId: unplaced ? null : instance.externalId,
    firstRunning: instance.firstRunning === null ? null : isoSeconds(instance.firstRunning),
    ...(instance.firstRunning === null ? {} : { firstRunningTS: Math.floor(instance.firstRunning / 1000) * 1000 }),
    healthState: instance.health,
    hostId: unplaced ? null : `1h${instance.host}`,
    ...(instance.health === null ? {} : { healthcheckStates: healthcheckStates(store, service, instance) }),
    instanceTriggeredStop: launch['instanceTriggeredStop'] ?? 'stop',
    ...(Array.isArray(volumes) ? {} : { internalVolumes: [] }),
    kind: 'container',
    labels: instanceLabels(store, service, instance, stack),
    nativeContainer: false,
    networkMode: launch['networkMode'] ?? 'managed',
    ports: launch['ports'] ?? null,
    primaryIpAddress: instance.state === 'error' ? null : instance.ip,
    primaryNetworkId: '1n9',
    privileged: launch['privileged'] ?? false,
    publishAllPorts: launch['publishAllPorts'] ?? false,
    readOnly: launch['readOnly'] ?? false,
    removed: null,
    requestedHostId: global ? `1h${instance.host}` : (launch['requestedHostId'] ?? null),
    runInit: launch['runInit'] ?? false,
    serviceId: null,
    serviceIds: v1 ? null : [serviceId(service)],
    stackId: null,
    startCount: instance.startCount,
    startOnCreate: launch['startOnCreate'] ?? true,
    stdinOpen: launch['stdinOpen'] ?? false,
    system: launch['system'] ?? false,
    transitioning: instance.state === 'error' ? 'error' : moving ? 'yes' : 'no',
    transitioningMessage: instance.error ?? (moving ? 'In Progress' : null),
    // How far its start had come: 32 before it had a host, 84 on it.
    transitioningProgress: instance.state !== 'error' ? null : unplaced ? 32 : 84,
    tty: launch['tty'] ?? false,
    uuid: instance.uuid,
    version: instance.version,
  };
}

/** What each host reports of a container's health. */
function healthcheckStates(store: Store, service: Service, instance: Instance): Resource[] {
  return store.hostsOf(service.project).map((host) => ({ hostId: `1h${host.num}`, healthState: instance.health }));
}

/** The containers of the same unit whose volumes a container uses. */
function sharedVolumes(service: Service, instance: Instance): string[] | null {
  const names = instance.launch['dataVolumesFromLaunchConfigs'];
  if (!Array.isArray(names) || names.length === 0) return null;
  return names.flatMap((name) => {
    const config = name === service.name ? '' : name;
    const mates = service.instances.filter((one) => one.unit === instance.unit && one.config === config);
    const mate = mates.findLast((one) => one.version === instance.version) ?? mates.at(-1);
    return mate === undefined ? [] : [`1i${mate.num}`];
  });
}

function instanceLabels(store: Store, service: Service, instance: Instance, stack: string): Record<string, Json> {
  const own = instance.launch['labels'];
  const path = [stack, service.name, ...(instance.config === '' ? [] : [instance.config])].join('/');
  return {
    ...(isObject(own) ? own : {}),
    'io.rancher.service.deployment.unit': instance.unit,
    'io.rancher.stack_service.name': path,
    'io.rancher.service.launch.config':
      instance.config === '' ? 'io.rancher.service.primary.launch.config' : instance.config,
    'io.rancher.project.name': stack,
    'io.rancher.project_service.name': path,
    'io.rancher.stack.name': stack,
    'io.rancher.environment.uuid': store.projects.get(service.project)?.uuid ?? '',
    ...(isGlobal(instance.launch) ? { 'io.rancher.service.requested.host.id': String(instance.host) } : {}),
  };
}

const STACK_ACTIONS: Readonly<Record<Stack['state'], readonly string[]>> = {
  activating: ['deactivateservices', 'activateservices', 'addoutputs', 'exportconfig', 'error', 'remove'],
  active: ['deactivateservices', 'activateservices', 'upgrade', 'addoutputs', 'update', 'exportconfig', 'remove'],
  removing: ['deactivateservices', 'activateservices', 'addoutputs', 'exportconfig'],
  removed: ['deactivateservices', 'activateservices', 'addoutputs', 'exportconfig'],
};

const STACK_LINKS = [
  'account',
  'hosts',
  'instances',
  'scheduledUpgrades',
  'secrets',
  'services',
  'volumeTemplates',
  'volumes',
] as const;

export function viewStack(store: Store, stack: Stack, base: Base): Resource {
  const v1 = base.version === 'v1';
  const self = `${base.url}/${v1 ? 'environments' : 'stacks'}/1st${stack.num}`;
  const type = v1 ? 'environment' : 'stack';
  const moving = stack.state === 'activating' || stack.state === 'removing';
  const services = store
    .servicesOfStack(stack.num)
    .filter((service) => service.state !== 'removed')
    .map(serviceId);
  return {
    id: v1 ? `1e${stack.num}` : `1st${stack.num}`,
    type,
    links: { ...links(self, STACK_LINKS), composeConfig: v1 ? null : `${self}/composeconfig` },
    actions: base.readonly ? {} : actions(self, STACK_ACTIONS[stack.state]),
    baseType: type,
    name: stack.name,
    state: stack.state,
    accountId: `1a${stack.project}`,
    answers: null,
    binding: null,
    ...times(stack.created),
    description: stack.description,
    dockerCompose: null,
    environment: null,
    externalId: null,
    group: null,
    healthState: stackHealth(store, stack),
    kind: type,
    outputs: null,
    previousEnvironment: null,
    previousExternalId: null,
    rancherCompose: null,
    removed: stack.removed === null ? null : isoSeconds(stack.removed),
    ...(stack.removed === null ? {} : { removedTS: Math.floor(stack.removed / 1000) * 1000 }),
    serviceIds: v1 || services.length === 0 ? null : services,
    startOnCreate: null,
    system: false,
    templates: null,
    transitioning: moving ? 'yes' : 'no',
    transitioningMessage: moving ? 'In Progress' : null,
    transitioningProgress: null,
    uuid: stack.uuid,
  };
}

/** Inactive services count too: they are not healthy. */
function stackHealth(store: Store, stack: Stack): string {
  const states = store
    .servicesOfStack(stack.num)
    .filter((service) => service.state !== 'removed')
    .map((service) => service.healthState);
  if (states.every((state) => state === 'healthy')) return 'healthy';
  if (states.includes('initializing')) return 'initializing';
  return states.every((state) => state === 'unhealthy') ? 'unhealthy' : 'degraded';
}

const PROJECT_LINKS = (
  'auditLogs backupTargets backups certificates containerEvents credentials externalEvents genericObjects ' +
  'healthcheckInstanceHostMaps hostTemplates hosts images instanceLinks instances ipAddresses labels mounts ' +
  'networkDrivers networks physicalHosts ports projectMembers projectTemplates regions scheduledUpgrades secrets ' +
  'serviceConsumeMaps serviceEvents serviceExposeMaps serviceLogs services snapshots stacks storageDrivers ' +
  'storagePools subnets volumeTemplates volumes accounts apiKeys composeProjects composeServices containers ' +
  'dnsServices externalDnsEvents externalHostEvents externalServiceEvents externalServices ' +
  'externalStoragePoolEvents externalVolumeEvents identities kubernetesServices kubernetesStacks ' +
  'loadBalancerServices machineDrivers machines networkDriverServices networkPolicyRuleWithins passwords projects ' +
  'pullTasks register registrationTokens registries registryCredentials schemas serviceProxies settings ' +
  'storageDriverServices subscribe typeDocumentations virtualMachines'
).split(' ');

export function viewProject(project: Project, base: Base): Resource {
  const self = `${base.url}/projects/1a${project.num}`;
  return {
    id: `1a${project.num}`,
    type: 'project',
    links: { ...links(self, PROJECT_LINKS), hostStats: `${self}/projects/1a${project.num}/hoststats` },
    actions: base.readonly ? {} : { defaultNetworkId: `${self}/?action=defaultnetworkid` },
    baseType: 'account',
    name: project.name,
    state: 'active',
    ...times(project.created),
    defaultNetworkId: '1n9',
    description: null,
    healthState: 'healthy',
    hostRemoveDelaySeconds: null,
    kind: 'project',
    members: [{ type: 'projectMember', externalId: '1a1', externalIdType: 'rancher_id', role: 'owner' }],
    orchestration: 'cattle',
    projectTemplateId: null,
    removed: null,
    servicesPortRange: { type: 'servicesPortRange', endPort: 65535, startPort: 49153 },
    transitioning: 'no',
    transitioningMessage: null,
    transitioningProgress: null,
    uuid: project.uuid,
    version: '2',
    virtualMachine: false,
  };
}

export function viewHost(store: Store, host: Host, base: Base, updating = false): Resource {
  const instances = [...store.services.values()]
    .flatMap((service) => service.instances)
    .filter((instance) => instance.host === host.num)
    .map((instance) => `1i${instance.num}`);
  return {
    id: `1h${host.num}`,
    type: 'host',
    links: links(`${base.url}/hosts/1h${host.num}`, ['account', 'hosts', 'instances', 'volumes']),
    actions: {},
    baseType: 'host',
    name: host.name,
    state: updating ? 'updating-active' : 'active',
    accountId: `1a${host.project}`,
    agentIpAddress: host.agentIp,
    agentState: null,
    ...times(host.created),
    description: null,
    hostname: null,
    instanceIds: instances,
    kind: 'sim',
    labels: host.labels,
    removed: null,
    transitioning: updating ? 'yes' : 'no',
    transitioningMessage: updating ? 'In Progress' : null,
    transitioningProgress: null,
    uuid: host.uuid,
  };
}

export function viewLog(service: Service, log: ServiceLog, base: Base): Resource {
  const self = `${base.url}/servicelogs/1sl${log.num}`;
  const { created, createdTS } = times(log.at);
  return {
    id: `1sl${log.num}`,
    type: 'serviceLog',
    links: links(self, ['account', 'service']),
    actions: {},
    baseType: 'serviceLog',
    accountId: `1a${service.project}`,
    created,
    createdTS,
    description: log.description,
    endTime: created,
    endTimeTS: createdTS,
    eventType: log.event,
    instanceId: log.instance === null ? null : `1i${log.instance}`,
    kind: 'serviceLog',
    level: 'info',
    serviceId: serviceId(service),
    subLog: log.sub,
    transactionId: log.transaction,
  };
}
