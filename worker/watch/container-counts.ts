import { PRIMARY } from '../../decision/service-snapshot';
import type { ConfigVersion } from '../../decision/service-snapshot';
import type { ContainerFacts } from '../../rancher/event-frame';

/** How far an upgrade is, as far as the containers tell that frames came of. */
export interface UpgradeCounts {
  /** Of the upgrade's own versions, those that run … */
  readonly running: number;
  /** … of them those whose health is not there (yet). */
  readonly unhealthy: number;
  /** The service's other containers that stopped, or were removed. */
  readonly stopped: number;
}

/** Containers kept of one service; frames of further ones are not counted. */
const MOST = 5_000;
const RUNNING: readonly string[] = ['running', 'updating-running'];
const STOPPED: readonly string[] = [
  'stopped',
  'updating-stopped',
  'removed',
  'removing',
  'purging',
  'purged',
  'error',
  'erroring',
];

/** How a container is, as far as an upgrade is concerned. */
export type Standing = 'running' | 'unhealthy' | 'moving' | 'stopped';

/** The containers of one service that frames came of. */
export class ContainerCounts {
  readonly #seen = new Map<string, { readonly key: string; readonly standing: Standing }>();

  /** @returns what it is now, and was before where that is known; null where nothing has changed */
  saw(container: ContainerFacts): { readonly was: Standing | null; readonly is: Standing } | null {
    const { containerId, config, version } = container;
    const former = this.#seen.get(containerId);
    if (former === undefined && this.#seen.size >= MOST) return null;
    const standing = standingOf(container);
    this.#seen.set(containerId, { key: keyOf(config ?? PRIMARY, version ?? '0'), standing });
    return former?.standing === standing ? null : { was: former?.standing ?? null, is: standing };
  }

  /** What has stopped by now belongs to no upgrade that is to come. */
  forgetStopped(): void {
    for (const [id, { standing }] of this.#seen) if (standing === 'stopped') this.#seen.delete(id);
  }

  of(upgraded: readonly ConfigVersion[]): UpgradeCounts {
    const ours = new Set(upgraded.map(({ config, version }) => keyOf(config, version)));
    const counts = { running: 0, unhealthy: 0, stopped: 0 };
    for (const { key, standing } of this.#seen.values()) {
      if (!ours.has(key)) counts.stopped += standing === 'stopped' ? 1 : 0;
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
  if (removed || STOPPED.includes(state)) return 'stopped';
  if (!RUNNING.includes(state)) return 'moving';
  return healthState === null || healthState === 'healthy' ? 'running' : 'unhealthy';
}

const keyOf = (config: string, version: string): string => `${config} ${version}`;
