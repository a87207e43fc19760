import type { FollowedService, Follower, KnownOfService, ServiceWatch } from '../../activities/service-watch';
import { LONGEST_LOOK_MILLIS } from '../../decision/schedule';
import type { ConfigVersion } from '../../decision/service-snapshot';
import { NotFoundError } from '../../rancher/errors/not-found-error';
import type { EventFrame, ServiceFacts } from '../../rancher/event-frame';
import { EventStream } from '../../rancher/event-stream';
import type { EventStreamListener } from '../../rancher/event-stream';
import type { RancherClient } from '../../rancher/rancher-client';
import { REQUEST_LIMITS } from '../../rancher/request-gate';
import type { Nudge } from '../../workflows/contract';
import { Outbox, pause } from './outbox';
import type { OutboxOptions, Woken } from './outbox';
import { ProjectWatch } from './project-watch';
import type { StreamChange } from './project-watch';

/** What the watch of one environment is made of. */
export interface EnvironmentWatchOptions {
  /** A client with the keys as they are now. */
  readonly client: () => Pick<RancherClient, 'openEvents' | 'getService'>;
  /** Sends one nudge; may throw. */
  readonly send: (follower: Follower, nudge: Nudge) => Promise<Woken>;
  /** Told of a stream that is lost, or back. */
  readonly onChange?: (change: StreamChange) => void;
  /** Told about once a second how many frames came, by their kind. */
  readonly onFrames?: (kind: EventFrame['kind'], count: number) => void;
  /** A nudge was sent, or given up. */
  readonly onNudge?: (nudge: Nudge, outcome: 'sent' | 'failed') => void;
  /** Whether all of the streams that are wanted are up; null where none is. */
  readonly onUp?: (isUp: boolean | null) => void;
  /** Opens a project's stream. Default: Rancher's. */
  readonly open?: (projectId: string, listener: EventStreamListener) => { readonly isUp: boolean; close(): void };
  /** Requests in a second that the environment may be asked for. Default: what a worker may ask for by default. */
  readonly requestsPerSecond?: number;
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  readonly now?: () => number;
  readonly attempts?: NonNullable<OutboxOptions['attempts']>;
  /** How often {@link EnvironmentWatch.tick} is called, milliseconds; null: by whoever made it. Default 1,000. */
  readonly tickMillis?: number | null;
}

/** Streams at once: an environment is one project, but what is under way may be in the one that it was before. */
const MOST_STREAMS = 5;
/** What looks by time alone may have of the requests, and what one look costs: the service, its containers, now and then its log. */
const [LOOKS_SHARE, LOOK_REQUESTS] = [0.2, 2.5] as const;
/** Sweeps come each so many ticks. */
const SWEEP_TICKS = 60;
/** After so many ticks it is tried again to wake those that could not be woken. */
const UNHEARD_TICKS = 15;

/** The event streams of one environment: one for each project, however many deployments follow it. */
export class EnvironmentWatch implements ServiceWatch {
  readonly #options: EnvironmentWatchOptions;
  readonly #outbox: Outbox;
  readonly #projects = new Map<string, ProjectWatch>();
  readonly #frames = new Map<EventFrame['kind'], number>();
  /** Those that Temporal could not be told of, by their workflow ids: they are told to look once it can. */
  readonly #unheard = new Map<string, Follower>();
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #toldUp: boolean | null | undefined;

  constructor(options: EnvironmentWatchOptions) {
    this.#options = options;
    this.#outbox = new Outbox({
      send: options.send,
      ...(options.attempts === undefined ? {} : { attempts: options.attempts }),
      onSent: (nudge) => options.onNudge?.(nudge, 'sent'),
      onGivenUp: (nudge, follower) => {
        options.onNudge?.(nudge, 'failed');
        this.#unheard.set(follower.workflowId, follower);
      },
      onGone: (follower) => {
        for (const project of this.#projects.values()) project.drop(follower);
      },
    });
  }

  follow(service: FollowedService, follower: Follower): boolean {
    return this.#project(service.projectId)?.follow(service, follower) ?? false;
  }

  told(service: FollowedService, known: KnownOfService, upgraded: readonly ConfigVersion[] | null): void {
    this.#projects.get(service.projectId)?.told(service, known, upgraded);
  }

  changed(service: FollowedService, state: string, millis: number, signal: AbortSignal): Promise<void> {
    const project = this.#projects.get(service.projectId);
    if (project !== undefined) return project.changed(service, state, millis, signal);
    return this.#closed.signal.aborted ? Promise.resolve() : pause(millis, signal);
  }

  get leastLookMillis(): number {
    const followed = [...this.#projects.values()].reduce((sum, { followed: count }) => sum + count, 0);
    const { requestsPerSecond = REQUEST_LIMITS.perSecond } = this.#options;
    const seconds = Math.ceil((followed * LOOK_REQUESTS) / (LOOKS_SHARE * requestsPerSecond));
    return Math.min(LONGEST_LOOK_MILLIS, 1000 * seconds);
  }

  /** Whether it wakes this workflow already. */
  follows(follower: Follower): boolean {
    return [...this.#projects.values()].some((project) => project.follows(follower));
  }

  tick(): void {
    this.#ticks += 1;
    for (const project of this.#projects.values()) project.tick();
    for (const [kind, count] of this.#frames) this.#options.onFrames?.(kind, count);
    this.#frames.clear();
    if (this.#ticks % SWEEP_TICKS === 0) this.#sweep();
    if (this.#ticks % UNHEARD_TICKS === 0) this.#tellUnheard();
    this.#tellUp();
  }

  /** This worker ends: those that it would have woken look for themselves, and another worker follows them from then on. */
  async handOver(limitMillis: number): Promise<void> {
    for (const project of this.#projects.values())
      for (const follower of project.followers) this.#outbox.put(follower, { saw: 'check' });
    await this.#outbox.drained(limitMillis);
  }

  /** Closes the streams; resolves when no signal is under way. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#stopTicking();
    for (const project of this.#projects.values()) project.close();
    this.#projects.clear();
    await this.#outbox.close();
  }

  #project(projectId: string): ProjectWatch | undefined {
    const known = this.#projects.get(projectId);
    if (known !== undefined || this.#closed.signal.aborted || this.#projects.size >= MOST_STREAMS) return known;
    const { client, onChange, now = () => performance.now() } = this.#options;
    const project = new ProjectWatch({
      open: (listener) => this.#open(projectId, listener),
      read: (serviceId, signal) => read(client(), projectId, serviceId, signal),
      nudge: (follower, nudge) => this.#outbox.put(follower, nudge),
      onFrame: (kind) => void this.#frames.set(kind, (this.#frames.get(kind) ?? 0) + 1),
      onChange: (change) => {
        onChange?.(change);
        this.#tellUp();
      },
      now,
    });
    this.#projects.set(projectId, project);
    const { tickMillis = 1_000 } = this.#options;
    if (tickMillis !== null) this.#timer ??= setInterval(() => this.tick(), tickMillis).unref();
    return project;
  }

  #open(projectId: string, listener: EventStreamListener): { readonly isUp: boolean; close(): void } {
    if (this.#options.open !== undefined) return this.#options.open(projectId, listener);
    return new EventStream({
      open: (socket) => this.#options.client().openEvents(projectId, socket),
      listener,
    });
  }

  #tellUnheard(): void {
    const unheard = [...this.#unheard.values()];
    this.#unheard.clear();
    for (const follower of unheard) if (this.follows(follower)) this.#outbox.put(follower, { saw: 'check' });
  }

  #sweep(): void {
    for (const [projectId, project] of this.#projects) {
      if (!project.sweep()) continue;
      project.close();
      this.#projects.delete(projectId);
    }
    if (this.#projects.size === 0) this.#stopTicking();
  }

  #stopTicking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #tellUp(): void {
    const projects = [...this.#projects.values()];
    const isUp = projects.length === 0 ? null : projects.every((project) => project.isUp);
    if (isUp !== this.#toldUp) this.#options.onUp?.(isUp);
    this.#toldUp = isUp;
  }
}

async function read(
  client: Pick<RancherClient, 'getService'>,
  projectId: string,
  serviceId: string,
  signal: AbortSignal,
): Promise<ServiceFacts> {
  try {
    const service = await client.getService(projectId, serviceId, signal);
    const { state, transitioning, transitioningMessage, healthState, removed } = service;
    return { serviceId, state, transitioning, message: transitioningMessage, healthState, removed: removed !== null };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return { serviceId, state: 'removed', transitioning: 'no', message: null, healthState: null, removed: true };
  }
}
