import type { Progress, ProgressEvent } from '../../workflows/contract';
import type { Outcome } from '../outcome';

/** What there is to be told while a deployment is followed: what renderers render. */
export type FollowEvent =
  | { readonly type: 'deployment'; readonly deployment: FollowedDeployment }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'event'; readonly event: ProgressEvent }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'reset'; readonly at: number; readonly run: RunPlace }
  | { readonly type: 'result'; readonly outcome: Outcome };

/** Something the client itself has to say. */
export interface Notice {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** Where a run of a deployment's workflow is found in Temporal. */
export interface RunPlace {
  readonly runId: string;
  /** Temporal Web, null where its address is not known. */
  readonly link: string | null;
}

/** Which deployment is followed, and how it came to that. */
export interface FollowedDeployment {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly requestId: string;
  readonly deploymentId: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Started now; found running and attached to; or over already. */
  readonly how: 'started' | 'attached' | 'over';
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Temporal Web, null where its address is not known. */
  readonly link: string | null;
}
