// What a client and a lane say to each other: plain data and names, nothing that has to be loaded from Temporal's SDK.
import type { DeploymentRequest } from '../decision/request';
import type { Verdict } from '../decision/verdict';
import type { Intervention } from './contract';
import { workflowIdOf } from './contract';

/** Id of the workflow that keeps the record of a request which never ran: it gave way or was withdrawn while it waited. */
export const recordIdOf = (environment: string, stack: string, service: string, deploymentId: string): string =>
  `${workflowIdOf(environment, stack, service)}/${deploymentId}`;
/** Id of the workflow that lets one deployment of a service run at a time. */
export const laneIdOf = (environment: string, stack: string, service: string): string =>
  `lane/${environment}/${stack}/${service}`;

/** Type name of the workflow that lets one deployment of a service run at a time. */
export const LANE = 'lane';
/** Name of a lane's update and signal for a request at its door. */
export const ENTER_LANE = 'enter';
/** Name of a lane's update for a request that waits no longer. */
export const LEAVE_LANE = 'leave';
/** Name of the query that answers {@link LaneView}. */
export const LANE_VIEW = 'lane';
/** Name of the signal with which a lane tells a running deployment that a newer one takes its place. */
export const SUPERSEDE = 'supersede';

/** What a lane tells the deployment that has to give way. */
export interface Supersession extends Intervention {
  /** Which one is meant: another one of the service may run by the time that it is told. */
  readonly deploymentId?: string;
}

/** Where a request is in its lane. */
export type LanePlace =
  | { readonly at: 'running'; readonly workflowId: string; readonly runId: string }
  /** `position` 1 is next. */
  | { readonly at: 'waiting'; readonly position: number }
  /** It never ran; the record of it. */
  | { readonly at: 'over'; readonly workflowId: string };

/** What a lane says to a request at its door. */
export type LaneAnswer =
  | {
      readonly how: 'started' | 'waits' | 'attached';
      readonly requestId: string;
      readonly deploymentId: string;
      readonly place: LanePlace;
    }
  /** Another one runs, which the lane may not know: it is refused, or follows that one. */
  | { readonly how: 'busy' }
  | { readonly how: 'follow' }
  /** The id was used for something else, which runs or waits. */
  | { readonly how: 'other-content'; readonly request: DeploymentRequest; readonly since: number };

/** Who is in a lane. */
export interface LaneMember {
  readonly requestId: string;
  readonly deploymentId: string;
  /** What is asked for, in a line. */
  readonly images: string;
  readonly requestedBy: string;
  /** When it began to run, or to wait; milliseconds since the epoch. */
  readonly since: number;
}

/** What the query `lane` answers. */
export interface LaneView {
  /** `unknown`: a deployment runs that this lane did not start. */
  readonly holder: LaneMember | 'unknown' | null;
  /** The next one first. */
  readonly waiting: readonly LaneMember[];
  /** By request id: those in the lane, and the last that were. */
  readonly places: Readonly<Record<string, LanePlace>>;
}

/** What a lane says to a request that is to wait no longer. */
export interface LeftLane {
  /** It waited, and does not any more; false: it does not wait here. */
  readonly left: boolean;
}

/** How a request ended that never ran. */
export interface NeverRan {
  readonly verdict: Extract<Verdict, 'superseded' | 'cancelled' | 'refused'>;
  readonly reason: string;
  readonly nextStep: string;
}
