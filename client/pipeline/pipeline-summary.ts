import type { Verdict } from '../../decision/verdict';

/** A pipeline as Temporal lists it: what can be known without asking a worker. Times in milliseconds since the epoch. */
export interface PipelineSummary {
  readonly pipelineId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly requestId: string;
  readonly requestDigest: string;
  readonly requestedBy: string;
  readonly stack: string;
  /** Names, with commas between. */
  readonly environments: string;
  readonly isRunning: boolean;
  /** As Temporal sees its workflow: `running`, `completed`, `terminated` … */
  readonly status: string;
  /** What the stage at hand is doing: `approval: prod`. */
  readonly phase: string;
  /** Null while it runs, and where somebody ended the workflow. */
  readonly verdict: Verdict | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Temporal Web. */
  readonly link: string | null;
}
