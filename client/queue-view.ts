import type { LaneMember, LaneView } from '../workflows/lane-contract';

/** Who deploys a service, and who waits for it. */
export interface QueueView extends Omit<LaneView, 'holder'> {
  /**
   * `unknown`: a deployment runs that the lane did not start. `not known yet`: that one is over, and the lane, which was made after it began,
   * finds that out within half a minute.
   */
  readonly holder: LaneMember | 'unknown' | 'not known yet' | null;
}
