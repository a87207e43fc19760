import type { ConfigVersion, ServiceSnapshot } from './service-snapshot';

/** One accepted (or attempted) upgrade of ours, as the history knows it. */
export interface Round {
  /** 1 for the first upgrade that a deployment posts. */
  readonly number: number;
  /** `<deploymentId>.<round>`; null where labels are switched off, and for an adopted upgrade. */
  readonly label: string | null;
  /** Versions before the POST, one per configuration; null where an adopted upgrade did not show them. */
  readonly base: readonly ConfigVersion[] | null;
  /** Versions that the `upgrade` field named before the POST; empty where there was none, and for an adopted upgrade. */
  readonly namedBefore: readonly ConfigVersion[];
  /** What was posted, per touched configuration; empty for an adopted upgrade. */
  readonly posted: readonly PostedConfig[];
  /** Versions as Rancher accepted them; null until a reply or a later read showed them. */
  readonly accepted: readonly ConfigVersion[] | null;
}

/** A configuration that was posted: the image it goes to, and the digest of its content. */
export interface PostedConfig {
  readonly config: string;
  readonly image: string | null;
  readonly digest: string;
}

/** Whose state a service shows: our upgrade's, the one before it, or somebody else's. */
export type Ownership = 'ours' | 'base' | 'foreign';

/**
 * Decides whose upgrade a service shows. Only the service's launch configurations are looked at, never its `upgrade` field, which is
 * stale after a POST and after a rollback.
 *
 * Once Rancher accepted an upgrade, its versions decide. Before that (a lost reply, a killed worker), a configuration is ours when it
 * carries this round's label and image (or, with labels off, the digest of what was posted) and its version is no longer the base.
 */
export function ownershipOf(service: ServiceSnapshot, round: Round): Ownership {
  if (round.accepted !== null) {
    if (hasVersions(service, round.accepted)) return 'ours';
    if (round.base !== null && hasVersions(service, round.base)) return 'base';
    return isSecondOfOurs(service, round) ? 'ours' : 'foreign';
  }
  if (round.base !== null && hasVersions(service, round.base)) return 'base';
  const recognised = round.posted.length > 0 && round.posted.every((posted) => isRecognised(service, round, posted));
  return recognised ? 'ours' : 'foreign';
}

/** Every configuration of the service has just these versions. */
export function hasVersions(service: ServiceSnapshot, versions: readonly ConfigVersion[]): boolean {
  return (
    service.configs.length === versions.length &&
    service.configs.every((config) => versionIn(versions, config.name) === config.version)
  );
}

/** The version of a configuration, undefined where it is not among them. */
export function versionIn(versions: readonly ConfigVersion[], config: string): string | undefined {
  return versions.find((entry) => entry.config === config)?.version;
}

/**
 * What ran before an upgrade that somebody else began and we adopt, read from the containers that it has not removed yet. Null when
 * they do not tell (none left, or of several versions).
 */
export function baseOfAdopted(service: ServiceSnapshot): ConfigVersion[] | null {
  if (service.instances === null) return null;
  const base: ConfigVersion[] = [];
  let differs = false;
  for (const config of service.configs) {
    const others = new Set(
      service.instances
        .filter((tally) => tally.config === config.name && tally.version !== config.version)
        .map((tally) => tally.version),
    );
    if (others.size > 1) return null;
    const [other] = others;
    if (other !== undefined) differs = true;
    base.push({ config: config.name, version: other ?? config.version });
  }
  return differs ? base : null;
}

/**
 * Rancher took this round's upgrade twice, from two attempts that arrived at once, and shows the version of the other one. Nobody else's
 * looks so: the label may have come along, but of one upgrade all that Rancher tells agrees.
 */
function isSecondOfOurs(service: ServiceSnapshot, round: Round): boolean {
  if (!service.twoWriters || service.state !== 'upgrading') return false;
  if (round.label === null || round.posted.length === 0) return false;
  return round.posted.every((posted) => isRecognised(service, round, posted));
}

function isRecognised(service: ServiceSnapshot, round: Round, posted: PostedConfig): boolean {
  const config = service.configs.find(({ name }) => name === posted.config);
  if (config === undefined || config.image !== posted.image) return false;
  if (round.base === null || versionIn(round.base, posted.config) === config.version) return false;
  if (round.label !== null) return config.deploymentLabel === round.label;
  // Digests of two workers with secrets of their own tell nothing; then the image and the new version have to do: an upgrade of
  // somebody else's that goes to what was asked would be adopted anyway.
  return config.digest === posted.digest || !areComparable(config.digest, posted.digest);
}

/** Digests begin with the fingerprint of the secret that they are keyed with. */
export function areComparable(one: string, other: string): boolean {
  return one.split(':')[0] === other.split(':')[0];
}

/**
 * Rancher took this round's upgrade (or a later one of the same deployment, whose workflow was reset since), and it was rolled back before
 * anybody here saw it: it must not be posted again. The `upgrade` field tells: it goes on naming an upgrade after that was rolled back.
 * With labels off, it has to name another version of what was posted than before.
 */
export function wasUndone(service: ServiceSnapshot, round: Round): boolean {
  const { label } = round;
  if (ownershipOf(service, round) !== 'base' || round.posted.length === 0) return false;
  if (label === null) return namesAnotherThanBefore(service, round);
  return !wasPostedBefore(service, round) && service.lastLabels.some((last) => isOfThisRound(last, label));
}

/**
 * What was taken for the base is this round's upgrade itself (or a later one's of the same deployment): its workflow was reset, and the run
 * before had the POST under way when the service was read. It must not be posted again either; it is there to go on with.
 */
export function wasPostedBefore(service: ServiceSnapshot, round: Round): boolean {
  const { label } = round;
  // Just those that the next look at the service goes on with (`ownRoundOf`): anything else would be looked at without end.
  if (label === null || round.number > 1 || !service.meetsRequest) return false;
  if (ownershipOf(service, round) !== 'base') return false;
  return service.configs.some(
    ({ version, deploymentLabel }) => version !== NEVER_UPGRADED && isOfThisRound(deploymentLabel, label),
  );
}

/** The version of a configuration that was created and never upgraded: a label on it came along from elsewhere, as with a copied stack. */
export const NEVER_UPGRADED = '0';

function isOfThisRound(other: string | null, label: string): boolean {
  const deploymentId = label.slice(0, label.lastIndexOf('.'));
  const number = roundInLabel(label, deploymentId) ?? Infinity;
  return other === label || (roundInLabel(other, deploymentId) ?? 0) >= number;
}

function namesAnotherThanBefore({ lastTargets }: ServiceSnapshot, { posted, namedBefore }: Round): boolean {
  return posted.every(({ config, digest }) => {
    const target = lastTargets.find((named) => named.config === config);
    if (target === undefined || versionIn(namedBefore, config) === target.version) return false;
    return target.digest === digest || !areComparable(target.digest, digest);
  });
}

/** The label of a deployment's own upgrade. */
export function labelOfRound(deploymentId: string, number: number): string {
  return `${deploymentId}.${number}`;
}

/** The round that a label `<deploymentId>.<round>` names, null where it is another deployment's, or none. */
export function roundInLabel(label: string | null, deploymentId: string): number | null {
  if (label === null || !label.startsWith(`${deploymentId}.`)) return null;
  const number = Number(label.slice(deploymentId.length + 1));
  return Number.isInteger(number) && number > 0 ? number : null;
}

/** Configurations that the upgrade left alone: their accepted version is the one they had before. */
export function untouchedConfigs(round: Round): string[] {
  const { base, accepted } = round;
  if (base === null || accepted === null) return [];
  return accepted.filter(({ config, version }) => versionIn(base, config) === version).map(({ config }) => config);
}

/** Versions of the configurations that the upgrade changed; empty until Rancher has accepted it. */
export function touchedVersions(round: Round): ConfigVersion[] {
  const untouched = untouchedConfigs(round);
  return (round.accepted ?? []).filter(({ config }) => !untouched.includes(config));
}
