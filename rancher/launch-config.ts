import { isJsonObject, ownValue } from './json';
import type { JsonObject } from './json';

export { composeUpgrade } from './compose-upgrade';
export { DEPLOYMENT_LABEL } from './deployment-label';
export type { UpgradeChange, UpgradeStrategy } from './compose-upgrade';
export { parseImageReference, sameImage, toImageUuid } from './image-reference';
export type { ImageReference } from './image-reference';

/** A label of a launch configuration, read as text; undefined where it is not set. */
export function labelOf(launchConfig: JsonObject | null, label: string): string | undefined {
  const labels = launchConfig === null ? undefined : ownValue(launchConfig, 'labels');
  const value = isJsonObject(labels) ? ownValue(labels, label) : undefined;
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** Whether one container runs on every host (label `io.rancher.scheduler.global`); `scale` says nothing then. */
export function isGlobal(launchConfig: JsonObject | null): boolean {
  return labelOf(launchConfig, 'io.rancher.scheduler.global')?.toLowerCase() === 'true';
}

/** Whether the containers run once and stop (label `io.rancher.container.start_once`). */
export function isStartOnce(launchConfig: JsonObject | null): boolean {
  return labelOf(launchConfig, 'io.rancher.container.start_once')?.toLowerCase() === 'true';
}

/** Whether Rancher checks the containers' health, so that `healthState` means something. */
export function hasHealthCheck(launchConfig: JsonObject | null): boolean {
  return launchConfig !== null && isJsonObject(ownValue(launchConfig, 'healthCheck'));
}

/** The version that Rancher gave the configuration: "0" at creation, a new UUID with each accepted upgrade. */
export function versionOf(launchConfig: JsonObject | null): string | undefined {
  const version = launchConfig === null ? undefined : ownValue(launchConfig, 'version');
  return typeof version === 'string' ? version : undefined;
}

/** The `imageUuid` of a configuration, where it has one. */
export function imageUuidOf(launchConfig: JsonObject | null): string | undefined {
  const image = launchConfig === null ? undefined : ownValue(launchConfig, 'imageUuid');
  return typeof image === 'string' && image !== '' ? image : undefined;
}

/** A sidekick's name. */
export function sidekickNameOf(secondaryLaunchConfig: JsonObject): string | undefined {
  const name = ownValue(secondaryLaunchConfig, 'name');
  return typeof name === 'string' ? name : undefined;
}
