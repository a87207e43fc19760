import type { AttentionMemo } from '../workflows/contract';
import type { DeploymentSummary } from './deployment-summary';
import { targetText } from '../decision/target-text';

/** A deployment that waits for a person, or ended so that a person must look. Times in milliseconds since the epoch. */
export interface NeedsAttention {
  readonly deployment: DeploymentSummary;
  /** The phase of one that runs; the verdict of one that is over. */
  readonly phase: string;
  readonly kind: AttentionMemo['kind'];
  readonly since: number;
  readonly reason: string;
  /** What to look at or to mend, in a sentence; may be empty. */
  readonly mend: string;
  /** Commands that make sense now, most likely first. */
  readonly commands: readonly string[];
  /** When it ends by itself; null where it is over, or not known. */
  readonly until: number | null;
}

/** What stops a service comes first, what was asked to wait comes last. */
const URGENCY: readonly AttentionMemo['kind'][] = ['parked', 'ended', 'unprovable', 'approval', 'release', 'held'];

/** Which of these need a person: the most urgent first, and of those the one that has waited longest. */
export function needingAttention(found: readonly DeploymentSummary[]): NeedsAttention[] {
  return found
    .map(needOf)
    .sort((one, other) => URGENCY.indexOf(one.kind) - URGENCY.indexOf(other.kind) || one.since - other.since);
}

function needOf(deployment: DeploymentSummary): NeedsAttention {
  const { attention, run, phase, verdict } = deployment;
  const shown = run === 'running' ? phase : (verdict ?? run);
  if (attention !== null) {
    const commands = attention.kind === 'ended' ? afterTheEnd(deployment) : attention.commands;
    return { ...attention, commands, deployment, phase: shown };
  }
  // The memo comes with the phase; a worker of another version may not write it.
  return {
    deployment,
    phase: shown,
    kind: run !== 'running' ? 'ended' : phase === 'confirming' ? 'held' : 'parked',
    since: deployment.endedAt ?? deployment.startedAt,
    reason: 'the reason is not in the list: see its status',
    mend: '',
    commands: [`drover status ${targetText(deployment)}`],
    until: null,
  };
}

/** Nobody can step into what is over: how it ended, and what it left. */
function afterTheEnd(deployment: DeploymentSummary): string[] {
  return [`drover status ${targetText(deployment)}`, `drover upgrade ${targetText(deployment)} …`];
}
