import { stringify } from 'yaml';
import { isObject, textField } from './launch-config';
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
export function composeConfig(services: readonly Service[], ids: Json | undefined): Resource {
  const wanted = Array.isArray(ids) ? services.filter((service) => ids.includes(`1s${service.num}`)) : services;
  const docker: JsonObject = {};
  const rancher: JsonObject = {};
  for (const service of wanted) {
    const sidekicks = service.current.secondaryLaunchConfigs;
    docker[service.name] = dockerService(
      service.current.launchConfig,
      sidekicks.map((config) => textField(config, 'name')),
    );
    rancher[service.name] = {
      scale: service.scale,
      start_on_create: service.startOnCreate,
      ...(service.lbConfig === null ? {} : { lb_config: service.lbConfig }),
    };
    for (const sidekick of sidekicks) {
      const name = textField(sidekick, 'name');
      docker[name] = dockerService(sidekick, []);
      rancher[name] = { scale: service.scale, start_on_create: service.startOnCreate };
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
  return result;
}

function text(services: JsonObject): string {
  return stringify({ version: '2', services }).replaceAll('\n', '\r\n');
}
