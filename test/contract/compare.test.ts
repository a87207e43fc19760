import { Bindings } from './bindings';
import { compareBodies } from './compare';
import type { Comparison, Held } from './compare';
import { chanceFields, fieldRules, movingFields } from './ignored-fields';
import { fates } from './pair-containers';
import { isArray, isObject, readRecording, recordingNames } from './recording';
import type { Json, JsonObject } from './recording';

type Path = readonly (string | number)[];

const at = (value: Json | undefined, path: Path): Json | undefined =>
  path.reduce<Json | undefined>((found, key) => {
    if (isArray(found)) return found[Number(key)];
    return isObject(found) ? found[String(key)] : undefined;
  }, value);

/** A copy in which the value at the path is another, or gone where the other is undefined. */
function replaced(value: Json, path: Path, other: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return other ?? null;
  if (isArray(value)) return value.map((child, index) => (index === key ? replaced(child, rest, other) : child));
  if (!isObject(value)) throw new Error(`nothing at ${path.join('.')}`);
  const { [String(key)]: child, ...others } = value;
  if (rest.length === 0 && other === undefined) return others;
  return { ...value, [String(key)]: replaced(child ?? null, rest, other) };
}

/** Another value than the one given; where only the shape is held, one of another shape. */
function mutant(value: Json | undefined, held: Held): Json {
  if (held === 'shape') return value === null ? 'was null' : { not: 'of this shape' };
  switch (typeof value) {
    case 'string':
      return `${value}x`;
    case 'number':
      return value + 1;
    case 'boolean':
      return !value;
    default:
      return isArray(value)
        ? [...value, 'one more']
        : value === null
          ? 'was null'
          : { ...(value as object), oneMore: 1 };
  }
}

/** Another id or UUID of the same form: what a simulator would answer that mixes two things up. */
const otherIdentity = (value: string): string =>
  value.replace(/(1[a-z]{1,3})(\d+)|([0-9a-f]{8})-/, (_whole, prefix?: string, digits?: string) =>
    prefix === undefined ? 'deadbeef-' : `${prefix}${digits}77`,
  );

const OWN_CONTAINERS = new Set(['14-global', '17-healthcheck-upgrade', '18-failing-start-rollback']);

const size = (body: Json): number => {
  const data = isObject(body) ? body['data'] : undefined;
  // An empty listing shows nothing.
  return isArray(data) && data.length === 0 ? Infinity : JSON.stringify(body).length;
};

interface Sample {
  readonly kind: string;
  readonly from: string;
  readonly body: Json;
}

/** Recorded answers of every kind: each kind of resource and collection, each code of error, in each state. */
function samples(): Sample[] {
  const found = new Map<string, Sample>();
  for (const name of recordingNames()) {
    for (const step of readRecording(name).steps) {
      const body = step.kind === 'watch' ? step.settled : step.responseBody;
      if (!isObject(body)) continue;
      const kind = ['type', 'resourceType', 'state', 'code']
        .map((field) => body[field])
        .filter((part) => part !== undefined);
      // Containers that have something of their own: those of a global service, with a health check, that failed.
      const own = OWN_CONTAINERS.has(name) && body['resourceType'] === 'instance' ? [name] : [];
      const filters = body['filters'];
      const filtered = isObject(filters) && isArray(filters['stackId']) ? ['of one stack'] : [];
      const key = [...kind, ...own, ...filtered].join(' ');
      const known = found.get(key);
      if (known === undefined || size(body) < size(known.body)) found.set(key, { kind: key, from: name, body });
    }
  }
  return [...found.values()];
}

const primed = new Map<Json, Bindings>();

/** Compares with bindings that have met the recorded answer already, so that all that stands for something is known. */
function compareAgain(recorded: Json, actual: Json): Comparison {
  let bindings = primed.get(recorded);
  if (bindings === undefined) {
    bindings = new Bindings();
    compareBodies(recorded, recorded, { bindings });
    primed.set(recorded, bindings);
  }
  return compareBodies(recorded, actual, { bindings: bindings.copy() });
}

describe('the comparison of an answer with a recorded one', () => {
  const kinds = samples();

  it('has samples of every kind', () => {
    const names = kinds.map((sample) => sample.kind);
    for (const part of [
      'service active',
      'service upgraded',
      'dnsService',
      'loadBalancerService',
      'collection instance',
      'project',
      'ActionNotAvailable',
    ]) {
      expect(names.filter((name) => name.includes(part))).not.toHaveLength(0);
    }
    expect(names.length).toBeGreaterThan(30);
  });

  it.each(kinds)('finds no difference between $kind ($from) and itself', ({ body }) => {
    expect(compareAgain(body, body).differences).toEqual([]);
  });

  it.each(kinds)('notices a change of any compared field of $kind ($from)', ({ body }) => {
    const { fields } = compareAgain(body, body);
    const unnoticed: string[] = [];
    for (const field of fields) {
      const value = at(body, field.path);
      const mutated = compareAgain(body, replaced(body, field.path, mutant(value, field.held)));
      if (mutated.differences.length === 0) unnoticed.push(`${field.path.join('.')} (${field.held})`);
      const other = typeof value === 'string' && field.held === 'identity' ? otherIdentity(value) : value;
      if (other !== value && compareAgain(body, replaced(body, field.path, other)).differences.length === 0) {
        unnoticed.push(`${field.path.join('.')} (another identity)`);
      }
    }
    expect(unnoticed).toEqual([]);
    expect(fields.length).toBeGreaterThan(5);
  });

  it.each(kinds)('notices a field that is gone and one too many in $kind ($from)', ({ body }) => {
    const { fields } = compareAgain(body, body);
    const unnoticed: string[] = [];
    const parents = new Map<string, readonly (string | number)[]>();
    for (const { path } of fields) {
      if (typeof path.at(-1) !== 'string') continue;
      parents.set(path.slice(0, -1).join('.'), path.slice(0, -1));
      const gone = compareAgain(body, replaced(body, path, undefined));
      if (gone.differences.length === 0) unnoticed.push(`${path.join('.')} gone`);
    }
    for (const [name, parent] of parents) {
      const added = compareAgain(body, replaced(body, [...parent, 'anUnknownField'], 1));
      if (added.differences.length === 0) unnoticed.push(`${name}.anUnknownField`);
    }
    expect(unnoticed).toEqual([]);
    expect(parents.size).toBeGreaterThan(0);
  });

  it('has no rule that nothing recorded needs, and a reason for each', () => {
    const frames = (readRecording('24-websocket-v2').frames ?? []).map(({ frame }): Json => frame);
    const used = [...kinds.map(({ body }) => body), ...frames].flatMap((body) => [...compareAgain(body, body).rules]);
    const needed = new Set(used.map((rule) => rule.field));
    expect(fieldRules.map((rule) => rule.field).filter((field) => !needed.has(field))).toEqual([]);
    for (const { reason } of [...fieldRules, ...movingFields, ...chanceFields])
      expect(reason.length).toBeGreaterThan(5);
  });

  it('holds what a millisecond decides to what was recorded on the way', () => {
    const [{ body } = { body: null }] = kinds.filter(({ kind }) => kind.startsWith('service upgrading'));
    const moving = { healthStates: new Set<Json>(['healthy', 'degraded']), currentScales: new Set<Json>([1, 2]) };
    const differences = (change: JsonObject): number => {
      if (!isObject(body)) throw new Error('no such sample');
      return compareBodies(body, { ...body, ...change }, { bindings: new Bindings(), moving }).differences.length;
    };
    expect(differences({ healthState: 'degraded', currentScale: 1, instanceIds: ['1i7'], publicEndpoints: null })).toBe(
      0,
    );
    expect(differences({ healthState: 'unhealthy' })).toBe(1);
    expect(differences({ currentScale: 3 })).toBe(1);
    expect(differences({ instanceIds: ['1s7'] })).toBe(1);
    expect(differences({ publicEndpoints: ['80'] })).toBe(1);
    expect(differences({ state: 'upgraded' })).toBe(1);
  });

  it('pairs the containers of a listing by what they are, whichever of them is which', () => {
    const container = (id: string, name: string, version: string, state: string): Json => ({
      id,
      name,
      version,
      state,
      type: 'container',
      links: { self: `/containers/${id}` },
    });
    const list = (...data: Json[]): Json => ({ type: 'collection', resourceType: 'instance', data });
    const recorded = list(
      container('1i1', 'web-1', '0', 'stopped'),
      container('1i2', 'web-2', '0', 'running'),
      container('1i3', 'web-1', '1', 'running'),
    );
    const simulated = list(
      container('1i7', 'web-1', '0', 'running'),
      container('1i8', 'web-2', '0', 'stopped'),
      container('1i9', 'web-2', '1', 'running'),
    );
    const differences = (actual: Json): number =>
      compareBodies(recorded, actual, { bindings: new Bindings() }).differences.length;
    expect(differences(simulated)).toBe(0);
    const otherUnit = list(
      container('1i7', 'web-1', '0', 'running'),
      container('1i8', 'web-2', '0', 'stopped'),
      container('1i9', 'web-1', '1', 'running'),
    );
    expect(differences(otherUnit)).toBeGreaterThan(0);
    expect(differences(list(container('1i7', 'web-1', '0', 'running')))).toBeGreaterThan(0);
    expect(
      fates([container('1i1', 'web-1', '0', 'running')], [container('1i1', 'web-1', '0', 'stopped')], () => '0'),
    ).toEqual([' 0 running  ->  0 stopped ']);
  });

  it('takes ids, versions and counters one to one, and for the rest of the recording', () => {
    const bindings = new Bindings();
    const compare = (recorded: Json, actual: Json) => compareBodies(recorded, actual, { bindings }).differences.length;
    expect(compare({ id: '1s5', stack: '1st3' }, { id: '1s900', stack: '1st4' })).toBe(0);
    expect(compare({ id: '1s5' }, { id: '1s901' })).toBe(1);
    expect(compare({ id: '1s6' }, { id: '1s900' })).toBe(1);
    expect(compare({ v1: '/v1/environments/1e3' }, { v1: '/v1/environments/1e4' })).toBe(0);
    expect(compare({ version: '0' }, { version: '1' })).toBe(1);
    expect(bindings.translate('/services/1s5?stackId=1st3&again=1e3')).toBe('/services/1s900?stackId=1st4&again=1e4');
  });
});
