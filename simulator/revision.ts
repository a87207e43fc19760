import { invalid } from './api-error';
import { isObject, NO_IMAGE, readLaunchConfig, textField } from './launch-config';
import type { Revision } from './model';
import type { Json, JsonObject } from './world-seed';

/** Version per configuration name; the empty name is the primary. */
export function versionsOf(revision: Revision): Record<string, string> {
  const versions: Record<string, string> = { '': textField(revision.launchConfig, 'version') };
  for (const sidekick of revision.secondaryLaunchConfigs) {
    versions[textField(sidekick, 'name')] = textField(sidekick, 'version');
  }
  return versions;
}

/** The configurations of a revision by name, the primary (empty name) first. */
export function configsOf(revision: Revision): Map<string, JsonObject> {
  return new Map<string, JsonObject>([
    ['', revision.launchConfig],
    ...revision.secondaryLaunchConfigs.map((sidekick) => [textField(sidekick, 'name'), sidekick] as const),
  ]);
}

/**
 * What a service becomes when a strategy is accepted: posted configurations get one new version, unmentioned ones are kept, and those
 * that share volumes or the network with a posted one get the new version too.
 *
 * @param serviceName other configurations refer to the primary by it.
 */
export function nextRevision(current: Revision, strategy: JsonObject, version: string, serviceName: string): Revision {
  const primaryPosted = strategy['launchConfig'] !== undefined && strategy['launchConfig'] !== null;
  const posted = readSidekicks(strategy['secondaryLaunchConfigs'], current, version);
  const touched = new Set(posted.keys());
  if (primaryPosted) touched.add('');
  let launchConfig = primaryPosted
    ? readLaunchConfig(strategy['launchConfig'], 'launchConfig', version, current.launchConfig, 'posted')
    : structuredClone(current.launchConfig);
  const kept = orderAsHashed(
    current.secondaryLaunchConfigs.filter((sidekick) => !posted.has(textField(sidekick, 'name'))),
  ).map((sidekick) => structuredClone(sidekick));

  const untouched = new Map<string, JsonObject>(kept.map((sidekick) => [textField(sidekick, 'name'), sidekick]));
  if (!primaryPosted) untouched.set('', launchConfig);
  let spread = true;
  while (spread) {
    spread = false;
    for (const [name, config] of untouched) {
      if (touched.has(name) || !sharesWith(config, touched, serviceName)) continue;
      config['version'] = version;
      touched.add(name);
      spread = true;
    }
  }
  if (!primaryPosted) launchConfig = untouched.get('') ?? launchConfig;
  const sidekicks = [...posted.values()].filter((sidekick) => sidekick['imageUuid'] !== NO_IMAGE);
  return { launchConfig, secondaryLaunchConfigs: [...sidekicks, ...kept] };
}

function readSidekicks(posted: Json | undefined, current: Revision, version: string): Map<string, JsonObject> {
  const before = configsOf(current);
  const result = new Map<string, JsonObject>();
  for (const entry of Array.isArray(posted) ? posted : []) {
    const name = isObject(entry) ? entry['name'] : undefined;
    if (typeof name !== 'string' || name === '') throw invalid('MissingRequired', 'name');
    result.set(name, readLaunchConfig(entry, 'secondaryLaunchConfig', version, before.get(name), 'posted'));
  }
  return result;
}

function sharesWith(config: JsonObject, touched: ReadonlySet<string>, serviceName: string): boolean {
  const volumes = config['dataVolumesFromLaunchConfigs'];
  const names = [...(Array.isArray(volumes) ? volumes : []), config['networkLaunchConfig'] ?? null];
  return names.some((name) => typeof name === 'string' && touched.has(name === serviceName ? '' : name));
}

/** Kept sidekicks come back in the order of a Java hash map with their names as keys, as recorded. */
function orderAsHashed(sidekicks: JsonObject[]): JsonObject[] {
  const slot = (sidekick: JsonObject): number => {
    let hash = 0;
    for (const unit of textField(sidekick, 'name')) hash = (Math.imul(31, hash) + unit.charCodeAt(0)) | 0;
    return (hash ^ (hash >>> 16)) & 15;
  };
  return [...sidekicks].sort((left, right) => slot(left) - slot(right));
}
