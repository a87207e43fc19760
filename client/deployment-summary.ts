import type { Verdict } from '../decision/verdict';
import type { AttentionMemo } from '../workflows/contract';
import type { Target } from './input/upgrade-input';

/** How Temporal sees the workflow of a deployment. */
export type RunState =
  'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out' | 'continued-as-new' | 'unknown';

/** A deployment as Temporal lists it: what can be known without asking a worker. Times in milliseconds since the epoch. */
export interface DeploymentSummary extends Target {
  readonly workflowId: string;
  readonly runId: string;
  readonly requestId: string;
  readonly deploymentId: string;
  /** Digest of what was asked; empty where the workflow was not started by Drover's client. */
  readonly requestDigest: string;
  readonly image: string;
  readonly requestedBy: string;
  readonly run: RunState;
  readonly phase: string;
  /** Null while it runs, and where somebody ended the workflow. */
  readonly verdict: Verdict | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Why it needs a person; null where it needs none. */
  readonly attention: AttentionMemo | null;
  /** Temporal Web. */
  readonly link: string | null;
}
