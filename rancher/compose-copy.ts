import { requireSidekick, sidekicksOf, withImage } from './compose-upgrade';
import { DEPLOYMENT_LABEL } from './deployment-label';
import { InvalidChangeError } from './errors/invalid-change-error';
import { isJsonObject, ownValue } from './json';
import type { JsonObject, JsonValue } from './json';
import type { ServiceResource } from './resources';

/** The label by which Drover knows a service that it made; its value is the release's id. */
export const CREATED_LABEL = 'io.drover.created';

/** What a copy is to be, besides what its source is. */
export interface CopyChange {
  /** The target's stack. */
  readonly stackId: string;
  /** The primary's image; left out when it keeps its source's. */
  readonly image?: string | undefined;
  /** Images by sidekick name; the others keep their source's. */
  readonly sidekickImages: Readonly<Record<string, string>>;
  /** Value of {@link CREATED_LABEL} on the primary. */
  readonly createdLabel: string;
}

/**
 * What defines a service besides its launch configurations, by Rancher's schema of what a client may create (`46-schemas`). Left out: what
 * is the source's alone (`vip`, `externalId`, `publicEndpoints`).
 */
const DEFINING = [
  'description',
  'scale',
  'scalePolicy',
  'metadata',
  'retainIp',
  'assignServiceIpAddress',
  'selectorContainer',
  'selectorLink',
] as const;

/** Fields of a launch configuration that name things by ids, which mean something else in another environment (`46-schemas`: `reference[…]`). */
const REFERENCES = [
  'dataVolumeMounts',
  'dataVolumesFrom',
  'instanceLinks',
  'networkContainerId',
  'networkIds',
  'registryCredentialId',
  'requestedHostId',
  'secrets',
] as const;

/**
 * Composes what is posted to make a service as another one is: its launch configurations as they were read, but for the images that are
 * asked and Drover's labels. It is not started by that.
 *
 * Pure: neither argument is changed.
 *
 * @throws InvalidChangeError for a kind of service that cannot be copied, one whose configuration names things of its own environment, and
 * images that are none. Messages name fields, never values.
 */
export function composeCopy(source: ServiceResource, change: CopyChange): JsonObject {
  const named = JSON.stringify(source.name);
  if (source.type !== 'service') {
    throw new InvalidChangeError(
      `The service ${named} is a ${source.type}: only services with containers of their own are copied. Create it by hand.`,
      { fieldName: 'type' },
    );
  }
  const read = source.launchConfig;
  if (read === null || typeof ownValue(read, 'imageUuid') !== 'string') {
    throw new InvalidChangeError(`The service ${named} has no launchConfig with an image: there is nothing to copy.`, {
      fieldName: 'launchConfig',
    });
  }
  const sidekicks = sidekicksOf(source);
  for (const name of Object.keys(change.sidekickImages)) requireSidekick(source, sidekicks, name);
  refuseReferences(named, 'launchConfig', read);
  for (const [name, config] of sidekicks) refuseReferences(named, `the sidekick ${JSON.stringify(name)}`, config);

  const primary = change.image === undefined ? read : withImage(read, change.image);
  const defining = DEFINING.flatMap((field): [string, JsonValue][] => {
    const value = ownValue(source as unknown as JsonObject, field);
    return value === undefined || value === null ? [] : [[field, value]];
  });
  return {
    name: source.name,
    ...Object.fromEntries(defining),
    launchConfig: labelled(primary, { [CREATED_LABEL]: change.createdLabel }),
    secondaryLaunchConfigs: source.secondaryLaunchConfigs.map((config) => {
      const name = ownValue(config, 'name');
      // Own keys only: a sidekick may be named "constructor".
      const image =
        typeof name === 'string' && Object.hasOwn(change.sidekickImages, name)
          ? change.sidekickImages[name]
          : undefined;
      return labelled(image === undefined ? config : withImage(config, image), {});
    }),
    stackId: change.stackId,
    startOnCreate: false,
  };
}

function refuseReferences(service: string, where: string, config: JsonObject): void {
  const found = REFERENCES.filter((field) => !isEmpty(ownValue(config, field)));
  if (found.length === 0) return;
  throw new InvalidChangeError(
    `The service ${service} cannot be copied: ${found.join(', ')} in ${where} ${found.length === 1 ? 'names' : 'name'} things of its own environment by their ids. Create the service by hand.`,
    { fieldName: found[0] },
  );
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** Labels of Drover's that are the source's own say nothing of a copy; all others stay, and those given are added. */
function labelled(config: JsonObject, added: Readonly<Record<string, string>>): JsonObject {
  const labels = ownValue(config, 'labels');
  const own = isJsonObject(labels) ? Object.entries(labels) : [];
  const kept = own.filter(([name]) => name !== DEPLOYMENT_LABEL && name !== CREATED_LABEL);
  if (kept.length === own.length && Object.keys(added).length === 0) return config;
  return { ...config, labels: { ...Object.fromEntries(kept), ...added } };
}
