// What a client and a pipeline say to each other: plain data and names, nothing that has to be loaded from Temporal's SDK.
import type { Verdict } from '../decision/verdict';

/** Id of the workflow that carries a pipeline (or one promotion) through. */
export const pipelineWorkflowIdOf = (pipelineId: string): string => `pipeline/${pipelineId}`;
/** Id of the workflow that keeps what must not be promoted into an environment. */
export const holdsIdOf = (environment: string, stack: string): string => `holds/${environment}/${stack}`;

/** Type name of the workflow that carries a pipeline through. */
export const PIPELINE = 'pipeline';
/** Name of the query that answers {@link PipelineProgress}. */
export const PIPELINE_PROGRESS = 'pipeline';
/** Name of the update and the signal with which a person approves or rejects. */
export const APPROVE = 'approve';
/** Name of the update and the signal with which a person goes past freezes, approvals and holds. */
export const BREAK_GLASS = 'breakGlass';
/** Type name of the workflow that keeps what must not be promoted into an environment. */
export const HOLDS = 'holds';
/** Name of the signal with which a pipeline holds what was rolled back. */
export const HOLD = 'hold';
/** Name of the update with which a person lets it be promoted again. */
export const LET_GO = 'letGo';

/** What a person says about a stage. All but the decision optional, so that Temporal Web's own form works too. */
export interface ApprovalMessage {
  /** Version of the message, see `MESSAGE_VERSION`. Default: 1. */
  readonly version?: number;
  readonly decision?: 'approve' | 'reject';
  readonly by?: string;
  readonly why?: string;
  /** The stage that is meant; default: the one that waits. */
  readonly stage?: string;
  /** A signature over all of it, where the stage asks for one. */
  readonly token?: string;
}

/** What came of it. */
export interface ApprovalAnswer {
  readonly stage: string;
  readonly counts: boolean;
  /** How many more it takes; 0: the stage goes on. */
  readonly missing: number;
  readonly text: string;
}

/** Images that must not be promoted into an environment, for they were rolled back there. */
export interface Hold {
  readonly id: string;
  readonly environment: string;
  readonly stack: string;
  /** `web=example/web:2`, sidekicks as `web/logger=example/logger:3`. */
  readonly images: readonly string[];
  readonly why: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Memo of the workflow that keeps holds: whoever lists them asks no worker. */
export interface HoldsMemo {
  readonly holds: readonly Hold[];
}

/** Where a stage is. */
export const STAGE_STATES = [
  'waiting',
  'frozen',
  'approval',
  'held',
  'releasing',
  'soaking',
  'passed',
  'failed',
  /** A person said no, before anything was changed in it. */
  'rejected',
] as const;
export type StageState = (typeof STAGE_STATES)[number];

/** One environment of a stage, as others see it. */
export interface StageEnvironment {
  readonly environment: string;
  /** Its release; null before it begins, and where nothing has to change. */
  readonly releaseId: string | null;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
  /** `web: example/web:1 → example/web:2`. */
  readonly changes: readonly string[];
}

/** Who said something, why, and when (milliseconds since the epoch). */
export interface Said {
  readonly by: string;
  readonly why: string | null;
  readonly at: number;
}

/** One stage, as others see it. */
export interface StageProgress {
  readonly name: string;
  readonly from: string;
  readonly state: StageState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Until when it is frozen, asked for, held or soaked; null where nothing is waited for. */
  readonly until: number | null;
  /** What it waits for, in words. */
  readonly waitsFor: string | null;
  readonly approvedBy: readonly string[];
  /** Who said no; null where nobody did. */
  readonly rejectedBy: Said | null;
  /** Who went past its approvals, freezes and holds; null where nobody did. */
  readonly brokenGlass: Said | null;
  readonly environments: readonly StageEnvironment[];
}

/** One line of a pipeline's logbook. */
export interface PipelineEvent {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  /** The stage that it is about; empty: the whole. */
  readonly stage: string;
  readonly text: string;
}

/** What the query `pipeline` answers. Times in milliseconds since the epoch. */
export interface PipelineProgress {
  readonly pipelineId: string;
  readonly requestId: string;
  readonly name: string;
  readonly stack: string;
  readonly requestedBy: string;
  readonly requestedWhy: string | null;
  readonly startedAt: number;
  readonly stages: readonly StageProgress[];
  /** What is promoted: `web=example/web:2`. */
  readonly images: readonly string[];
  /** The last two hundred lines; `eventCount` tells how many there were in all. */
  readonly events: readonly PipelineEvent[];
  readonly eventCount: number;
  readonly result: PipelineResult | null;
}

/** How a pipeline ended: the result of the workflow. */
export interface PipelineResult {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  readonly pipelineId: string;
  readonly requestId: string;
  readonly stages: readonly StageProgress[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly requestedBy: string;
}

/** Memo of a pipeline: enough to tell the same request from another one. */
export interface PipelineMemo {
  readonly requestId: string;
  readonly pipelineId: string;
  readonly requestDigest: string;
  readonly requestedBy: string;
}

/** What is approved by a signature: this run of a pipeline and this stage, and no other. */
export const approvalSubjectOf = (pipelineId: string, stage: string): string => `${pipelineId}/${stage}`;
