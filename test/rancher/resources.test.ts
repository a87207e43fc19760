import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, ownValue, parseJson, stringifyJson } from '../../rancher/json';
import type { JsonObject, JsonValue } from '../../rancher/json';
import { hasHealthCheck, imageUuidOf, isGlobal, isStartOnce, versionOf } from '../../rancher/launch-config';
import {
  instanceSchema,
  PRIMARY_LAUNCH_CONFIG,
  projectSchema,
  serviceSchema,
  stackSchema,
} from '../../rancher/resources';

const RECORDINGS = join(__dirname, '../contract/recordings');

/** Every JSON object in the recorded replies of v2-beta that is a resource of this base type. */
function recorded(baseType: string): JsonObject[] {
  const found: JsonObject[] = [];
  const walk = (value: JsonValue): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (isJsonObject(value)) {
      if ([ownValue(value, 'baseType'), ownValue(value, 'type')].includes(baseType) && 'state' in value)
        found.push(value);
      else Object.values(value).forEach(walk);
    }
  };
  for (const name of readdirSync(RECORDINGS).filter((file) => file.endsWith('.json'))) {
    const recording = parseJson(readFileSync(join(RECORDINGS, name), 'utf8'));
    const steps = isJsonObject(recording) ? ownValue(recording, 'steps') : [];
    for (const step of Array.isArray(steps) ? steps : []) {
      const path = isJsonObject(step) ? ownValue(step, 'path') : undefined;
      if (isJsonObject(step) && typeof path === 'string' && path.startsWith('/v2-beta'))
        walk(ownValue(step, 'responseBody') ?? null);
    }
  }
  return found;
}

describe('resources as recorded on a real Rancher', () => {
  it.each([
    ['service', serviceSchema, 100],
    ['instance', instanceSchema, 100],
    ['stack', stackSchema, 2],
    ['project', projectSchema, 1],
  ] as const)('every %s is read, and keeps all fields', (baseType, schema, least) => {
    const resources = recorded(baseType);
    expect(resources.length).toBeGreaterThanOrEqual(least);
    for (const resource of resources) {
      const result = schema.parse(resource) as unknown as JsonObject;
      for (const [field, value] of Object.entries(resource)) {
        expect({ [field]: stringifyJson(result[field] ?? null) }).toEqual({
          // A list that Rancher leaves null reads as an empty one.
          [field]: value === null && Array.isArray(result[field]) ? '[]' : stringifyJson(value),
        });
      }
    }
  });

  it('the launch configurations are the very values that were parsed', () => {
    for (const resource of recorded('service')) {
      const service = serviceSchema.parse(resource);
      expect(service.launchConfig).toBe(resource['launchConfig'] ?? null);
      expect(service.upgrade).toBe(resource['upgrade'] ?? null);
    }
  });

  it('an instance tells its configuration and its version', () => {
    const names = new Set(recorded('instance').map((resource) => instanceSchema.parse(resource).launchConfigName));
    expect(names).toContain(PRIMARY_LAUNCH_CONFIG);
    expect(names).toContain('logger');
  });

  it('global services and those with a health check are recognised', () => {
    const configs = recorded('service').map((resource) => serviceSchema.parse(resource).launchConfig);
    expect(configs.some(isGlobal)).toBe(true);
    expect(configs.some(hasHealthCheck)).toBe(true);
    expect(configs.every((config) => isGlobal(config))).toBe(false);
    expect(configs.every((config) => hasHealthCheck(config))).toBe(false);
  });
});

describe('odd replies', () => {
  const essentials = { id: '1s2', name: 'web', state: 'active', stackId: '1st2', accountId: '1a5' };

  it('a service of the essentials alone is read with sensible defaults', () => {
    expect(serviceSchema.parse(essentials)).toEqual({
      ...essentials,
      type: 'service',
      kind: 'service',
      scale: null,
      currentScale: null,
      healthState: null,
      transitioning: 'no',
      transitioningMessage: null,
      removed: null,
      retainIp: null,
      startOnCreate: null,
      launchConfig: null,
      secondaryLaunchConfigs: [],
      upgrade: null,
      actions: {},
      instanceIds: [],
      linkedServices: null,
    });
  });

  it('odd optional fields do not break the reading', () => {
    const odd = parseJson(
      JSON.stringify({
        ...essentials,
        scale: '3',
        currentScale: [],
        healthState: 7,
        transitioning: 'maybe',
        retainIp: 'true',
        launchConfig: 'x',
        secondaryLaunchConfigs: null,
        upgrade: [],
        actions: null,
        instanceIds: [1, '1i2'],
      }),
    );
    expect(serviceSchema.parse(odd)).toMatchObject({
      scale: 3,
      currentScale: null,
      healthState: null,
      transitioning: 'no',
      retainIp: true,
      launchConfig: null,
      secondaryLaunchConfigs: [],
      upgrade: null,
      actions: {},
      instanceIds: ['1i2'],
    });
    expect(
      instanceSchema.parse(parseJson('{"id":"1i1","state":"running","startCount":2.0,"labels":{"a":1,"b":"c"}}')),
    ).toMatchObject({
      startCount: 2,
      labels: { b: 'c' },
      launchConfigName: null,
      exitCode: null,
    });
  });

  it('labels are read by their own keys only', () => {
    expect(isGlobal({ labels: { 'io.rancher.scheduler.global': 'true' } })).toBe(true);
    expect(isGlobal({ labels: { 'io.rancher.scheduler.global': true } })).toBe(true);
    expect(isGlobal({ labels: { 'io.rancher.scheduler.global': 'false' } })).toBe(false);
    expect(isStartOnce({ labels: { 'io.rancher.container.start_once': 'true' } })).toBe(true);
    expect([isGlobal(null), isStartOnce({ labels: null }), hasHealthCheck({ healthCheck: null })]).toEqual([
      false,
      false,
      false,
    ]);
    expect([versionOf({ version: '0' }), versionOf({}), imageUuidOf({ imageUuid: '' })]).toEqual([
      '0',
      undefined,
      undefined,
    ]);
  });
});
