import { DEPLOYMENT_LABEL } from './deployment-label';
import { InvalidChangeError } from './errors/invalid-change-error';
import { parseImageReference, sameImage, toImageUuid } from './image-reference';
import { isJsonObject, ownValue } from './json';
import type { JsonObject, JsonValue } from './json';
import { nearSpellings } from './near-spellings';
import type { ServiceResource } from './resources';

/** What is asked to change of a service. All else stays as it was read. */
export interface UpgradeChange {
  /** The primary's new image; left out when the primary keeps its own. */
  readonly image?: string | undefined;
  /** New images by sidekick name; the names are those of `secondaryLaunchConfigs`. */
  readonly sidekickImages: Readonly<Record<string, string>>;
  /** Environment variables merged into the primary's. */
  readonly variables: Readonly<Record<string, string>>;
  /** Labels merged into the primary's. */
  readonly labels: Readonly<Record<string, string>>;
  /** Value of {@link DEPLOYMENT_LABEL} on each configuration that is posted; none where labels are switched off. */
  readonly deploymentLabel?: string | undefined;
  /**
   * Post all that is named even where it would not change (a tag that was pushed again): the primary when an image is
   * given or nothing is named, and each named sidekick. Default false; without it the same is done when nothing at all
   * would change.
   */
  readonly redeploy?: boolean | undefined;
  readonly strategy: UpgradeStrategy;
}

/** How Rancher replaces the containers. */
export interface UpgradeStrategy {
  /** Containers at a time; at least 1. */
  readonly batchSize: number;
  /** Milliseconds between batches; at least 100. */
  readonly intervalMillis: number;
  /** Start the new container of a batch before the old one is stopped. Not with `retainIp`. */
  readonly startFirst: boolean;
}

/**
 * Composes the body of the `upgrade` action: each launch configuration that changes as it was read, but for what is asked
 * and Drover's label. Configurations that do not change are not posted, and so keep their version and their containers.
 *
 * Pure: neither argument is changed; what is not touched is shared with the service that was read.
 *
 * @throws InvalidChangeError for what Rancher would refuse, and for what it would accept and must never get (an empty
 * configuration, one without an image). Messages name fields, never values.
 */
export function composeUpgrade(service: ServiceResource, change: UpgradeChange): { inServiceStrategy: JsonObject } {
  const { strategy } = change;
  checkStrategy(service, strategy);
  const sidekicks = sidekicksOf(service);
  for (const name of Object.keys(change.sidekickImages)) requireSidekick(service, sidekicks, name);

  const primary = requestedPrimary(service, change);
  const namedSidekicks = [...sidekicks].filter(([name]) => Object.hasOwn(change.sidekickImages, name));
  const secondary = namedSidekicks.map(([name, read]) => {
    const image = change.sidekickImages[name] ?? '';
    return { name, read, config: withImage(read, image), changes: imageChanges(read, image) };
  });
  const redeploys = change.redeploy === true || !(primary.changes || secondary.some((entry) => entry.changes));
  const postPrimary = primary.changes || (redeploys && (change.image !== undefined || namedSidekicks.length === 0));
  const posted = secondary.filter((entry) => entry.changes || redeploys);

  return {
    inServiceStrategy: {
      batchSize: strategy.batchSize,
      intervalMillis: strategy.intervalMillis,
      startFirst: strategy.startFirst,
      ...(postPrimary
        ? { launchConfig: finished(service, service.launchConfig, primary.config, 'launchConfig', change) }
        : {}),
      ...(posted.length === 0
        ? {}
        : {
            secondaryLaunchConfigs: posted.map(({ name, read, config }) =>
              finished(service, read, config, `secondaryLaunchConfigs (${JSON.stringify(name)})`, change),
            ),
          }),
    },
  };
}

function requestedPrimary(service: ServiceResource, change: UpgradeChange): { config: JsonObject; changes: boolean } {
  const read = service.launchConfig ?? {};
  if (change.image !== undefined && hasNoContainers(service)) {
    throw new InvalidChangeError(
      `The service ${JSON.stringify(service.name)} (a ${service.type}) has no containers, and so no image to change.`,
      { fieldName: 'imageUuid' },
    );
  }
  let config = change.image === undefined ? read : withImage(read, change.image);
  config = merged(config, 'environment', change.variables);
  config = merged(config, 'labels', change.labels);
  const changes =
    (change.image !== undefined && imageChanges(read, change.image)) ||
    mapChanges(read, 'environment', change.variables) ||
    mapChanges(read, 'labels', change.labels);
  return { config, changes };
}

/** DNS and external services: their launch configuration has labels, but no image. */
function hasNoContainers(service: ServiceResource): boolean {
  return service.type === 'dnsService' || service.type === 'externalService';
}

/** The last guards, and our label. */
function finished(
  service: ServiceResource,
  read: JsonObject | null,
  config: JsonObject,
  where: string,
  change: UpgradeChange,
): JsonObject {
  if (read === null || Object.keys(read).length === 0) {
    throw new InvalidChangeError(
      `The service has no ${where} to post: Rancher would accept an empty one and blank the service. Nothing was sent.`,
      { fieldName: where },
    );
  }
  const image = ownValue(config, 'imageUuid');
  const needsImage = image !== undefined || !hasNoContainers(service);
  if (needsImage && (typeof image !== 'string' || /^(?:[a-z]+:)?\s*$/.test(image))) {
    throw new InvalidChangeError(
      `The ${where} has no image: Rancher would accept that and break the service. Name an image; nothing was sent.`,
      { fieldName: 'imageUuid' },
    );
  }
  return change.deploymentLabel === undefined
    ? config
    : merged(config, 'labels', { [DEPLOYMENT_LABEL]: change.deploymentLabel });
}

/**
 * The configuration with another image, all else as it was read.
 *
 * @throws InvalidChangeError for what is no image reference, and for Rancher's own name of none
 */
export function withImage(config: JsonObject, reference: string): JsonObject {
  const imageUuid = toImageUuid(reference);
  const { registry, repository } = parseImageReference(reference);
  if (registry === undefined && repository === 'rancher/none') {
    throw new InvalidChangeError('The image rancher/none would take the containers away instead of upgrading them.', {
      fieldName: 'imageUuid',
    });
  }
  return { ...config, imageUuid };
}

function imageChanges(config: JsonObject, reference: string): boolean {
  const read = ownValue(config, 'imageUuid');
  return typeof read !== 'string' || !sameImage(read, toImageUuid(reference));
}

function merged(
  config: JsonObject,
  field: 'environment' | 'labels',
  additions: Readonly<Record<string, string>>,
): JsonObject {
  if (Object.keys(additions).length === 0) return config;
  const map = mapOf(config, field);
  return { ...config, [field]: { ...map, ...additions } };
}

function mapChanges(
  config: JsonObject,
  field: 'environment' | 'labels',
  additions: Readonly<Record<string, string>>,
): boolean {
  const map = mapOf(config, field);
  return Object.entries(additions).some(([key, value]) => ownValue(map, key) !== value);
}

function mapOf(config: JsonObject, field: 'environment' | 'labels'): JsonObject {
  const value: JsonValue | undefined = ownValue(config, field);
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  throw new InvalidChangeError(`The ${field} of the service are not a map: nothing can be merged into them.`, {
    fieldName: field,
  });
}

/** The sidekicks' configurations by their names. */
export function sidekicksOf(service: ServiceResource): Map<string, JsonObject> {
  const sidekicks = new Map<string, JsonObject>();
  for (const config of service.secondaryLaunchConfigs) {
    const name = ownValue(config, 'name');
    if (typeof name === 'string') sidekicks.set(name, config);
  }
  return sidekicks;
}

/** @throws InvalidChangeError naming the sidekicks that there are */
export function requireSidekick(
  service: ServiceResource,
  sidekicks: ReadonlyMap<string, JsonObject>,
  name: string,
): void {
  if (sidekicks.has(name)) return;
  const known = [...sidekicks.keys()];
  const near = nearSpellings(name, known, 1)[0];
  const has = known.length === 0 ? 'it has none' : `it has ${known.map((each) => JSON.stringify(each)).join(', ')}`;
  throw new InvalidChangeError(
    `The service ${JSON.stringify(service.name)} has no sidekick ${JSON.stringify(name)}: ${has}.${near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`}`,
    { fieldName: 'sidekickImages' },
  );
}

function checkStrategy(service: ServiceResource, strategy: UpgradeStrategy): void {
  const fail = (fieldName: string, message: string): InvalidChangeError =>
    new InvalidChangeError(message, { fieldName });
  if (!Number.isSafeInteger(strategy.batchSize) || strategy.batchSize < 1) {
    throw fail('batchSize', 'The batch size must be a whole number, at least 1.');
  }
  if (!Number.isSafeInteger(strategy.intervalMillis) || strategy.intervalMillis < 100) {
    throw fail('intervalMillis', 'The interval between batches must be a whole number of milliseconds, at least 100.');
  }
  if (typeof strategy.startFirst !== 'boolean') throw fail('startFirst', 'startFirst must be true or false.');
  if (strategy.startFirst && service.retainIp === true) {
    throw fail(
      'startFirst',
      `The service ${JSON.stringify(service.name)} keeps its IP addresses (retainIp): the new container cannot start before the old one stops. Leave start-first out.`,
    );
  }
}
