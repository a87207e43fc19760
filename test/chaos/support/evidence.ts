import type { Outcome } from '../../../client/outcome';
import type { JournalEntry } from '../../../simulator/model';
import type { InterventionName } from '../../../workflows/contract';
import type { HistoryEvent } from '../../support/stack';
import type { DeploymentCase } from './deployment-case';
import { keyOf } from './planted-secrets';

/** Something that a person said to a deployment, and how it was taken. */
export interface Said {
  readonly name: InterventionName;
  /** `unknown`: nobody answered in time, so it waits in the history as a signal. */
  readonly how: 'taken' | 'refused' | 'unknown';
}

/** A request that was sent once more. */
export interface AskedAgain {
  /** The run that the first request started, and the one that the second came to. */
  readonly firstRunId: string;
  readonly runId: string;
  readonly how: 'started' | 'attached' | 'over';
}

/** Everything that is known of one deployment after its end; plain JSON. */
export interface Evidence {
  readonly case: DeploymentCase;
  /** The service as the simulated Rancher showed it before: its text, since numbers may lose digits on the way through a parser. */
  readonly before: string;
  /** The simulator's record of this service. */
  readonly journal: readonly JournalEntry[];
  /** As Temporal exports it. */
  readonly history: readonly HistoryEvent[];
  /** What the library told at the end. */
  readonly outcome: Outcome;
  /** The logbook, as far as it was followed. */
  readonly told?: readonly string[];
  readonly after: { readonly service: Record<string, unknown>; readonly instances: readonly Record<string, unknown>[] };
  readonly said: readonly Said[];
  readonly again: AskedAgain | null;
}

/** What a check found wrong: one of DESIGN's invariants by its number, the verdict, or the state in which the service was left. */
export interface Violation {
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 'verdict' | 'state';
  readonly text: string;
}

/** The worker's own accepted actions, in their order. */
export function ourActions(evidence: Evidence): JournalEntry[] {
  const { accessKey } = keyOf(evidence.case.seed);
  return evidence.journal.filter(({ kind, by }) => kind === 'action' && by === accessKey);
}

/** Somebody's wish to go back was taken, or may have been. */
export function mayHaveBeenCalledOff(evidence: Evidence): boolean {
  return evidence.said.some(({ name, how }) => how !== 'refused' && name !== 'confirm');
}
