import type { DeploymentRequest } from '../decision/request';
import type { ConfigSnapshot, InstanceTally, NamedTarget, ServiceSnapshot } from '../decision/service-snapshot';
import { installationOf, labelSeenBy } from '../decision/deployment-label';
import { PRIMARY } from '../decision/service-snapshot';
import { PENDING_STATES } from '../decision/service-state';
import { NotRancherError } from '../rancher/errors/not-rancher-error';
import type { JsonObject, JsonValue } from '../rancher/json';
import { isJsonObject, ownValue } from '../rancher/json';
import {
  DEPLOYMENT_LABEL,
  hasHealthCheck,
  imageUuidOf,
  isGlobal,
  isStartOnce,
  labelOf,
  sameImage,
  sidekickNameOf,
  versionOf,
} from '../rancher/launch-config';
import { configuredValues, withParts } from '../rancher/configured-values';
import { MOST_SECRETS, redactor } from '../rancher/redact';
import type { InstanceResource, ServiceResource } from '../rancher/resources';
import { oneLine } from '../rancher/wording';
import type { ActivityDependencies } from './dependencies';
import { digestOf } from './digest';
import type { NamedPlace } from './public-names';
import { publicNames } from './public-names';

/** What a snapshot needs to know besides the service. */
export interface SnapshotView {
  readonly request: Pick<DeploymentRequest, 'environment' | 'stack' | 'image' | 'sidekicks' | 'labels'>;
  /** Values of the variables that the request merges, resolved. */
  readonly variables: Readonly<Record<string, string>>;
  readonly digestKey: Uint8Array;
  /** See {@link ActivityDependencies}. */
  readonly installation?: string | undefined;
  readonly leavesAlone?: ((label: string) => boolean) | undefined;
}

/** What a snapshot needs to know of the worker. */
export function workersView({
  digestKey,
  installation,
  leavesAlone,
}: ActivityDependencies): Pick<SnapshotView, 'digestKey' | 'installation' | 'leavesAlone'> {
  return { digestKey, installation, leavesAlone };
}

/** Characters of a snapshot as JSON: a service with a hundred sidekicks has half of it. */
const LONGEST_SNAPSHOT = 65_536;
/** Kinds of service that run no containers of their own. */
const WITHOUT_CONTAINERS: readonly string[] = ['dnsService', 'externalService'];

/** Turns what Rancher answered into what decisions are made from: names, versions, counts and digests, never a value. */
export function snapshotOf(
  service: ServiceResource,
  instances: readonly InstanceResource[] | null,
  view: SnapshotView,
): ServiceSnapshot {
  const configs = configsOf(service, view);
  const last = lastUpgradeOf(service, view);
  return bounded({
    serviceId: service.id,
    state: service.state,
    removed: service.removed !== null,
    transitioning: service.transitioning,
    message: messageOf(service, view),
    healthState: service.healthState,
    expected: expectedOf(service),
    configs,
    instances: instances === null ? null : tallyOf(instances, configs),
    meetsRequest: meetsRequest(service, view),
    twoWriters: hasTwoWriters(service),
    ...last,
    ...claimOf(service, last.lastTargets, view),
  });
}

/**
 * Every snapshot goes into the history, which is bounded.
 * @throws NotRancherError for one that no service of Rancher's has
 */
function bounded(snapshot: ServiceSnapshot): ServiceSnapshot {
  const size = JSON.stringify(snapshot).length;
  if (size <= LONGEST_SNAPSHOT) return snapshot;
  throw new NotRancherError(
    `The service ${snapshot.serviceId} is described in ${size} characters of names, images and versions; ${LONGEST_SNAPSHOT} are possible. Is it Rancher that answers?`,
  );
}

/** A service that Rancher does not know any more. */
export function removedSnapshot(serviceId: string): ServiceSnapshot {
  return {
    serviceId,
    state: 'removed',
    removed: true,
    transitioning: 'no',
    message: null,
    healthState: null,
    expected: 0,
    configs: [],
    instances: [],
    meetsRequest: false,
    twoWriters: false,
    lastLabels: [],
    lastTargets: [],
  };
}

/**
 * Everything about a service that no message may repeat: its configuration's values, and those that a request merges; but for those that
 * are nothing but one of its {@link publicNames}, without which a message would not say what it is about.
 */
export function hiddenTexts(
  service: ServiceResource,
  variables: Readonly<Record<string, string>>,
  place: NamedPlace,
): string[] {
  const texts = [...configuredValues(service), ...Object.values(variables).flatMap(withParts)];
  // There are more than were read: a redactor has to see by their number that it must show nothing.
  if (texts.length > MOST_SECRETS) return texts;
  const names = publicNames(service, place);
  return texts.filter((text) => !names.has(text));
}

/** The launch configurations of a service with the names that Rancher gives them, the primary first. */
export function namedConfigs(service: ServiceResource): { name: string; config: JsonObject }[] {
  const named = service.launchConfig === null ? [] : [{ name: PRIMARY, config: service.launchConfig }];
  for (const config of service.secondaryLaunchConfigs) {
    const name = sidekickNameOf(config);
    if (name !== undefined) named.push({ name, config });
  }
  return named;
}

function deploymentLabelOf(config: JsonObject, installation: string | undefined): string | undefined {
  const label = labelOf(config, DEPLOYMENT_LABEL);
  return label === undefined ? undefined : labelSeenBy(installation, label);
}

function configsOf(service: ServiceResource, { digestKey, installation }: SnapshotView): ConfigSnapshot[] {
  return namedConfigs(service).map(({ name, config }) => ({
    name,
    version: versionOf(config) ?? '0',
    image: imageUuidOf(config) ?? null,
    deploymentLabel: deploymentLabelOf(config, installation) ?? null,
    digest: digestOf(config, digestKey),
    hasHealthCheck: hasHealthCheck(config),
    startOnce: isStartOnce(config),
  }));
}

/** Rancher's words only while they tell something: its own "In Progress" is left out. */
function messageOf(service: ServiceResource, { variables, request }: SnapshotView): string | null {
  const message = service.transitioningMessage;
  if (message === null || message === '' || message === 'In Progress') return null;
  return oneLine(redactor(hiddenTexts(service, variables, request))(message)).slice(0, 500);
}

/** For a global service `scale` stays 1 and `currentScale` is the number of hosts (recorded in `14-global`). */
function expectedOf(service: ServiceResource): number {
  if (WITHOUT_CONTAINERS.includes(service.type) || service.launchConfig === null) return 0;
  if (imageUuidOf(service.launchConfig)?.includes('rancher/none') === true) return 0;
  if (isGlobal(service.launchConfig)) return service.currentScale ?? 0;
  return service.scale ?? 1;
}

function meetsRequest(service: ServiceResource, view: SnapshotView): boolean {
  const { request } = view;
  const primary = service.launchConfig;
  if (request.image !== undefined && !hasImage(primary, request.image)) return false;
  for (const [sidekick, image] of Object.entries(request.sidekicks)) {
    const config = service.secondaryLaunchConfigs.find((candidate) => sidekickNameOf(candidate) === sidekick);
    if (!hasImage(config ?? null, image)) return false;
  }
  return holds(primary, 'environment', view.variables) && holds(primary, 'labels', request.labels);
}

function hasImage(config: JsonObject | null, image: string): boolean {
  const current = imageUuidOf(config);
  return current !== undefined && sameImage(current, image);
}

function holds(
  config: JsonObject | null,
  map: 'environment' | 'labels',
  wanted: Readonly<Record<string, string>>,
): boolean {
  const current = config === null ? undefined : ownValue(config, map);
  return Object.entries(wanted).every(([key, value]) => isJsonObject(current) && ownValue(current, key) === value);
}

/**
 * Two upgrades that were accepted at once leave disagreeing versions behind. So does an `upgrade` field that is stale, for some tens of
 * milliseconds after a POST: one read is a hint, two of them a second apart are evidence.
 */
function hasTwoWriters(service: ServiceResource): boolean {
  if (service.state !== 'upgrading' || service.upgrade === null) return false;
  const strategy = ownValue(service.upgrade, 'inServiceStrategy');
  const target = isJsonObject(strategy) ? ownValue(strategy, 'launchConfig') : undefined;
  if (!isJsonObject(target)) return false;
  const named = versionOf(target);
  return named !== undefined && named !== versionOf(service.launchConfig);
}

/** What the `upgrade` field goes to: our labels in it, and its versions. */
function lastUpgradeOf(
  service: ServiceResource,
  { digestKey, installation }: SnapshotView,
): Pick<ServiceSnapshot, 'lastLabels' | 'lastTargets'> {
  const strategy = service.upgrade === null ? undefined : ownValue(service.upgrade, 'inServiceStrategy');
  const labels = new Set<string>();
  const lastTargets: NamedTarget[] = [];
  const add = (config: string | undefined, content: JsonValue | undefined): void => {
    if (!isJsonObject(content)) return;
    const label = deploymentLabelOf(content, installation);
    if (label !== undefined) labels.add(label);
    const version = versionOf(content);
    if (config !== undefined && version !== undefined)
      lastTargets.push({ config, version, digest: digestOf(content, digestKey) });
  };
  if (isJsonObject(strategy)) {
    add(PRIMARY, ownValue(strategy, 'launchConfig'));
    const secondary = ownValue(strategy, 'secondaryLaunchConfigs');
    for (const config of Array.isArray(secondary) ? secondary : [])
      add(isJsonObject(config) ? sidekickNameOf(config) : undefined, config);
  }
  return { lastLabels: [...labels], lastTargets };
}

/**
 * Whose a pending upgrade is, where the worker leaves those of other installations alone. What the upgrade touched tells: a sidekick may
 * carry the label of an earlier one. Where the `upgrade` field does not name what is there (it is stale for a moment), all of them do.
 */
function claimOf(
  service: ServiceResource,
  lastTargets: readonly NamedTarget[],
  { installation, leavesAlone }: SnapshotView,
): Pick<ServiceSnapshot, 'claimedBy'> {
  if (leavesAlone === undefined || !(PENDING_STATES as readonly string[]).includes(service.state)) return {};
  const configs = namedConfigs(service);
  const touched = configs.filter(({ name, config }) =>
    lastTargets.some((target) => target.config === name && target.version === versionOf(config)),
  );
  const labels = (touched.length === 0 ? configs : touched).map(({ config }) => labelOf(config, DEPLOYMENT_LABEL));
  const claim = labels.find(
    (label) => label !== undefined && installationOf(label) !== installation && leavesAlone(label),
  );
  return claim === undefined ? {} : { claimedBy: claim };
}

const RUNNING: readonly string[] = ['running', 'updating-running'];
const STOPPED: readonly string[] = ['stopped', 'updating-stopped'];
const FAILED: readonly string[] = ['error', 'erroring'];
const GONE: readonly string[] = ['removed', 'removing', 'purging', 'purged'];

function tallyOf(instances: readonly InstanceResource[], configs: readonly ConfigSnapshot[]): InstanceTally[] {
  const tallies = new Map<string, { -readonly [K in keyof InstanceTally]: InstanceTally[K] }>();
  for (const instance of instances) {
    if (GONE.includes(instance.state) || instance.removed !== null) continue;
    const config = instance.launchConfigName ?? PRIMARY;
    const version = instance.version ?? '0';
    const key = JSON.stringify([config, version]);
    const tally = tallies.get(key) ?? {
      config,
      version,
      running: 0,
      healthy: 0,
      stopped: 0,
      completed: 0,
      failed: 0,
      restarts: 0,
      moving: 0,
    };
    tallies.set(key, tally);
    tally.restarts += Math.max(0, (instance.startCount ?? 1) - 1);
    const known = configs.find((candidate) => candidate.name === config);
    if (RUNNING.includes(instance.state)) {
      tally.running += 1;
      if (known?.hasHealthCheck !== true || instance.healthState === 'healthy') tally.healthy += 1;
    } else if (STOPPED.includes(instance.state)) {
      if (known?.startOnce === true && instance.exitCode === 0) tally.completed += 1;
      else if (known?.startOnce === true && instance.exitCode !== null) tally.failed += 1;
      else tally.stopped += 1;
    } else if (FAILED.includes(instance.state)) tally.failed += 1;
    else tally.moving += 1;
  }
  return [...tallies.values()];
}
