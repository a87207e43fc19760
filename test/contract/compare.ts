import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { Bindings, tokenise } from './bindings';
import { fieldRules, movingFields } from './ignored-fields';
import type { FieldRule, Treatment } from './ignored-fields';
import { isArray, isObject, text } from './recording';
import type { Json, JsonObject } from './recording';
import { numberedName, pairContainers } from './pair-containers';

export type Held = 'exact' | 'identity' | 'shape';

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
  /** Fields that are held by their type only; see `chanceFields`. */
  readonly byChance?: readonly string[];
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
  composeConfig: 'composeConfig',
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

/** `*` is one name, `[]` an element; a label's name may have dots of its own. */
const patterns = new Map<string, RegExp>();

function matches(pattern: string, field: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^${pattern.replace(/[[\].]/g, '\\$&').replace('*', '[^.]+')}$`);
    patterns.set(pattern, compiled);
  }
  return compiled.test(field);
}

/** Fields of a container that name something beyond its listing: the service's version, the environment. */
const NOT_LOCAL = new Set(['instance.version', 'instance.labels.io.rancher.environment.uuid']);

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
    rules.set(key, fieldRules.find((candidate) => matches(candidate.field, key)) ?? port);
  }
  return rules.get(key);
}

/** A host port that Rancher chose, from 49153 on: as a number, or at the head of a port specification. */
function randomPort(value: Json | undefined): string | undefined {
  const port =
    typeof value === 'number' ? String(value) : typeof value === 'string' ? /^\d{5}(?=:)/.exec(value)?.[0] : undefined;
  return port !== undefined && Number(port) > 49152 ? port : undefined;
}

const isProgress = (value: Json | undefined): boolean =>
  value === null || (typeof value === 'number' && value >= 0 && value <= 100);

/** Equal but for the order of keys. */
function sameYaml(left: Json | undefined, right: Json | undefined): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') return left === right;
  const lines = (written: string): string => written.split('\r\n').sort().join('\n');
  return lines(left) === lines(right) && isDeepStrictEqual(parse(left), parse(right));
}

function sortedByPort(list: readonly Json[]): readonly Json[] {
  const port = (value: Json): number => (isObject(value) ? Number(value['port']) : 0);
  return [...list].sort((a, b) => port(a) - port(b));
}

/** Holds an answer to the recorded one, value by value. Pure but for the bindings, which learn what stands for what. */
export function compareBodies(recorded: Json, actual: Json | undefined, options: CompareOptions): Comparison {
  const { bindings, moving, byChance = [] } = options;
  const fields: Field[] = [];
  const differences: Difference[] = [];
  const applied = new Set<FieldRule>();
  // Set within a listing of containers.
  let local: Bindings | undefined;

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
    const rule = movingFields.find((candidate) => matches(candidate.field, place.field.join('.')));
    switch (rule?.field) {
      case 'service.healthState':
        hold(place, 'shape', left, right, right === left || known.healthStates.has(right ?? null));
        return true;
      case 'service.currentScale':
        hold(place, 'shape', left, right, right === left || known.currentScales.has(right ?? null));
        return true;
      case 'service.createIndex':
        hold(place, 'shape', left, right, typeof right === 'number' || right === left);
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
        return hold(place, 'shape', left, right, sameCounter(place.field.join('.'), left, right));
      case 'by-port':
        return isArray(left) && isArray(right)
          ? walkList(place, sortedByPort(left), sortedByPort(right))
          : hold(place, 'exact', left, right, left === right);
      case 'containers':
        return left !== undefined && isArray(left) && left.some((value) => resourceName(value) === 'instance')
          ? walkContainers(place, left, right)
          : walkList(place, isArray(left) ? left : [], right);
      case 'numbered-name':
        return hold(place, 'shape', left, right, sameNumberedName(left, right));
      case 'progress':
        return hold(place, 'shape', left, right, left === right || (typeof left === 'number' && isProgress(right)));
      case 'any-number':
        return hold(place, 'shape', left, right, /^\d+$/.test(String(right)));
      case 'ids-in-any-order':
        return hold(place, 'shape', left, right, bothNull || sameIds(left, right));
      case 'stack-number':
        return hold(
          place,
          'identity',
          left,
          right,
          typeof left === 'string' && typeof right === 'string' && bindings.agree('st', left, right),
        );
      case 'yaml-in-any-order':
        return hold(place, 'shape', left, right, sameYaml(left, right));
      case 'random-port':
        return hold(place, randomPort(left) === undefined ? 'exact' : 'identity', left, right, samePorts(left, right));
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

  const sameIds = (left: Json | undefined, right: Json | undefined): boolean =>
    isArray(left) &&
    isArray(right) &&
    left.length === right.length &&
    new Set(right).size === right.length &&
    right.every((id) => /^1i\d+$/.test(String(id)));

  const sameNumberedName = (left: Json | undefined, right: Json | undefined): boolean => {
    const [recordedName, actualName] = [numberedName(left), numberedName(right)];
    if (recordedName === undefined || actualName === undefined) return left === right;
    return (
      recordedName.stem === actualName.stem && (local ?? bindings).agree('unit', recordedName.number, actualName.number)
    );
  };

  const sameCounter = (field: string, left: Json | undefined, right: Json | undefined): boolean =>
    typeof left === 'number' &&
    typeof right === 'number' &&
    (local ?? bindings).agree(field, String(left), String(right));

  const samePorts = (left: Json | undefined, right: Json | undefined): boolean => {
    const [recordedPort, actualPort] = [randomPort(left), randomPort(right)];
    if (recordedPort === undefined || actualPort === undefined) return left === right;
    const rest = (value: Json | undefined): string => (typeof value === 'string' ? value.slice(5) : typeof value);
    return rest(left) === rest(right) && bindings.agree('port', recordedPort, actualPort);
  };

  const walkContainers = (place: Place, left: readonly Json[], right: Json | undefined): void => {
    if (!isArray(right)) return walkList(place, left, right);
    if (left.length !== right.length) hold(place, 'exact', left, right, false);
    local = new Bindings();
    for (const [index, actualValue] of pairContainers(left, right, bindings)) {
      walk({ path: [...place.path, index], field: [...place.field, '[]'] }, left[index], actualValue);
    }
    local = undefined;
  };

  const walk = (from: Place, left: Json | undefined, right: Json | undefined): void => {
    const resource = resourceName(left);
    const place: Place = resource === undefined ? from : { path: from.path, field: [resource] };
    const known = left !== undefined && right !== undefined;
    const rule = ruleOf(place.field);
    const treatment = rule?.treatment;
    if (rule !== undefined) applied.add(rule);
    if (!known) return hold(place, 'exact', left, right, left === right);
    if (byChance.some((pattern) => matches(pattern, place.field.join('.')))) {
      return hold(place, 'shape', left, right, typeof left === typeof right);
    }
    if (moving !== undefined && walkMoving(place, left, right, moving)) return;
    if (treatment !== undefined) return walkTreated(place, treatment, left, right);
    if (isObject(left)) return walkObject(place, left, right);
    if (isArray(left)) return walkList(place, left, right);
    if (typeof left === 'string' && typeof right === 'string') {
      const identity = tokenise(left).identities.length > 0;
      const scope = NOT_LOCAL.has(place.field.join('.')) ? undefined : local;
      return hold(place, identity ? 'identity' : 'exact', left, right, bindings.agreeTexts(left, right, scope));
    }
    hold(place, 'exact', left, right, left === right);
  };

  walk({ path: [], field: [] }, recorded, actual);
  return { fields, differences, rules: applied };
}
