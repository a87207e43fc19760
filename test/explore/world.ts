import type { ServiceState } from '../../simulator/world-seed';

/** What an image is to the deployment: the former one, the one that was asked for, or another. */
export type Image = 'old' | 'asked' | 'other';

/** A deployment label: none, that of a round of ours, or one of a deployment that is dead. */
export type Label = 'none' | 'dead' | 1 | 2 | 3;

/** Versions are numbers, the smallest that nobody knows being the next: `0` is that of the beginning. */
export type Version = number;

/** The launch configurations of a service: a primary and one sidekick. */
export interface Revision {
  readonly primary: Version;
  readonly sidekick: Version;
  readonly image: Image;
  readonly sidekickImage: Image;
  readonly label: Label;
  /** The round of ours that made it; 0 where somebody else did. For the checks alone: Rancher does not tell. */
  readonly by: number;
}

/** The containers of one configuration in one version. Those of one pile are alike: nobody tells them apart. */
export interface Pile {
  readonly version: Version;
  readonly running: number;
  readonly stopped: number;
  /** Being started again and again, in vain. */
  readonly failed: number;
}

/** A request of ours that nobody waits for any more, and that may still reach Rancher. */
export interface LateRequest {
  readonly action: OurAction;
  /** The round that it belongs to; 0 for what settles somebody else's upgrade. */
  readonly round: number;
}

/** The actions that Drover sends. */
export type OurAction = 'upgrade' | 'finishupgrade' | 'rollback' | 'deactivate';

/** One service in Rancher, and what the checks have to know of the past. */
export interface World {
  readonly state: ServiceState;
  readonly current: Revision;
  /** What a rollback goes back to; null where none can come. */
  readonly previous: Revision | null;
  /** What the `upgrade` field goes to, which is never cleared; null where there was no upgrade yet. */
  readonly named: Revision | null;
  readonly scale: number;
  /** The scale was changed while the upgrade ran. */
  readonly rescaled: boolean;
  readonly primaries: readonly Pile[];
  readonly sidekicks: readonly Pile[];
  /** Two writers: the containers never match what both asked for. */
  readonly conflict: boolean;
  /** The pending upgrade was cancelled, and nobody continued it. */
  readonly cancelled: boolean;
  readonly late: LateRequest | null;
  /** What others did by hand since the beginning. */
  readonly foreign: number;
  /** Rounds of ours whose upgrade Rancher accepted, a bit each. */
  readonly accepted: number;
  /** Rancher accepted some action of ours. */
  readonly touched: boolean;
  /** Rancher accepted the finish of an upgrade of ours. */
  readonly finished: boolean;
}

/** How images behave in one exploration. */
export type Images = 'good' | 'never-starts' | 'crashes' | 'rollback-hangs';

/** Containers in a pile, running or not. */
export function pile(version: Version, counts: Partial<Omit<Pile, 'version'>>): Pile {
  return { version, running: 0, stopped: 0, failed: 0, ...counts };
}

/** The piles of a configuration as one changes: sorted, and without empty ones. */
export function withPile(piles: readonly Pile[], changed: Pile): readonly Pile[] {
  const others = piles.filter(({ version }) => version !== changed.version);
  const left = changed.running + changed.stopped + changed.failed > 0 ? [...others, changed] : others;
  return left.sort((one, other) => one.version - other.version);
}

export function pileOf(piles: readonly Pile[], version: Version): Pile {
  return piles.find((one) => one.version === version) ?? pile(version, {});
}

/** The text that two worlds share exactly when they are the same. */
export function keyOfWorld(world: World): string {
  const { current, previous, late } = world;
  return [
    world.state,
    revisionKey(current),
    previous === null ? '-' : revisionKey(previous),
    world.named === null ? '-' : revisionKey(world.named),
    world.scale,
    Number(world.rescaled),
    pilesKey(world.primaries),
    pilesKey(world.sidekicks),
    Number(world.conflict),
    Number(world.cancelled),
    late === null ? '-' : `${late.action}${late.round}`,
    world.foreign,
    world.accepted,
    Number(world.touched),
    Number(world.finished),
  ].join(' ');
}

function revisionKey(revision: Revision): string {
  return `${revision.primary}.${revision.sidekick}.${revision.image}.${revision.sidekickImage}.${revision.label}.${revision.by}`;
}

function pilesKey(piles: readonly Pile[]): string {
  return piles.map((one) => `${one.version}:${one.running}.${one.stopped}.${one.failed}`).join(',');
}

/** The versions that a world still knows, a bit each. */
export function versionsInWorld(world: World): number {
  let bits = (1 << world.current.primary) | (1 << world.current.sidekick);
  if (world.previous !== null) bits |= (1 << world.previous.primary) | (1 << world.previous.sidekick);
  if (world.named !== null) bits |= (1 << world.named.primary) | (1 << world.named.sidekick);
  for (const one of world.primaries) bits |= 1 << one.version;
  for (const one of world.sidekicks) bits |= 1 << one.version;
  return bits;
}

/** The smallest version that is not among some. */
export function freshVersion(known: number): Version {
  let version = 0;
  while ((known & (1 << version)) !== 0) version += 1;
  return version;
}

/** All that run of one configuration, in any version. */
export function runningIn(piles: readonly Pile[]): number {
  return piles.reduce((total, one) => total + one.running, 0);
}
