import { Bindings, tokenise } from './bindings';
import { fieldRules, movingFields } from './ignored-fields';
import type { FieldRule, Treatment } from './ignored-fields';
import { isArray, isObject, text } from './recording';
import type { Json, JsonObject } from './recording';

export type Held = 'exact' | 'identity' | 'shape' | 'ignored';

/** One field that was met, where it is, and how it was held. */
export interface Field {
  readonly path: readonly (string | number)[];
  readonly held: Held;
}

export interface Difference {
  readonly path: string;
  readonly recorded: Json | undefined;
  readonly actual: Json | undefined;
}

export interface Comparison {
  readonly fields: readonly Field[];
  readonly differences: readonly Difference[];
  /** The rules that were applied. */
  readonly rules: ReadonlySet<FieldRule>;
}

/** What was recorded of a service while it was moving; see `movingFields`. */
export interface Moving {
  readonly healthStates: ReadonlySet<Json>;
  readonly currentScales: ReadonlySet<Json>;
}

export interface CompareOptions {
  readonly bindings: Bindings;
  /** Set where the service was in the midst of its way. */
  readonly moving?: Moving | undefined;
}

interface Place {
  /** From the top of the answer. */
  readonly path: readonly (string | number)[];
  /** From the nearest resource, as the rules name it. */
  readonly field: readonly string[];
}

const SHAPES: Readonly<Record<string, RegExp>> = {
  timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'ip-address': /^\d{1,3}(\.\d{1,3}){3}$/,
  'host-address': /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-)?\d{1,3}(\.\d{1,3}){3}$/,
};

const RESOURCES: Readonly<Record<string, string>> = {
  service: 'service',
  dnsService: 'service',
  externalService: 'service',
  loadBalancerService: 'service',
  container: 'instance',
  stack: 'stack',
  environment: 'stack',
  project: 'project',
  host: 'host',
  error: 'error',
  collection: 'collection',
  'resource.change': 'frame',
  ping: 'frame',
};

/** The rules' name for a resource; undefined for anything that is none. */
function resourceName(value: Json | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  if (value['type'] === 'collection') return 'collection';
  if ('resourceType' in value && 'name' in value) return RESOURCES[text(value, 'name')];
  return 'id' in value && 'links' in value ? RESOURCES[text(value, 'type')] : undefined;
}

const matches = (pattern: string, field: readonly string[]): boolean => {
  const names = pattern.split('.');
  return names.length === field.length && names.every((name, index) => name === '*' || name === field[index]);
};

/** Ports stand in many places: in launch configurations, in what an upgrade came from and goes to, in containers. */
const PORTS: FieldRule = {
  field: 'ports.[]',
  treatment: 'random-port',
  reason: 'Rancher chooses host ports above 49152 itself; all others are compared exactly',
};

const rules = new Map<string, FieldRule | undefined>();

function ruleOf(field: readonly string[]): FieldRule | undefined {
  if (field.length === 0) return undefined;
  const key = field.join('.');
  if (!rules.has(key)) {
    const port = field.includes('ports') && field.at(-1) === '[]' ? PORTS : undefined;
    rules.set(key, fieldRules.find((candidate) => matches(candidate.field, field)) ?? port);
  }
  return rules.get(key);
}

/** The number of values within, an empty list or object counting as one. */
function leaves(value: Json | undefined): number {
  const children = isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return children.length === 0 ? 1 : children.reduce<number>((sum, child) => sum + leaves(child), 0);
}

const idNumber = (value: Json): number => Number(/\d+$/.exec(text(value, 'id'))?.[0] ?? 0);

/** A port specification whose host port Rancher chose: from 49153 on. */
const isRandomPort = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^\d{5}:/.test(value) && Number(value.slice(0, 5)) > 49152;

function sortedByName(list: readonly Json[]): readonly Json[] {
  return [...list].sort((a, b) => text(a, 'name').localeCompare(text(b, 'name'), 'en') || idNumber(a) - idNumber(b));
}

function sortedByPort(list: readonly Json[]): readonly Json[] {
  const port = (value: Json): number => (isObject(value) ? Number(value['port']) : 0);
  return [...list].sort((a, b) => port(a) - port(b));
}

/** Holds an answer to the recorded one, value by value. Pure but for the bindings, which learn what stands for what. */
export function compareBodies(recorded: Json, actual: Json | undefined, options: CompareOptions): Comparison {
  const { bindings, moving } = options;
  const fields: Field[] = [];
  const differences: Difference[] = [];
  const applied = new Set<FieldRule>();

  const hold = (
    place: Place,
    held: Held,
    recordedValue: Json | undefined,
    actualValue: Json | undefined,
    equal: boolean,
  ) => {
    fields.push({ path: place.path, held });
    if (!equal) differences.push({ path: place.path.join('.'), recorded: recordedValue, actual: actualValue });
  };

  const walkList = (place: Place, left: readonly Json[], right: Json | undefined): void => {
    if (!isArray(right) || left.length !== right.length || left.length === 0) {
      hold(place, 'exact', left, right, isArray(right) && left.length === right.length);
      if (!isArray(right)) return;
    }
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      walk({ path: [...place.path, index], field: [...place.field, '[]'] }, left[index], right[index]);
    }
  };

  const walkObject = (place: Place, left: JsonObject, right: Json | undefined): void => {
    const keys = new Set([...Object.keys(left), ...(isObject(right) ? Object.keys(right) : [])]);
    if (!isObject(right) || keys.size === 0) return hold(place, 'exact', left, right, isObject(right));
    for (const key of keys) walk({ path: [...place.path, key], field: [...place.field, key] }, left[key], right[key]);
  };

  const walkMoving = (place: Place, left: Json | undefined, right: Json | undefined, known: Moving): boolean => {
    const rule = movingFields.find((candidate) => matches(candidate.field, place.field));
    switch (rule?.field) {
      case 'service.healthState':
        hold(place, 'shape', left, right, right === left || known.healthStates.has(right ?? null));
        return true;
      case 'service.currentScale':
        hold(place, 'shape', left, right, right === left || known.currentScales.has(right ?? null));
        return true;
      case 'service.instanceIds':
        hold(
          place,
          'shape',
          left,
          right,
          right === null || (isArray(right) && right.every((id) => /^1i\d+$/.test(String(id)))),
        );
        return true;
      case 'service.publicEndpoints':
        hold(
          place,
          'shape',
          left,
          right,
          right === null || (isArray(right) && right.every((end) => text(end, 'type') === 'publicEndpoint')),
        );
        return true;
      default:
        return false;
    }
  };

  const walkTreated = (place: Place, treatment: Treatment, left: Json | undefined, right: Json | undefined): void => {
    const bothNull = left === null && right === null;
    switch (treatment) {
      case 'ignored':
        for (let count = leaves(left ?? right); count > 0; count--) fields.push({ path: place.path, held: 'ignored' });
        return;
      case 'timestamp':
      case 'uuid':
      case 'ip-address':
      case 'host-address':
        return hold(
          place,
          'shape',
          left,
          right,
          bothNull || (typeof left === 'string' && SHAPES[treatment]?.test(String(right)) === true),
        );
      case 'timestamp-millis':
        return hold(
          place,
          'shape',
          left,
          right,
          bothNull || (typeof left === 'number' && typeof right === 'number' && right > 1e12),
        );
      case 'any-id':
        return hold(place, 'shape', left, right, bothNull || sameSkeleton(left, right, /^<1[a-z]+>$/));
      case 'text-with-any-ids':
        return hold(place, 'shape', left, right, bothNull || sameSkeleton(left, right, /./));
      case 'counter':
        return hold(place, 'identity', left, right, bothNull || sameCounter(place.field.join('.'), left, right));
      case 'by-port':
        return isArray(left) && isArray(right)
          ? walkList(place, sortedByPort(left), sortedByPort(right))
          : hold(place, 'exact', left, right, left === right);
      case 'by-name':
        return isArray(left) && isArray(right)
          ? walkList(place, sortedByName(left), sortedByName(right))
          : hold(place, 'exact', left, right, left === right);
      case 'ids-in-any-order':
        return hold(place, 'identity', left, right, bothNull || sameIds(left, right));
      case 'random-port':
        return hold(place, isRandomPort(left) ? 'identity' : 'exact', left, right, samePorts(left, right));
      default: {
        const never: never = treatment;
        throw new Error(`no such treatment: ${String(never)}`);
      }
    }
  };

  const sameSkeleton = (left: Json | undefined, right: Json | undefined, form: RegExp): boolean => {
    if (typeof left !== 'string' || typeof right !== 'string') return false;
    const skeleton = tokenise(left).skeleton;
    return skeleton === tokenise(right).skeleton && form.test(skeleton);
  };

  const sameIds = (left: Json | undefined, right: Json | undefined): boolean => {
    if (!isArray(left) || !isArray(right) || left.length !== right.length) return false;
    if (new Set(right).size !== right.length || !right.every((id) => /^1i\d+$/.test(String(id)))) return false;
    return left.every((id) => {
      const known = bindings.actualFor('i', String(id).replace('1i', ''));
      return known === undefined || right.includes(`1i${known}`);
    });
  };

  const sameCounter = (field: string, left: Json | undefined, right: Json | undefined): boolean =>
    typeof left === 'number' && typeof right === 'number' && bindings.agree(field, String(left), String(right));

  const samePorts = (left: Json | undefined, right: Json | undefined): boolean => {
    if (!isRandomPort(left) || !isRandomPort(right)) return left === right;
    return left.slice(5) === right.slice(5) && bindings.agree('port', left.slice(0, 5), right.slice(0, 5));
  };

  const walk = (from: Place, left: Json | undefined, right: Json | undefined): void => {
    const resource = resourceName(left);
    const place: Place = resource === undefined ? from : { path: from.path, field: [resource] };
    const known = left !== undefined && right !== undefined;
    const rule = ruleOf(place.field);
    const treatment = rule?.treatment;
    if (rule !== undefined) applied.add(rule);
    if (treatment === 'ignored') return walkTreated(place, treatment, left, right);
    if (!known) return hold(place, 'exact', left, right, left === right);
    if (moving !== undefined && walkMoving(place, left, right, moving)) return;
    if (treatment !== undefined) return walkTreated(place, treatment, left, right);
    if (isObject(left)) return walkObject(place, left, right);
    if (isArray(left)) {
      const instances =
        place.field.join('.') === 'collection.data' && left.some((value) => resourceName(value) === 'instance');
      return instances ? walkTreated(place, 'by-name', left, right) : walkList(place, left, right);
    }
    if (typeof left === 'string' && typeof right === 'string') {
      const identity = tokenise(left).identities.length > 0;
      return hold(place, identity ? 'identity' : 'exact', left, right, bindings.agreeTexts(left, right));
    }
    hold(place, 'exact', left, right, left === right);
  };

  walk({ path: [], field: [] }, recorded, actual);
  return { fields, differences, rules: applied };
}
