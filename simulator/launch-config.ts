import { ApiError, invalid } from './api-error';
import { LAUNCH_CONFIG_FIELDS } from './launch-config-fields';
import type { Random } from './random';
import type { Json, JsonObject } from './world-seed';

/** Where the attributes of a configuration come from: a person's post, or the simulator's own seed. */
export type LaunchConfigSource = 'posted' | 'seeded';

const FIELD_KINDS = new Map<string, keyof typeof LAUNCH_CONFIG_FIELDS>(
  (Object.keys(LAUNCH_CONFIG_FIELDS) as (keyof typeof LAUNCH_CONFIG_FIELDS)[]).flatMap((kind) =>
    LAUNCH_CONFIG_FIELDS[kind].map((field) => [field as string, kind] as const),
  ),
);

const DEFAULTS: JsonObject = {
  instanceTriggeredStop: 'stop',
  kind: 'container',
  networkMode: 'managed',
  privileged: false,
  publishAllPorts: false,
  readOnly: false,
  runInit: false,
  startOnCreate: true,
  stdinOpen: false,
  system: false,
  tty: false,
  vcpu: 1,
};

/** Removes a sidekick when it is given as its image. */
export const NO_IMAGE = 'rancher/none';

const PORT = /^(?:(?:\d{1,3}(?:\.\d{1,3}){3}:)?\d+(?:-\d+)?:)?\d+(?:-\d+)?(?:\/(?:tcp|udp))?$/i;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a posted configuration as Rancher does: known attributes are converted, unknown ones dropped (unless the configuration
 * that is replaced has them already), defaults filled in. Anything that is not an object counts as an empty one.
 *
 * @throws ApiError for what Rancher refuses: image form, ports, a map given as a list, a number given as text.
 */
export function readLaunchConfig(
  posted: unknown,
  type: 'launchConfig' | 'secondaryLaunchConfig',
  version: string,
  before: JsonObject | undefined,
  source: LaunchConfigSource,
): JsonObject {
  const given = isObject(posted) ? posted : {};
  const config: JsonObject = { type, ...DEFAULTS };
  if (type === 'launchConfig') config['drainTimeoutMs'] = 0;
  for (const [field, value] of Object.entries(given)) {
    if (field === 'type' || field === 'version') continue;
    if (field === 'name' && type === 'secondaryLaunchConfig') config[field] = value;
    else if (source === 'seeded') config[field] = value;
    else readField(config, field, value, before);
  }
  if (source === 'posted' && 'imageUuid' in given) checkImage(given['imageUuid'] ?? null);
  config['version'] = version;
  completeNested(config, source);
  return config;
}

function readField(config: JsonObject, field: string, value: Json, before: JsonObject | undefined): void {
  const kind = FIELD_KINDS.get(field);
  if (kind === undefined) {
    if (before !== undefined && field in before) config[field] = value;
    return;
  }
  if (kind === 'serverOnly') return;
  config[field] = value === null ? null : convert(kind, field, value);
}

function convert(kind: Exclude<keyof typeof LAUNCH_CONFIG_FIELDS, 'serverOnly'>, field: string, value: Json): Json {
  switch (kind) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'int':
      if (typeof value === 'number') return value;
      if (typeof value === 'string' && /^-?\d+$/.test(value.trim())) return Number(value);
      throw invalid('InvalidFormat', field);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return typeof value === 'string' ? /^(true|yes|on|y|t|1)$/i.test(value) : value === 1;
    case 'array':
      return Array.isArray(value) ? value : [value];
    case 'map':
      if (!isObject(value)) throw invalid('InvalidFormat', field);
      return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
          key,
          typeof entry === 'number' || typeof entry === 'boolean' ? String(entry) : entry,
        ]),
      );
    case 'object':
      return value;
    default: {
      const unexpected: never = kind;
      return unexpected;
    }
  }
}

function checkImage(image: Json): void {
  if (image === null || image === NO_IMAGE) return;
  if (typeof image !== 'string' || !/^(docker|sim):/.test(image)) throw invalid('InvalidReference', 'imageUuid');
}

function completeNested(config: JsonObject, source: LaunchConfigSource): void {
  const check = config['healthCheck'];
  if (isObject(check)) {
    if (source === 'posted' && (check['port'] === undefined || check['port'] === null)) {
      throw invalid('MissingRequired', 'port');
    }
    config['healthCheck'] = { type: 'instanceHealthCheck', strategy: 'recreate', ...check };
  }
  const log = config['logConfig'];
  if (isObject(log)) config['logConfig'] = { type: 'logConfig', ...log };
  const ports = config['ports'];
  if (source === 'posted' && Array.isArray(ports)) {
    for (const port of ports) {
      if (typeof port !== 'string' || !PORT.test(port)) {
        throw new ApiError(422, 'PortWrongFormat', { message: 'the specified port spec format is wrong' });
      }
    }
  }
}

/** A port without a public side gets a random one, which is stored back as Rancher does. */
export function assignRandomPorts(config: JsonObject, random: Random): void {
  const ports = config['ports'];
  if (!Array.isArray(ports)) return;
  config['ports'] = ports.map((port) => {
    if (typeof port !== 'string' || port.includes(':')) return port;
    return `${random.integer(49153, 65535)}:${port}`;
  });
}

/** The public ports of a configuration, in order. */
export function publicPorts(config: JsonObject): number[] {
  const ports = config['ports'];
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port) => {
    const match = typeof port === 'string' ? /(?:^|:)(\d+):\d+(?:\/\w+)?$/.exec(port) : null;
    return match?.[1] === undefined ? [] : [Number(match[1])];
  });
}

export function textField(config: JsonObject, field: string): string {
  const value = config[field];
  return typeof value === 'string' ? value : '';
}

export function labelsOf(config: JsonObject): Record<string, string> {
  const labels = config['labels'];
  if (!isObject(labels)) return {};
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

export function isGlobal(config: JsonObject): boolean {
  return labelsOf(config)['io.rancher.scheduler.global'] === 'true';
}

export function hasHealthCheck(config: JsonObject): boolean {
  return isObject(config['healthCheck']);
}
