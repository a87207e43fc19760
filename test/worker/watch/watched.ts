import { setImmediate as turn } from 'node:timers/promises';
import type { Follower, KnownOfService } from '../../../activities/service-watch';
import type { ConfigVersion } from '../../../decision/service-snapshot';
import type { ContainerFacts, ServiceFacts } from '../../../rancher/event-frame';
import type { EventStreamListener } from '../../../rancher/event-stream';
import type { Nudge } from '../../../workflows/contract';
import { EnvironmentWatch } from '../../../worker/watch/environment-watch';
import type { EnvironmentWatchOptions } from '../../../worker/watch/environment-watch';
import type { StreamChange } from '../../../worker/watch/project-watch';

export const PRIMARY = 'io.rancher.service.primary.launch.config';
/** The upgrade's own versions in these tests. */
export const NEW: readonly ConfigVersion[] = [{ config: PRIMARY, version: 'new' }];

export function follower(name: string, runId = 'run'): Follower {
  return { workflowId: name, runId };
}

/** What a workflow knows: a service that is being upgraded. */
export function knownAs(more: Partial<KnownOfService> = {}): KnownOfService {
  return {
    ...{ state: 'upgrading', transitioning: 'yes', message: null, healthState: 'healthy', expected: 2, removed: false },
    ...more,
  };
}

/** A frame of the service `1s1` that says the same as {@link knownAs}. */
export function factsOf(more: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    ...{ serviceId: '1s1', state: 'upgrading', transitioning: 'yes', message: 'In Progress' },
    ...{ healthState: 'healthy', removed: false },
    ...more,
  };
}

/** A watch with a stream, a clock and a Temporal that do as they are told. */
export class Watched {
  readonly sent: { readonly to: string; readonly nudge: Nudge }[] = [];
  readonly changes: StreamChange[] = [];
  readonly reads: string[] = [];
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly ups: (boolean | null)[] = [];
  readonly counted: [kind: string, count: number][] = [];
  now = 1_000_000;
  /** What a read finds. */
  readonly rancher = new Map<string, ServiceFacts | Error>();
  readonly watch: EnvironmentWatch;
  readonly #listeners = new Map<string, EventStreamListener>();
  readonly #up = new Set<string>();

  constructor(send: EnvironmentWatchOptions['send'] = () => Promise.resolve('sent'), attempts?: number) {
    this.watch = new EnvironmentWatch({
      ...(attempts === undefined ? {} : { attempts }),
      client: () => ({
        openEvents: () => {
          throw new Error('not here');
        },
        getService: (_: string, id: string) => {
          this.reads.push(id);
          const facts = this.rancher.get(id);
          if (facts instanceof Error) return Promise.reject(facts);
          return Promise.resolve({ ...facts, transitioningMessage: facts?.message, removed: null } as never);
        },
      }),
      send: async (to, nudge) => {
        const woken = await send(to, nudge);
        if (woken === 'sent') this.sent.push({ to: to.workflowId, nudge });
        return woken;
      },
      open: (projectId, listener) => {
        this.opened.push(projectId);
        this.#listeners.set(projectId, listener);
        return this.#stream(projectId);
      },
      onChange: (change) => void this.changes.push(change),
      onUp: (isUp) => void this.ups.push(isUp),
      onFrames: (kind, count) => void this.counted.push([kind, count]),
      now: () => this.now,
      tickMillis: null,
    });
  }

  /** Follows a service, with the stream up, and is told what is known of it. */
  following(
    known: KnownOfService = knownAs(),
    upgraded: readonly ConfigVersion[] | null = null,
    name = 'deploy',
  ): void {
    this.follow(name);
    this.up();
    this.told(known, upgraded);
  }

  follow(name = 'deploy', serviceId = '1s1', projectId = '1a5', runId = 'run'): boolean {
    return this.watch.follow({ projectId, serviceId }, follower(name, runId));
  }

  told(known: KnownOfService, upgraded: readonly ConfigVersion[] | null = null, serviceId = '1s1'): void {
    this.watch.told({ projectId: '1a5', serviceId }, known, upgraded);
  }

  up(projectId = '1a5'): void {
    this.#up.add(projectId);
    this.#listeners.get(projectId)?.up();
  }

  down(why = 'it was closed', projectId = '1a5'): void {
    this.#up.delete(projectId);
    this.#listeners.get(projectId)?.down(why);
  }

  service(more: Partial<ServiceFacts> = {}): void {
    this.#listeners.get('1a5')?.counted?.('service');
    this.#listeners.get('1a5')?.service(factsOf(more));
  }

  container(containerId: string, state: string, more: Partial<ContainerFacts> = {}): void {
    const whose = { serviceIds: ['1s1'], healthState: null, config: PRIMARY, version: 'new', removed: false };
    this.#listeners.get('1a5')?.container({ containerId, state, ...whose, ...more });
  }

  /** Lets so much time pass, as the watch sees it. */
  async pass(millis: number): Promise<void> {
    for (let left = millis; left > 0; left -= 1_000) {
      this.now += Math.min(1_000, left);
      this.watch.tick();
    }
    await this.settled();
  }

  /** What was sent since the last time it was asked, when all of it has been sent. */
  async nudges(): Promise<Nudge[]> {
    await this.settled();
    return this.sent.splice(0).map(({ nudge }) => nudge);
  }

  async saw(): Promise<Nudge['saw'][]> {
    return (await this.nudges()).map(({ saw }) => saw);
  }

  async settled(): Promise<void> {
    for (let turns = 0; turns < 10; turns += 1) await turn();
  }

  #stream(projectId: string): { readonly isUp: boolean; close(): void } {
    const isUp = (): boolean => this.#up.has(projectId);
    return {
      get isUp() {
        return isUp();
      },
      close: () => void this.closed.push(projectId),
    };
  }
}
