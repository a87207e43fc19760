import type {
  Behaviour,
  JsonObject as SeedObject,
  ServiceSeed,
  ServiceType,
  WorldSeed,
} from '../../simulator/world-seed';
import { isArray, isObject, text } from './recording';
import type { Json, JsonObject, Recording, Step } from './recording';

/** The keys that the replay uses, one of each role. */
export const keys = {
  owner: { accessKey: 'owner', secretKey: 'owner-secret' },
  member: { accessKey: 'member', secretKey: 'member-secret' },
  readonly: { accessKey: 'readonly', secretKey: 'readonly-secret' },
} as const;

export type KeyName = keyof typeof keys;

/** Something that the recordings' author did to the real server without recording it. */
export interface Nudge {
  /** Before the step with this index. */
  readonly before: number;
  /** Creates the service that the recording shows under this id, and waits until it is active unless told otherwise. */
  readonly create: string;
  readonly atOnce?: boolean;
}

export interface Scene {
  readonly behaviours?: readonly Behaviour[];
  readonly nudges?: readonly Nudge[];
  /** Steps that are not replayed, by index. coverage.ts says why. */
  readonly skip?: readonly number[];
  /** Steps of which only the status is compared, by index. coverage.ts says why. */
  readonly statusOnly?: readonly number[];
}

/** How the circumstances of a recording, which were brought about by hand, are brought about in the simulator. */
export const scenes: Readonly<Record<string, Scene>> = {
  '17-healthcheck-upgrade': {
    behaviours: [
      { image: 'docker:example/app:1', healthyAfterMillis: 2000 },
      { image: 'docker:example/app:2', healthyAfterMillis: 11_300 },
    ],
  },
  '18-failing-start-rollback': {
    behaviours: [{ image: 'docker:example/app:2', startFails: true }],
  },
  '26-removal': { nudges: [{ before: 7, create: '1s103' }] },
  '28-inactive-activating': { nudges: [{ before: 6, create: '1s106', atOnce: true }] },
  '33-bad-launchconfigs': { skip: [7] },
  '50-error-then-recovers': { statusOnly: [2] },
  '61-health-never-comes': { behaviours: [{ image: 'docker:example/app:2', neverHealthy: true }] },
};

const STACKS: Readonly<Record<string, string>> = { '1st1': 'default', '1st2': 'storefront' };

function bodiesOf(step: Step): readonly JsonObject[] {
  const body: Json = step.kind === 'watch' ? step.settled : step.responseBody;
  if (!isObject(body)) return [];
  const data = body['data'];
  return isArray(data) ? data.filter(isObject) : [body];
}

const isService = (body: JsonObject): boolean => body['baseType'] === 'service';

/** Every answer that shows the service, in the order of the recording. */
export function bodiesOfService(recording: Recording, id: string): JsonObject[] {
  return recording.steps.flatMap(bodiesOf).filter((body) => isService(body) && body['id'] === id);
}

/** Ids of the services that were there before the recording began, in the order of their numbers. */
function seededIds(recording: Recording): string[] {
  const created = recording.steps.flatMap((step) =>
    step.kind === 'exchange' && step.status === 201 ? bodiesOf(step) : [],
  );
  const nudged = scenes[recording.scenario]?.nudges?.map((nudge) => nudge.create) ?? [];
  const gone = new Set([...created.map((body) => text(body, 'id')), ...nudged]);
  const listed = recording.steps.flatMap(bodiesOf).filter(isService);
  const acted = recording.steps.flatMap((step) => /\/services\/(1s\d+)\/\?action=/.exec(step.path)?.[1] ?? []);
  const unknown = (id: string): boolean =>
    recording.steps.some((step) => step.path.includes(`/${id}`) && step.kind === 'exchange' && step.status === 404);
  const behind = listed.flatMap((body) =>
    Object.values(isObject(body['linkedServices']) ? body['linkedServices'] : {}),
  );
  const ids = new Set([...listed.map((body) => text(body, 'id')), ...acted, ...behind.map(String)]);
  return [...ids].filter((id) => !gone.has(id) && !unknown(id)).sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
}

const field = (body: Json | undefined, ...path: string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), body);

const withoutVersion = (config: Json | undefined): SeedObject => {
  if (!isObject(config)) return { imageUuid: 'docker:example/app:1' };
  const { version: _version, ...rest } = config;
  return structuredClone(rest) as SeedObject;
};

/** A load balancer names the services behind it by their ids: those that the simulator will give out, in the order of the seed. */
function lbConfigSeed(recording: Recording, lbConfig: JsonObject): SeedObject {
  const order = seededServices(recording).map(({ id }) => id);
  const written = JSON.stringify(lbConfig).replace(/(?<="serviceId":")1s\d+/g, (id) => `1s${order.indexOf(id) + 1}`);
  return JSON.parse(written) as SeedObject;
}

/** The service as it was before the first request of the recording. */
function serviceSeed(recording: Recording, { id, name }: SeededService): ServiceSeed {
  const bodies = bodiesOfService(recording, id);
  const first = bodies[0];
  const untouched = first !== undefined && first['upgrade'] === null && text(first, 'state') !== 'upgrading';
  const strategy = bodies.map((body) => field(body, 'upgrade', 'inServiceStrategy')).find(isObject);
  const launchConfig = untouched ? first['launchConfig'] : strategy?.['previousLaunchConfig'];
  const sidekicks = untouched ? first['secondaryLaunchConfigs'] : strategy?.['previousSecondaryLaunchConfigs'];
  const type = text(first, 'type') as ServiceType | '';
  const lbConfig = first?.['lbConfig'];
  const inactive = text(first, 'state') === 'inactive';
  return {
    name,
    ...(type === '' ? {} : { type }),
    scale: Number(first?.['scale'] ?? 1),
    launchConfig: withoutVersion(launchConfig),
    ...(isArray(sidekicks) && sidekicks.length > 0 ? { secondaryLaunchConfigs: sidekicks.map(withoutVersion) } : {}),
    ...(isObject(lbConfig) ? { lbConfig: lbConfigSeed(recording, lbConfig) } : {}),
    ...(inactive ? { state: 'inactive' as const, startOnCreate: first?.['startOnCreate'] === true } : {}),
  };
}

/** The names of services that nothing shows but the links of a load balancer. */
function linkNames(recording: Recording): Map<string, string> {
  const links = recording.steps
    .flatMap(bodiesOf)
    .map((body) => body['linkedServices'] ?? null)
    .filter(isObject);
  return new Map(links.flatMap((link) => Object.entries(link).map(([name, id]) => [String(id), name])));
}

const stackOf = (recording: Recording, id: string): string =>
  text(bodiesOfService(recording, id)[0], 'stackId') ||
  text(bodiesOfService(recording, id)[0], 'environmentId').replace('1e', '1st') ||
  '1st3';

export interface SeededService {
  readonly id: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly name: string;
}

/** The services that were there before the recording began, in the order in which they are seeded: by stack, then by number. */
function seededServices(recording: Recording): SeededService[] {
  const services = seededIds(recording).map((id) => {
    const stackId = stackOf(recording, id);
    const first = bodiesOfService(recording, id)[0];
    const name = first === undefined ? (linkNames(recording).get(id) ?? `svc-${id}`) : text(first, 'name');
    return { id, stackId, stackName: stackName(stackId), name };
  });
  return services.sort((a, b) => a.stackId.localeCompare(b.stackId, 'en'));
}

const stackName = (id: string): string => STACKS[id] ?? 'lab';

/** What was there before the recording began: the world to start the simulator with, and which recorded id is what. */
export function worldBefore(recording: Recording): {
  seed: WorldSeed;
  services: SeededService[];
  stacks: Map<string, string>;
} {
  const services = seededServices(recording);
  const posted = recording.steps.flatMap((step) =>
    step.kind === 'exchange' ? text(step.requestBody, 'stackId') || [] : [],
  );
  const made = new Set(
    recording.steps.flatMap((step) =>
      step.kind === 'exchange' && step.status === 201 && step.path.endsWith('/stacks')
        ? text(step.responseBody, 'id')
        : [],
    ),
  );
  const stackIds = [...new Set([...services.map((one) => one.stackId), ...posted, '1st1', '1st2'])]
    .filter((id) => !made.has(id))
    .sort();
  const stacks = stackIds.map((id) => ({
    name: stackName(id),
    ...(id === '1st2' ? { description: 'shop' } : {}),
    services: services.filter((one) => one.stackId === id).map((one) => serviceSeed(recording, one)),
  }));
  const seed: WorldSeed = {
    keys: [
      { ...keys.owner, role: 'owner' },
      { ...keys.member, role: 'member' },
      { ...keys.readonly, role: 'readonly' },
    ],
    projects: [{ name: 'production', id: '1a7', hosts: 3, stacks }],
    behaviours: [...(scenes[recording.scenario]?.behaviours ?? [])],
  };
  return { seed, services, stacks: new Map(stackIds.map((id) => [id, stackName(id)])) };
}
