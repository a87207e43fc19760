import type { Follower, KnownOfService } from '../../activities/service-watch';
import { PRIMARY } from '../../decision/service-snapshot';
import type { ConfigVersion } from '../../decision/service-snapshot';
import { kindOfState } from '../../decision/service-state';
import type { ContainerFacts, ServiceFacts } from '../../rancher/event-frame';
import type { Nudge } from '../../workflows/contract';
import { ContainerCounts } from './container-counts';
import type { Standing } from './container-counts';
import { changeOf, knownFrom } from './service-change';
import type { Known } from './service-change';

/** Between two nudges of one service for less than its state, milliseconds; twice as long while they go on … */
export const LESSER_MILLIS = 15_000;
/** … up to this. */
export const LESSER_WIDEST_MILLIS = 120_000;
/** So many changes of the state are told at once … */
export const STATES = 12;
/** … within this time, milliseconds: a deployment has fewer. */
export const STATES_MILLIS = 600_000;
/** Between two nudges that only tell how many containers run, milliseconds: … */
export const PROGRESS_MILLIS = 10_000;
/** … where fewer than one in ten of them came since, for a large service has hundreds. */
export const LITTLE_PROGRESS_MILLIS = 120_000;
const MUCH = 0.1;
/** Only so long after an upgrade began its end is told from its containers: later a burst of reads would be many for little. */
export const NEARLY_DONE_MILLIS = 60_000;
/** From Rancher's first step to the moment in which the upgrade is told, at most, milliseconds. */
const POST_MILLIS = 1_000;
/** A container that ran, and now is one of these, has failed. */
const FAILED: readonly Standing[] = ['unhealthy', 'stopped', 'gone'];
/** Longer than a read takes, milliseconds: what was read later knows what a frame said before. */
const READ_MILLIS = 5_000;
/** Frames come about once a second: a change of which none came for so long is one that the stream does not tell, milliseconds. */
export const DEAF_MILLIS = 15_000;
/** One that Rancher is not at work on, and that nobody holds, is looked at again soon or is over: so long it is followed, milliseconds. */
const READY_MILLIS = 600_000;

/** Says who is to be woken: a service that workflows follow, what they know of it, and what frames said. Times are milliseconds of any clock. */
export class FollowedService {
  readonly #followers = new Map<string, { readonly follower: Follower; readonly until: number }>();
  readonly #containers = new ContainerCounts();
  readonly #lesser = new Pace(LESSER_MILLIS, LESSER_WIDEST_MILLIS);
  readonly #states = new Bound(STATES, STATES_MILLIS);
  #known: Known | null = null;
  /** What a frame said that was not told of yet. */
  #untold: { readonly facts: ServiceFacts; readonly at: number } | null = null;
  #upgrade: Upgrade | null = null;
  /** A container failed while the service was `upgraded`, and nobody was told. */
  #hasFailed = false;
  #framedAt = -Infinity;
  /** Since when a frame is owed: a read found another state than was known. */
  #owedSince: number | null = null;

  constructor(readonly serviceId: string) {}

  /** A workflow has one run at a time: a later one takes the place of the one before. */
  follow(follower: Follower, now: number, mostMillis: number): void {
    const isReady = this.#known !== null && kindOfState(this.#known.state) === 'ready';
    const until = now + (isReady ? Math.min(READY_MILLIS, mostMillis) : mostMillis);
    this.#followers.set(follower.workflowId, { follower, until });
  }

  get followers(): Follower[] {
    return [...this.#followers.values()].map(({ follower }) => follower);
  }

  /** Whether nobody follows it any more. */
  get isIdle(): boolean {
    return this.#followers.size === 0;
  }

  /** Whether Rancher is at work on it, as far as is known. */
  get isBusy(): boolean {
    return this.#known === null || ['upgrading', 'moving', 'flapping'].includes(kindOfState(this.#known.state));
  }

  /** Its state as last told or seen; null before that. */
  get state(): string | null {
    return this.#known?.state ?? null;
  }

  /** Whether it is upgraded, and kept so: its containers are what may change. */
  get isHeld(): boolean {
    return this.#known?.state === 'upgraded';
  }

  /** Whether its state changed and the stream told nothing of it for too long. */
  isUnheard(now: number): boolean {
    return this.#owedSince !== null && now - this.#owedSince >= DEAF_MILLIS;
  }

  /** No frame is owed any more: the stream was away meanwhile. */
  owesNothing(): void {
    this.#owedSince = null;
  }

  /** Whether {@link due} may have something to say. */
  get waits(): boolean {
    return this.#untold !== null || this.#hasFailed || this.#upgrade?.hasUntold === true;
  }

  drop({ workflowId, runId }: Follower): void {
    if (this.isFollowedBy({ workflowId, runId })) this.#followers.delete(workflowId);
  }

  dropExpired(now: number): void {
    for (const [id, { until }] of this.#followers) if (until <= now) this.#followers.delete(id);
  }

  isFollowedBy({ workflowId, runId }: Follower): boolean {
    return this.#followers.get(workflowId)?.follower.runId === runId;
  }

  told(known: KnownOfService, upgraded: readonly ConfigVersion[] | null, now: number): Nudge | null {
    const isFirst = this.#known === null;
    const isTold = this.#known?.state === known.state || this.#untold?.facts.state === known.state;
    if (!isFirst && !isTold && now - this.#framedAt > READ_MILLIS) this.#owedSince ??= now;
    this.#known = known;
    this.#upgrade = this.#upgradeOf(upgraded, now);
    if (this.#untold !== null) {
      const { facts, at } = this.#untold;
      // A change of the state is never held back: where the read has another one, it is the newer one.
      if (isFirst || now - at > READ_MILLIS || facts.state !== known.state) this.#untold = null;
      // Which of the two is newer is not known: nobody was told of this frame yet.
      if (isFirst && changeOf(known, facts) === 'state') return this.#tell('state', facts);
    }
    return this.#ofUpgrade(now);
  }

  /** A frame came, whatever it says. */
  framed(now: number): void {
    this.#framedAt = now;
    this.#owedSince = null;
  }

  /** What a frame of the service said, or a read after a gap. */
  saw(facts: ServiceFacts, now: number): Nudge | null {
    this.#untold = { facts, at: now };
    return this.#compare(now);
  }

  sawContainer(container: ContainerFacts, now: number): Nudge | null {
    const change = this.#containers.saw(container, now);
    if (change === null) return null;
    // What ran, and does not any more, while people still decide: Rancher's own health is not there for every service. One of the new
    // containers that is seen for the first time ran before: the upgrade was proven.
    const ran = change.was === 'running' || (change.was === null && this.#upgrade?.has(container) === true);
    if (this.isHeld && ran && FAILED.includes(change.is)) this.#hasFailed = true;
    return this.#ofFailed(now) ?? this.#ofUpgrade(now);
  }

  /** What was held back and may be told now. */
  due(now: number): Nudge | null {
    return this.#compare(now) ?? this.#ofFailed(now) ?? this.#ofUpgrade(now);
  }

  #compare(now: number): Nudge | null {
    if (this.#known === null || this.#untold === null) return null;
    const { facts } = this.#untold;
    const change = changeOf(this.#known, facts);
    if (change === null) this.#untold = null;
    else if (change === 'state' && this.#states.passes(now)) this.#lesser.begin();
    // One that goes to and fro all the time is told like the rest.
    else if (!this.#lesser.passes(now)) return null;
    return change === null ? null : this.#tell(change, facts);
  }

  #tell(saw: Nudge['saw'], facts: ServiceFacts): Nudge {
    this.#known = knownFrom(facts, this.#known?.expected ?? 0);
    this.#untold = null;
    // One that is removed may still call itself active: whoever knows it as that is to look.
    return { saw, state: facts.removed && kindOfState(facts.state) !== 'gone' ? 'removed' : facts.state };
  }

  #ofFailed(now: number): Nudge | null {
    // In another state it is another matter.
    if (this.#known?.state !== 'upgraded') this.#hasFailed = false;
    if (!this.#hasFailed || !this.#lesser.passes(now)) return null;
    this.#hasFailed = false;
    return { saw: 'health', state: 'upgraded' };
  }

  #upgradeOf(upgraded: readonly ConfigVersion[] | null, now: number): Upgrade | null {
    if (upgraded === null || upgraded.length === 0) {
      this.#containers.forgetStopped();
      return null;
    }
    const former = this.#upgrade;
    return former?.is(upgraded) === true ? former : new Upgrade(upgraded, now);
  }

  #ofUpgrade(now: number): Nudge | null {
    if (this.#upgrade === null || this.#known?.state !== 'upgrading') return null;
    return this.#upgrade.look(this.#containers, this.#known.expected, now);
  }
}

/** An upgrade under way, as its containers show it. */
class Upgrade {
  readonly #key: string;
  #progressAt = -Infinity;
  #isNearlyDoneTold = false;
  #mostRunning = 0;
  hasUntold = false;

  constructor(
    private readonly versions: readonly ConfigVersion[],
    private readonly since: number,
  ) {
    this.#key = keyOf(versions);
  }

  /** Whether a container is one of the upgrade's own. */
  has({ config, version }: ContainerFacts): boolean {
    return this.versions.some((one) => one.config === (config ?? PRIMARY) && one.version === (version ?? '0'));
  }

  is(versions: readonly ConfigVersion[]): boolean {
    return this.#key === keyOf(versions);
  }

  /** @param expected - containers of each configuration */
  look(containers: ContainerCounts, expected: number, now: number): Nudge | null {
    this.hasUntold = false;
    const all = expected * this.versions.length;
    if (all === 0) return null;
    const { running, unhealthy, stopped } = containers.of(this.versions, this.since - POST_MILLIS);
    if (running >= all) {
      if (this.#isNearlyDoneTold || now - this.since > NEARLY_DONE_MILLIS) return null;
      if (stopped < all || unhealthy > 0) return null;
      this.#isNearlyDoneTold = true;
      return { saw: 'nearly-done', state: 'upgrading' };
    }
    if (expected <= 1 || running <= this.#mostRunning) return null;
    const isMuch = running - this.#mostRunning >= MUCH * all;
    if (now - this.#progressAt < (isMuch ? PROGRESS_MILLIS : LITTLE_PROGRESS_MILLIS)) {
      this.hasUntold = true;
      return null;
    }
    this.#progressAt = now;
    this.#mostRunning = running;
    return { saw: 'progress', state: 'upgrading', running, expected: all };
  }
}

const keyOf = (versions: readonly ConfigVersion[]): string =>
  versions
    .map(({ config, version }) => `${config} ${version}`)
    .sort()
    .join('\n');

/** Lets so many pass within a time. */
class Bound {
  readonly #passed: number[] = [];

  constructor(
    private readonly most: number,
    private readonly withinMillis: number,
  ) {}

  passes(now: number): boolean {
    while (this.#passed[0] !== undefined && now - this.#passed[0] >= this.withinMillis) this.#passed.shift();
    if (this.#passed.length >= this.most) return false;
    this.#passed.push(now);
    return true;
  }
}

/** Lets one pass now and then: the pause doubles while more come than pass. */
class Pace {
  #passedAt = -Infinity;
  #pause: number;

  constructor(
    private readonly first: number,
    private readonly widest: number,
  ) {
    this.#pause = first;
  }

  passes(now: number): boolean {
    const since = now - this.#passedAt;
    if (since < this.#pause) return false;
    this.#pause = since >= 2 * this.#pause ? this.first : Math.min(this.widest, 2 * this.#pause);
    this.#passedAt = now;
    return true;
  }

  /** As if none had passed. */
  begin(): void {
    this.#passedAt = -Infinity;
    this.#pause = this.first;
  }
}
