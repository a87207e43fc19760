import { stringify } from 'yaml';
import { isGlobal, isObject, textField } from './launch-config';
import type { Service } from './model';
import { bareImage } from './store';
import type { Resource } from './views';
import type { Json, JsonObject } from './world-seed';

/** Attributes of a configuration that a compose file has, by their name there. */
const COMPOSE_NAMES: Readonly<Record<string, string>> = {
  capAdd: 'cap_add',
  capDrop: 'cap_drop',
  command: 'command',
  dataVolumes: 'volumes',
  devices: 'devices',
  dns: 'dns',
  dnsSearch: 'dns_search',
  entryPoint: 'entrypoint',
  environment: 'environment',
  hostname: 'hostname',
  memory: 'mem_limit',
  ports: 'ports',
  sysctls: 'sysctls',
  user: 'user',
  workingDir: 'working_dir',
};

/** The reply to `exportconfig`: two compose files as text, with the line ends that Rancher gives them. */
export function composeConfig(
  services: readonly Service[],
  ids: Json | undefined,
  nameOf: (serviceId: string) => string | undefined,
): Resource {
  const wanted = Array.isArray(ids) ? services.filter((service) => ids.includes(`1s${service.num}`)) : services;
  const docker: JsonObject = {};
  const rancher: JsonObject = {};
  for (const service of wanted) {
    const { launchConfig, secondaryLaunchConfigs: sidekicks } = service.current;
    docker[service.name] = dockerService(
      launchConfig,
      sidekicks.map((config) => textField(config, 'name')),
    );
    rancher[service.name] = {
      ...rancherService(service, launchConfig),
      ...(service.lbConfig === null ? {} : { lb_config: balancer(service.lbConfig, nameOf) }),
    };
    for (const sidekick of sidekicks) {
      const name = textField(sidekick, 'name');
      docker[name] = dockerService(sidekick, []);
      rancher[name] = rancherService(service, sidekick);
    }
  }
  return {
    id: null,
    type: 'composeConfig',
    links: {},
    actions: {},
    baseType: 'composeConfig',
    dockerComposeConfig: text(docker),
    rancherComposeConfig: text(rancher),
  };
}

function dockerService(config: JsonObject, sidekicks: readonly string[]): JsonObject {
  const result: JsonObject = { image: bareImage(textField(config, 'imageUuid')) };
  for (const [field, name] of Object.entries(COMPOSE_NAMES)) {
    const value = config[field];
    if (value !== undefined && value !== null) result[name] = value;
  }
  const labels = {
    ...(isObject(config['labels']) ? config['labels'] : {}),
    ...(sidekicks.length > 0 ? { 'io.rancher.sidekicks': sidekicks.join(',') } : {}),
  };
  if (Object.keys(labels).length > 0) result['labels'] = labels;
  if (config['tty'] === true) result['tty'] = true;
  if (config['stdinOpen'] === true) result['stdin_open'] = true;
  const log = config['logConfig'];
  if (isObject(log)) result['logging'] = { driver: log['driver'] ?? null, options: log['config'] ?? {} };
  return result;
}

/** What a configuration's `startOnCreate` says, not the service's: an inactive service is exported as one that starts. */
function rancherService(service: Service, config: JsonObject): JsonObject {
  const check = config['healthCheck'];
  return {
    ...(isGlobal(config) ? {} : { scale: service.scale }),
    start_on_create: config['startOnCreate'] === true,
    ...(isObject(check) ? { health_check: snakeCased(check) } : {}),
  };
}

function balancer(lbConfig: JsonObject, nameOf: (serviceId: string) => string | undefined): JsonObject {
  const rules = lbConfig['portRules'];
  return {
    certs: [],
    port_rules: (Array.isArray(rules) ? rules : []).filter(isObject).map((rule): Json => {
      const { serviceId, ...rest } = rule;
      const service = typeof serviceId === 'string' ? nameOf(serviceId) : undefined;
      return { ...snakeCased(rest), ...(service === undefined ? {} : { service }) };
    }),
  };
}

/** `initializingTimeout` is `initializing_timeout`; what is not set, and the type, are left out. */
function snakeCased(object: JsonObject): JsonObject {
  const entries = Object.entries(object).filter(([field, value]) => field !== 'type' && value !== null);
  return Object.fromEntries(
    entries.map(([field, value]) => [field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

function text(services: JsonObject): string {
  const written = stringify({ version: '2', services }, { singleQuote: true, indentSeq: false, lineWidth: 0 });
  return written.replaceAll('\n', '\r\n');
}
