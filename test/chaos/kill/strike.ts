import type { PhaseSpan } from '../../../workflows/contract';
import type { Disturbance } from './kill-plan';

/** Something that was done to the processes of a stack. */
export interface Strike {
  readonly what: Disturbance;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When the process was back, or awake again; null while it is not. */
  until: number | null;
  /** Index of the deployment in whose plan it stood. */
  readonly planOf: number;
  /** Which process, and when. */
  readonly detail: string;
}

/** One deployment from its request to its end, as far as strikes are concerned. */
export interface UnderWay {
  readonly index: number;
  /** When the command was started, milliseconds since the epoch. */
  readonly askedAt: number;
  /** When the workflow ended. */
  readonly endedAt: number;
  readonly timeline: readonly PhaseSpan[];
}

/** A strike that a deployment met, and where it was then. */
export interface Met {
  readonly strike: Strike;
  readonly phase: string;
}

/**
 * The strikes that met a deployment while it was under way. What happens to a command meets only the one that it follows; everything else
 * meets all deployments of the stack.
 */
export function metBy(deployment: UnderWay, strikes: readonly Strike[]): Met[] {
  return strikes
    .filter(({ at, what, planOf }) => {
      if (what === 'command' && planOf !== deployment.index) return false;
      return at >= deployment.askedAt && at <= deployment.endedAt;
    })
    .map((strike) => ({ strike, phase: phaseAt(deployment, strike.at) }));
}

/** It was asked for, and no worker has begun with it. */
export const NOT_BEGUN = 'not begun';

function phaseAt({ timeline }: UnderWay, at: number): string {
  const span = timeline.findLast(({ from }) => from <= at);
  return span?.phase ?? NOT_BEGUN;
}
