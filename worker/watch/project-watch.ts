import type { FollowedService as Place, Follower, KnownOfService } from '../../activities/service-watch';
import type { ConfigVersion } from '../../decision/service-snapshot';
import type { ContainerFacts, EventFrame, ServiceFacts } from '../../rancher/event-frame';
import type { EventStreamListener } from '../../rancher/event-stream';
import type { Nudge } from '../../workflows/contract';
import { FollowedService } from './followed-service';
import { pause } from './outbox';

/** What the watch of one project is made of. */
export interface ProjectWatchOptions {
  readonly open: (listener: EventStreamListener) => { readonly isUp: boolean; close(): void };
  /** Reads a service; may throw. */
  readonly read: (serviceId: string, signal: AbortSignal) => Promise<ServiceFacts>;
  readonly nudge: (follower: Follower, nudge: Nudge) => void;
  readonly onFrame: (kind: EventFrame['kind']) => void;
  readonly onChange: (change: StreamChange) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** What is told of a stream: that it is gone, once it was for a while; and that it is back; or that it is of no use though it is open. */
export type StreamChange =
  | { readonly to: 'up' }
  /** It is open, and says nothing of what changes. */
  | { readonly to: 'deaf'; readonly serviceId: string }
  /** It tells again what changes. */
  | { readonly to: 'heard' }
  | { readonly to: 'lost'; readonly why: string }
  | { readonly to: 'back'; readonly awayMillis: number };

/** A stream that comes back sooner is not missed, milliseconds. */
export const MISSED_MILLIS = 10_000;
/** A follower that does not follow again for so long is forgotten: one that waits for a person looks every two hours, milliseconds. */
export const FOLLOWED_MILLIS = 3 * 3_600_000;
/** What is held is looked at after a gap no more often than this, milliseconds: as often as where there is no stream. */
const HELD_MILLIS = 300_000;
/**
 * A stream that is found deaf again within an hour after it was heard is not believed by the next frame, milliseconds: for five minutes, then for twice as
 * long each time. One server of several may not hear of the others, and what it does tell proves nothing of them.
 */
const [DEAF_AGAIN_MILLIS, LEAST_DEAF_MILLIS] = [3_600_000, 300_000] as const;
/** A stream that nobody follows is closed after so long, milliseconds. */
export const UNUSED_MILLIS = 30 * 60_000;
/** Containers of followed services that are kept in mind; more of them at a time are not worth the memory. */
const MOST_OWNERS = 50_000;
/** How often a service is tried to be read that may have changed in a gap, and how far apart, milliseconds. */
const [READS, READ_AGAIN_MILLIS] = [3, 2_000] as const;

/** One project's event stream, the services that are followed there, and who is woken by it. */
export class ProjectWatch {
  readonly #options: ProjectWatchOptions;
  readonly #stream: { readonly isUp: boolean; close(): void };
  readonly #services = new Map<string, FollowedService>();
  /** Told each frame of their service; null: there will be none. */
  readonly #waiters = new Map<string, Set<(facts: ServiceFacts | null) => void>>();
  readonly #held = new Set<FollowedService>();
  /** Container to the services that it was seen with. */
  readonly #owners = new Map<string, readonly string[]>();
  readonly #closed = new AbortController();
  #lost: { readonly since: number; why: string; isTold: boolean } | null = null;
  #wasUp = false;
  #catching: AbortController | null = null;
  #gapEndedAt = -Infinity;
  #heldCheckedAt = -Infinity;
  /** Those that are held were left out after a gap. */
  #isBehind = false;
  /** The stream is open, and did not tell of a change: since when, and for how long no frame changes that. */
  #deafness: { readonly since: number; readonly leastMillis: number } | null = null;
  /** The last time, and when a frame ended it. */
  #wasDeaf = { leastMillis: 0, until: -Infinity };
  #usedAt: number;

  constructor(options: ProjectWatchOptions) {
    this.#options = options;
    this.#usedAt = options.now();
    this.#stream = options.open({
      up: () => this.#up(),
      down: (why) => this.#down(why),
      service: (service) => this.#framed(service),
      container: (container) => this.#container(container),
      counted: (kind) => options.onFrame(kind),
    });
  }

  get isUp(): boolean {
    return this.#stream.isUp && this.#deafness === null;
  }

  /** Services that are followed here. */
  get followed(): number {
    return this.#services.size;
  }

  follow({ serviceId }: Place, follower: Follower): boolean {
    this.#serviceOf(serviceId).follow(follower, this.#options.now(), FOLLOWED_MILLIS);
    return this.isUp;
  }

  told({ serviceId }: Place, known: KnownOfService, upgraded: readonly ConfigVersion[] | null): void {
    // Whoever tells before he follows is compared with, too.
    const service = this.#serviceOf(serviceId);
    this.#wake(service, service.told(known, upgraded, this.#options.now()));
    // Of what changed while it was away there is no frame.
    const isNew = this.#options.now() - this.#gapEndedAt < MISSED_MILLIS;
    if (!this.#stream.isUp || this.#deafness !== null || isNew) service.owesNothing();
  }

  async changed({ serviceId }: Place, state: string, millis: number, signal: AbortSignal): Promise<void> {
    const known = this.#services.get(serviceId)?.state ?? state;
    if (known !== state) return;
    if (this.#closed.signal.aborted || signal.aborted) return;
    const over = new AbortController();
    const end = (): void => over.abort();
    const waiters = this.#waiters.get(serviceId) ?? new Set();
    this.#waiters.set(serviceId, waiters);
    const waiter = (facts: ServiceFacts | null): void => {
      if (facts === null || facts.state !== state || facts.removed) end();
    };
    waiters.add(waiter);
    // No `AbortSignal.any` over a signal that lives long: some versions of Node keep something of each.
    signal.addEventListener('abort', end, { once: true });
    await pause(millis, over.signal);
    signal.removeEventListener('abort', end);
    waiters.delete(waiter);
    if (waiters.size === 0) this.#waiters.delete(serviceId);
  }

  follows(follower: Follower): boolean {
    for (const service of this.#services.values()) if (service.isFollowedBy(follower)) return true;
    return false;
  }

  drop(follower: Follower): void {
    for (const service of this.#services.values()) {
      service.drop(follower);
      if (service.isIdle) this.#forget(service);
    }
  }

  /** What is due by now; called about once a second. */
  tick(): void {
    const now = this.#options.now();
    for (const service of this.#held) {
      this.#wake(service, service.due(now));
    }
    if (this.#lost !== null && !this.#lost.isTold && now - this.#lost.since >= MISSED_MILLIS) this.#miss(this.#lost);
    if (this.#isBehind && (this.#stream.isUp || this.#lost?.isTold === true)) this.#checkHeld();
    if (!this.#stream.isUp || this.#deafness !== null) return;
    for (const service of this.#services.values()) if (service.isUnheard(now)) return this.#deaf(service);
  }

  /** Forgets who does not follow any more; called now and then. @returns whether the stream is of no use any more */
  sweep(): boolean {
    const now = this.#options.now();
    for (const service of this.#services.values()) {
      service.dropExpired(now);
      if (service.isIdle) this.#forget(service);
    }
    if (this.#services.size > 0) this.#usedAt = now;
    return now - this.#usedAt >= UNUSED_MILLIS;
  }

  /** Whoever follows here. */
  get followers(): Follower[] {
    return [...this.#services.values()].flatMap((service) => service.followers);
  }

  close(): void {
    this.#closed.abort();
    for (const waiters of this.#waiters.values()) for (const waiter of [...waiters]) waiter(null);
    this.#catching?.abort();
    this.#stream.close();
    this.#services.clear();
    this.#held.clear();
    this.#owners.clear();
  }

  #serviceOf(serviceId: string): FollowedService {
    const service = this.#services.get(serviceId) ?? new FollowedService(serviceId);
    this.#services.set(serviceId, service);
    return service;
  }

  #forget(service: FollowedService): void {
    this.#services.delete(service.serviceId);
    this.#held.delete(service);
  }

  #up(): void {
    const { now, onChange } = this.#options;
    const lost = this.#lost;
    this.#lost = null;
    if (lost?.isTold === true) onChange({ to: 'back', awayMillis: now() - lost.since });
    else onChange({ to: 'up' });
    if (this.#wasUp) {
      this.#gapEndedAt = now();
      void this.#catchUp();
    }
    this.#wasUp = true;
  }

  #down(why: string): void {
    this.#catching?.abort();
    for (const service of this.#services.values()) service.owesNothing();
    if (this.#lost === null) this.#lost = { since: this.#options.now(), why, isTold: false };
    // Why it does not open again is told, and not why it was closed.
    else this.#lost.why = why;
  }

  /** Those that count on frames read at once, and from then on as if there were none. */
  #miss(lost: { readonly why: string; isTold: boolean }): void {
    lost.isTold = true;
    this.#options.onChange({ to: 'lost', why: lost.why });
    // To those that came while it never opened, nothing was promised.
    if (this.#wasUp) this.#lookForThemselves();
  }

  /** Nobody may count on what is not told: all look for themselves, and from then on as if there were no stream. */
  #deaf({ serviceId }: FollowedService): void {
    const { until, leastMillis } = this.#wasDeaf;
    const now = this.#options.now();
    const isAgain = now - until < DEAF_AGAIN_MILLIS;
    this.#deafness = {
      since: now,
      leastMillis: isAgain ? Math.min(DEAF_AGAIN_MILLIS, Math.max(LEAST_DEAF_MILLIS, 2 * leastMillis)) : 0,
    };
    this.#options.onChange({ to: 'deaf', serviceId });
    for (const service of this.#services.values()) service.owesNothing();
    this.#lookForThemselves();
  }

  /** The busy ones at once; those that are held wait for hours by now where the events came in, and their looks are bounded as after a gap. */
  #lookForThemselves(): void {
    for (const service of this.#services.values()) if (service.isBusy) this.#wake(service, { saw: 'check' });
    this.#checkHeld();
  }

  #framed(facts: ServiceFacts): void {
    const service = this.#services.get(facts.serviceId);
    service?.framed(this.#options.now());
    if (service !== undefined) this.#hear();
    this.#service(facts);
  }

  #hear(): void {
    const now = this.#options.now();
    if (this.#deafness === null || now - this.#deafness.since < this.#deafness.leastMillis) return;
    this.#wasDeaf = { leastMillis: this.#deafness.leastMillis, until: now };
    this.#deafness = null;
    this.#options.onChange({ to: 'heard' });
  }

  #service(facts: ServiceFacts): void {
    for (const waiter of this.#waiters.get(facts.serviceId) ?? []) waiter(facts);
    const service = this.#services.get(facts.serviceId);
    if (service !== undefined) this.#wake(service, service.saw(facts, this.#options.now()));
  }

  #container(container: ContainerFacts): void {
    const { serviceIds, containerId } = container;
    // The frame of a removed one does not tell whose it was.
    for (const id of serviceIds.length === 0 ? (this.#owners.get(containerId) ?? []) : serviceIds) {
      const service = this.#services.get(id);
      if (service === undefined) continue;
      if (this.#owners.size >= MOST_OWNERS) this.#owners.clear();
      if (container.removed) this.#owners.delete(containerId);
      else if (serviceIds.length > 0) this.#owners.set(containerId, serviceIds);
      this.#wake(service, service.sawContainer(container, this.#options.now()));
    }
  }

  #wake(service: FollowedService, nudge: Nudge | null): void {
    if (service.waits) this.#held.add(service);
    else this.#held.delete(service);
    if (nudge !== null) for (const follower of service.followers) this.#options.nudge(follower, nudge);
  }

  /**
   * Frames were missed: each followed service is read once, those at which Rancher is at work first, one after the other. Those that are held
   * look for themselves, for their containers count, and only now and then: a stream that is cut again and again costs no more than none.
   */
  async #catchUp(): Promise<void> {
    this.#catching?.abort();
    const catching = new AbortController();
    this.#catching = catching;
    const services = [...this.#services.values()];
    this.#checkHeld();
    for (const service of [...services.filter((one) => one.isBusy), ...services.filter((one) => !one.isBusy)]) {
      if (catching.signal.aborted) return;
      if (this.#services.get(service.serviceId) === service && !service.isHeld)
        await this.#readMissed(service, catching.signal);
    }
  }

  #checkHeld(): void {
    const now = this.#options.now();
    this.#isBehind = now - this.#heldCheckedAt < HELD_MILLIS;
    if (this.#isBehind) return;
    this.#heldCheckedAt = now;
    for (const service of this.#services.values()) if (service.isHeld) this.#wake(service, { saw: 'check' });
  }

  async #readMissed(service: FollowedService, signal: AbortSignal): Promise<void> {
    for (let left = READS - 1; !signal.aborted; left -= 1) {
      try {
        const facts = await this.#options.read(service.serviceId, signal);
        if (!signal.aborted) this.#service(facts);
        return;
      } catch {
        if (signal.aborted) return;
        // What cannot be found out here the deployment finds out, with its own words about it.
        if (left === 0) return service.isBusy ? this.#wake(service, { saw: 'check' }) : undefined;
        await pause(READ_AGAIN_MILLIS, signal);
      }
    }
  }
}
