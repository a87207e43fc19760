import type { Verdict } from '../../decision/verdict';

/** A release or a pipeline as Temporal lists it: what can be known without asking a worker. Times in milliseconds since the epoch. */
export interface CoordinatorSummary {
  /** The release's or the pipeline's. */
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly requestId: string;
  readonly requestDigest: string;
  readonly requestedBy: string;
  /** Names, with commas between. */
  readonly stacks: string;
  /** Names, with commas between. */
  readonly environments: string;
  readonly isRunning: boolean;
  /** As Temporal sees its workflow: `running`, `completed`, `terminated` … */
  readonly status: string;
  /** A release's phase; of a pipeline what its stage at hand does, and which that is. */
  readonly phase: string;
  /** Null while it runs, and where somebody ended the workflow. */
  readonly verdict: Verdict | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Temporal Web. */
  readonly link: string | null;
}
