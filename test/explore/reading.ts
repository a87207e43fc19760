import type { Round } from '../../decision/round';
import type { ConfigVersion, ServiceSnapshot } from '../../decision/service-snapshot';
import { reached } from '../../decision/progress-clock';
import type { Cause } from './drover';
import type { Setting } from './setting';
import { LIMIT_MILLIS, OUTAGE_MILLIS, SHORT_MILLIS } from './setting';
import { FLAPPING_MILLIS } from '../../decision/patience';

/** How long the pause before a read lasted: no limit passed in it; the moment for a restless service; every limit. */
export type Elapsed = 'short' | 'moment' | 'long';

/** A successful read of the service, and what time did meanwhile. */
export interface Read {
  readonly service: ServiceSnapshot;
  readonly elapsed: Elapsed;
  /** The absolute cap has passed (`overdue` of the deployment). */
  readonly overdue: boolean;
  /** It is the first one after an outage. */
  readonly wasAway: boolean;
}

const PLANNED: Readonly<Record<Elapsed, number>> = { short: 0, moment: FLAPPING_MILLIS, long: LIMIT_MILLIS };

/** What is left of the time in which no limit judges yet, after an outage (`graceMillis` of the deployment). */
function graceOf({ decisions }: Setting, { wasAway }: Pick<Read, 'wasAway'>): number {
  return decisions.graceMillis(wasAway ? OUTAGE_MILLIS : null, OUTAGE_MILLIS, LIMIT_MILLIS);
}

/** `overdue` of the deployment, once the cap has passed. */
export function isOverdueNow(setting: Setting, read: Pick<Read, 'wasAway'>): boolean {
  return setting.decisions.isOverdue(OUTAGE_MILLIS, LIMIT_MILLIS, graceOf(setting, read));
}

/** `leftToConfirm` of `steps/confirm.ts`: nobody confirmed in time. */
export function isExpired(setting: Setting, read: Read): boolean {
  return read.elapsed === 'long' && graceOf(setting, read) <= 0;
}

/** `isStuck` of the deployment: nothing got better for a limit. */
export function isStuckNow(setting: Setting, read: Read, targets: readonly ConfigVersion[]): boolean {
  const clock = { stalledMillis: stalledMillis(setting, read, targets) };
  return setting.decisions.isStuck(clock, LIMIT_MILLIS, graceOf(setting, read));
}

/**
 * How long nothing got better, as the product's own progress clock counts it. The clock is not kept between two reads: after a pause that
 * was `long` enough for a limit it is as if the read before had shown the same. Nothing is lost by that, since where it showed something
 * else, one more read at once leads there.
 */
export function stalledMillis(setting: Setting, read: Read, targets: readonly ConfigVersion[]): number {
  const { running, healthy } = reached(read.service, targets);
  // What was planned is short in an outage: it is the read that came late.
  const planned = read.wasAway ? SHORT_MILLIS : PLANNED[read.elapsed];
  return setting.decisions.tick(
    { stalledMillis: 0, lastReadAt: 0, states: [read.service.state], running, healthy },
    read.wasAway ? OUTAGE_MILLIS : planned,
    planned,
    read.service,
    targets,
  ).stalledMillis;
}

/** What stands behind a judgement: a fresh read of an upgrade that is not good, or nothing. */
export function causeOf({ service }: Read, round: Round, isHonest: boolean): Cause {
  return isHonest && !isGood(service, round) ? 'judged' : 'blind';
}

/** Our upgrade is there, and every container is proven: written apart from the product's own proof. */
export function isGood(service: ServiceSnapshot, { accepted }: Round): boolean {
  if (service.state !== 'upgraded' || accepted === null || service.instances === null) return false;
  const { instances } = service;
  return service.configs.every(({ name, version }) => {
    if (!accepted.some((one) => one.config === name && one.version === version)) return false;
    const own = instances.filter((tally) => tally.config === name && tally.version === version);
    const others = instances.filter((tally) => tally.config === name && tally.version !== version);
    const running = own.reduce((total, tally) => total + tally.running, 0);
    const broken = own.some((tally) => tally.failed > 0);
    return running >= service.expected && !broken && others.every((tally) => tally.running === 0);
  });
}
