import type { Drover } from './drover';
import type { World } from './world';

/**
 * Who moves. What `drover`, `rancher` and `time` do goes on when faults stop; a `fault`, a `person` and `others` may come or not; nobody
 * may rely on the `cap`, the longest of the limits.
 */
export type Mover = 'drover' | 'rancher' | 'time' | 'fault' | 'person' | 'others' | 'cap';

export interface Transition {
  readonly by: Mover;
  readonly what: string;
  readonly world: World;
  readonly drover: Drover;
  /** The service as the read showed it that was decided upon; without one, the world before. */
  readonly claim?: World;
  /** An action of ours that Rancher accepted in this step. */
  readonly took?: { readonly action: string; readonly round: number; readonly isLate: boolean };
}

/** Collects the transitions of a state. */
export type Add = (transition: Transition) => void;
