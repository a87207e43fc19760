import { PRIMARY } from '../../decision/service-snapshot';
import type { ConfigVersion } from '../../decision/service-snapshot';
import type { ContainerFacts } from '../../rancher/event-frame';

/** How far an upgrade is, as far as the containers tell that frames came of. */
export interface UpgradeCounts {
  /** Of the upgrade's own versions, those that run … */
  readonly running: number;
  /** … of them those whose health is not there (yet). */
  readonly unhealthy: number;
  /** The service's other containers that stopped. */
  readonly stopped: number;
}

/** Containers kept of one service; frames of further ones are not counted. */
const MOST = 5_000;
const RUNNING: readonly string[] = ['running', 'updating-running'];
const STOPPED: readonly string[] = ['stopped', 'updating-stopped', 'error', 'erroring'];

/** An upgrade stops containers; to take them away is its finish's business. */
const GONE: readonly string[] = ['removed', 'removing', 'purging', 'purged'];

/** How a container is, as far as an upgrade is concerned. */
export type Standing = 'running' | 'unhealthy' | 'moving' | 'stopped' | 'gone';

/** The containers of one service that frames came of. */
export class ContainerCounts {
  readonly #seen = new Map<string, { readonly key: string; readonly standing: Standing; readonly since: number }>();

  /**
   * @param now milliseconds of any clock
   * @returns what it is now, and was before where that is known; null where nothing has changed
   */
  saw(container: ContainerFacts, now: number): { readonly was: Standing | null; readonly is: Standing } | null {
    const { containerId, config, version } = container;
    const former = this.#seen.get(containerId);
    if (former === undefined && this.#seen.size >= MOST) return null;
    const standing = standingOf(container);
    const since = former?.standing === standing ? former.since : now;
    this.#seen.set(containerId, { key: keyOf(config ?? PRIMARY, version ?? '0'), standing, since });
    return former?.standing === standing ? null : { was: former?.standing ?? null, is: standing };
  }

  /** What has stopped by now belongs to no upgrade that is to come. */
  forgetStopped(): void {
    for (const [id, { standing }] of this.#seen)
      if (standing === 'stopped' || standing === 'gone') this.#seen.delete(id);
  }

  /** @param stoppedSince what stopped before that belongs to an earlier upgrade, whose finish takes its old containers away */
  of(upgraded: readonly ConfigVersion[], stoppedSince: number): UpgradeCounts {
    const ours = new Set(upgraded.map(({ config, version }) => keyOf(config, version)));
    const counts = { running: 0, unhealthy: 0, stopped: 0 };
    for (const { key, standing, since } of this.#seen.values()) {
      if (!ours.has(key)) counts.stopped += standing === 'stopped' && since >= stoppedSince ? 1 : 0;
      else if (standing === 'running') counts.running += 1;
      else if (standing === 'unhealthy') {
        counts.running += 1;
        counts.unhealthy += 1;
      }
    }
    return counts;
  }
}

function standingOf({ state, healthState, removed }: ContainerFacts): Standing {
  if (removed || GONE.includes(state)) return 'gone';
  if (STOPPED.includes(state)) return 'stopped';
  if (!RUNNING.includes(state)) return 'moving';
  return healthState === null || healthState === 'healthy' ? 'running' : 'unhealthy';
}

const keyOf = (config: string, version: string): string => `${config} ${version}`;
