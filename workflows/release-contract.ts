// What a client, a release and its deployments say to each other: plain data and names, nothing that has to be loaded from Temporal's SDK.
import type { ReleaseGateProgress } from '../decision/release-gate';
import type { Verdict } from '../decision/verdict';

/** Id of the workflow that carries a release through. */
export const releaseWorkflowIdOf = (releaseId: string): string => `release/${releaseId}`;
/** Id of the workflow that is the record of a release's decision: whoever starts it first has decided. */
export const decisionIdOf = (releaseId: string): string => `decision/${releaseId}`;

/** Type name of the workflow that carries a release through. */
export const RELEASE = 'release';
/** Type name of the workflow that is the record of a release's decision. */
export const RELEASE_DECISION = 'releaseDecision';
/** Name of the query that answers {@link ReleaseProgress}. */
export const RELEASE_PROGRESS = 'release';
/** Name of the signal with which a deployment reports to its release. */
export const REPORT = 'report';
/** Name of the signal with which a release tells a deployment what was decided. */
export const DECIDE = 'decide';

/** What is decided about all deployments of a release: they finish, or they go back. */
export type Decision = 'commit' | 'roll-back';

/** What a release tells one of its deployments. */
export type ReleaseOrder = {
  /** Which deployment is meant: another one of the service may run by now, or still, and be none of this release's. */
  readonly deploymentId: string;
} &
  /** Read the gates once more, and say whether they hold. */
  (
    | { readonly do: 'look-again'; readonly look: number }
    | { readonly do: Decision; readonly by: string; readonly why: string }
  );

/** What a deployment tells its release. */
export type ParticipantReport = { readonly deploymentId: string } & (
  | { readonly state: 'began'; readonly runId: string }
  /** Upgraded and proven, gates included; `look` names the look that was asked for, 0 for the first. */
  | { readonly state: 'verified'; readonly look: number; readonly needsPerson: boolean }
  | { readonly state: 'parked'; readonly reason: string }
  | { readonly state: 'goes-on' }
  | {
      readonly state: 'ended';
      readonly verdict: Verdict;
      readonly reason: string;
      readonly nextStep: string;
    }
);

/** Where a service of a release is. */
export const PARTICIPANT_STATES = [
  'waiting',
  'asked',
  'upgrading',
  'verified',
  'finishing',
  'rolling-back',
  'parked',
  'done',
  'left-alone',
] as const;
export type ParticipantState = (typeof PARTICIPANT_STATES)[number];

/** One service of a release, as others see it. */
export interface ParticipantProgress {
  /** `environment/stack/service`. */
  readonly key: string;
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  /** What is asked for, in a line. */
  readonly images: string;
  /** From 1 on. */
  readonly wave: number;
  readonly deploymentId: string;
  readonly requestId: string;
  readonly state: ParticipantState;
  /** When that began, milliseconds since the epoch. */
  readonly since: number;
  /** Its deployment's, once it is over. */
  readonly verdict: Verdict | null;
  /** Its deployment's words where they explain something. */
  readonly reason: string | null;
}

/** Where a release is. */
export const RELEASE_PHASES = [
  'checking',
  'upgrading',
  'confirming',
  'deciding',
  'finishing',
  'rolling-back',
  'done',
] as const;
export type ReleasePhase = (typeof RELEASE_PHASES)[number];

/** One line of a release's logbook. */
export interface ReleaseEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly phase: ReleasePhase;
  readonly text: string;
}

/** What the query `release` answers. */
export interface ReleaseProgress {
  readonly releaseId: string;
  readonly requestId: string;
  readonly name: string | null;
  readonly requestedBy: string;
  readonly requestedWhy: string | null;
  readonly phase: ReleasePhase;
  /** Milliseconds since the epoch, as all times here. */
  readonly phaseSince: number;
  readonly startedAt: number;
  readonly participants: readonly ParticipantProgress[];
  /** Those of the release itself, as they were asked for. */
  readonly gates: readonly ReleaseGateProgress[];
  /** Recorded before the first finish, or the first rollback for it; null before. */
  readonly decision: Decision | null;
  /** Why it waits for a person; null where it does not. */
  readonly attention: string | null;
  readonly attentionUntil: number | null;
  /** The last two hundred lines; `eventCount` tells how many there were in all. */
  readonly events: readonly ReleaseEvent[];
  readonly eventCount: number;
  readonly next: string;
  readonly result: ReleaseResult | null;
}

/** How a release ended: the result of the workflow. */
export interface ReleaseResult {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  readonly releaseId: string;
  readonly requestId: string;
  readonly decision: Decision | null;
  readonly participants: readonly ParticipantProgress[];
  readonly gates: readonly ReleaseGateProgress[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly requestedBy: string;
}

/** Memo of a release: enough to tell the same request from another one. */
export interface ReleaseMemo {
  readonly requestId: string;
  readonly releaseId: string;
  /** SHA-256 of what was asked, less who asked and when. */
  readonly requestDigest: string;
  readonly requestedBy: string;
}

/** Memo of the record of a decision. */
export interface DecisionMemo {
  readonly decision: Decision;
  readonly by: string;
}
