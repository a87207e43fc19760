import type { ConfigVersion, ServiceSnapshot } from './service-snapshot';
import { versionIn } from './round';

/**
 * How long nothing got better. Progress is a new high-water mark of running, then of healthy, containers of the target versions, or
 * the next state. New ids, re-created containers and other messages are not: failing containers are re-created every few seconds. Nor is a
 * state that was there before: a service that goes to and fro gets nowhere.
 *
 * Only time between two successful reads counts, and of that no more than was planned between them: an outage is nobody's stall.
 */
export interface ProgressClock {
  /** Milliseconds without progress, outages left out. */
  readonly stalledMillis: number;
  /** When the last successful read was; milliseconds since the epoch. */
  readonly lastReadAt: number;
  /** The states that it was read in. */
  readonly states: readonly string[];
  readonly running: number;
  readonly healthy: number;
}

/** Reads that are late by no more than this still count as taken on time, milliseconds. */
export const READ_SLACK_MILLIS = 5_000;

export function startClock(now: number): ProgressClock {
  return { stalledMillis: 0, lastReadAt: now, states: [], running: 0, healthy: 0 };
}

/**
 * @param plannedMillis the pause that was planned before this read
 * @param targets the versions whose containers count
 */
export function tick(
  clock: ProgressClock,
  now: number,
  plannedMillis: number,
  service: ServiceSnapshot,
  targets: readonly ConfigVersion[],
): ProgressClock {
  const counted = Math.min(Math.max(0, now - clock.lastReadAt), plannedMillis + READ_SLACK_MILLIS);
  const { running, healthy } = reached(service, targets);
  const isNew = !clock.states.includes(service.state);
  const progressed = (isNew && clock.states.length > 0) || running > clock.running || healthy > clock.healthy;
  return {
    stalledMillis: progressed ? 0 : clock.stalledMillis + counted,
    lastReadAt: now,
    states: isNew ? [...clock.states, service.state] : clock.states,
    running: Math.max(running, clock.running),
    healthy: Math.max(healthy, clock.healthy),
  };
}

/** Running and healthy containers of the target versions. */
export function reached(
  service: ServiceSnapshot,
  targets: readonly ConfigVersion[],
): { running: number; healthy: number } {
  let running = 0;
  let healthy = 0;
  for (const tally of service.instances ?? []) {
    if (versionIn(targets, tally.config) !== tally.version) continue;
    running += tally.running + tally.completed;
    healthy += tally.healthy;
  }
  return { running, healthy };
}
