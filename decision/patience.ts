import type { Policy } from './policy';
import type { ServiceSnapshot } from './service-snapshot';
import { kindOfState } from './service-state';
import type { StartView } from './start-step';

/** How long a service that is merely restless (`activating`, `updating-active`) is given before it is upgraded as it is. */
export const FLAPPING_MILLIS = 15_000;

/**
 * Whether waiting for a busy service is still worth it.
 *
 * @param stalledMillis time without progress, outages left out
 * @param overdue the absolute cap has passed
 */
export function patienceWith(
  service: ServiceSnapshot,
  stalledMillis: number,
  policy: Pick<Policy, 'stallLimitMillis' | 'settleLimitMillis'>,
  overdue: boolean,
): StartView['patience'] {
  if (overdue) return 'over';
  switch (kindOfState(service.state)) {
    case 'flapping':
      if (stalledMillis >= policy.settleLimitMillis) return 'over';
      return stalledMillis >= FLAPPING_MILLIS ? 'stalled' : 'fresh';
    case 'upgrading':
      return stalledMillis >= policy.stallLimitMillis ? 'stalled' : 'fresh';
    default:
      return stalledMillis >= policy.settleLimitMillis ? 'over' : 'fresh';
  }
}
