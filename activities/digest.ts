import { createHash, createHmac } from 'node:crypto';
import { DEPLOYMENT_LABEL } from '../rancher/launch-config';
import type { JsonObject, JsonValue } from '../rancher/json';
import { isJsonObject, stringifyJson } from '../rancher/json';

/**
 * A digest of a launch configuration's content, less its version and our own label. It is keyed, so that nobody can guess a value from
 * it, and begins with the key's own fingerprint: digests of different keys are not comparable (see `areComparable`).
 */
export function digestOf(config: JsonObject, key: Uint8Array): string {
  const content = createHmac('sha256', key)
    .update(stringifyJson(canonical(config, true)))
    .digest('hex');
  return `${fingerprint(key)}:${content.slice(0, 32)}`;
}

function fingerprint(key: Uint8Array): string {
  return createHash('sha256').update('drover digest key').update(key).digest('hex').slice(0, 6);
}

/** Keys sorted; what Rancher adds or leaves out at will (nulls, empty values, the version, our label) left out. */
function canonical(value: JsonValue, top = false): JsonValue {
  if (Array.isArray(value)) return value.map((item) => canonical(item));
  if (!isJsonObject(value)) return value;
  const entries: [string, JsonValue][] = [];
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item === undefined || item === null || (top && key === 'version') || key === DEPLOYMENT_LABEL) continue;
    const inner = canonical(item);
    if (isEmpty(inner)) continue;
    entries.push([key, inner]);
  }
  return Object.fromEntries(entries);
}

function isEmpty(value: JsonValue): boolean {
  if (value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
