import type { Drover, Place } from './drover';
import { ended } from './drover';

/**
 * `Deployment.park`: stops and waits for a person, or ends when that was the last try.
 *
 * @param to where it goes on
 */
export function parked(drover: Drover, to: Place): Drover {
  if (drover.lastTry) return ended('needs-attention');
  return { ...drover, at: 'parked', parkedAt: to, wantsAgain: false };
}
