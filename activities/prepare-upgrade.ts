import type { PostedConfig } from '../decision/round';
import type { ServiceSnapshot } from '../decision/service-snapshot';
import { PRIMARY, versionsOf } from '../decision/service-snapshot';
import type { JsonObject } from '../rancher/json';
import { isJsonObject, ownValue } from '../rancher/json';
import { composeUpgrade, imageUuidOf, sidekickNameOf } from '../rancher/launch-config';
import { failure, readFailure } from './classify-failure';
import type { About, PreparedUpgrade } from './contract';
import type { ActivityDependencies } from './dependencies';
import { digestOf } from './digest';
import type { OpenService } from './open-service';
import { changeOf, openService } from './open-service';

/** Reads the service and computes what would be posted, so that the history has it before anything is sent. */
export async function prepareUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly label: string | null },
  signal: AbortSignal,
): Promise<PreparedUpgrade> {
  const open = await openService(deps, about, 'never', signal);
  if (open === null) throw failure('NotFound', `The service ${about.target.serviceId} was removed.`);
  return preparedFrom(open.snapshot, composeFor(deps, open, about, about.label), deps.digestKey);
}

/** What the history has of an upgrade before anything is sent. */
export function preparedFrom(service: ServiceSnapshot, body: JsonObject, digestKey: Uint8Array): PreparedUpgrade {
  return {
    base: versionsOf(service),
    namedBefore: service.lastTargets.map(({ config, version }) => ({ config, version })),
    posted: postedConfigs(body, digestKey),
    wasInactive: service.state === 'inactive',
  };
}

/** The body of the upgrade for a service as it was just read. */
export function composeFor(
  { installation }: ActivityDependencies,
  open: OpenService,
  about: About,
  label: string | null,
): JsonObject {
  try {
    return composeUpgrade(open.resource, changeOf(about, open.variables, label, installation));
  } catch (error) {
    throw readFailure(error);
  }
}

/** Which configurations a body posts: names, images and digests. */
export function postedConfigs(body: JsonObject, digestKey: Uint8Array): PostedConfig[] {
  const strategy = ownValue(body, 'inServiceStrategy');
  if (!isJsonObject(strategy)) return [];
  const primary = ownValue(strategy, 'launchConfig');
  const secondary = ownValue(strategy, 'secondaryLaunchConfigs');
  const posted: PostedConfig[] = [];
  const add = (config: string, content: JsonObject): void => {
    posted.push({ config, image: imageUuidOf(content) ?? null, digest: digestOf(content, digestKey) });
  };
  if (isJsonObject(primary)) add(PRIMARY, primary);
  if (Array.isArray(secondary))
    for (const content of secondary) if (isJsonObject(content)) add(sidekickNameOf(content) ?? '', content);
  return posted;
}
