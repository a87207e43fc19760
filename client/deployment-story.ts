import type { Diagnosis } from '../decision/diagnosis';
import type { ImageChange, PhaseSpan, Progress } from '../workflows/contract';
import type { DeploymentHandle } from './deployment-handle';
import type { FollowedDeployment } from './follow/follow-event';
import { SilenceError } from './follow/silence-error';
import type { DeploymentRecord } from './history/deployment-record';
import type { Logbook } from './history/logbook';
import { logbookOf } from './history/logbook';
import { timelineOf } from './history/timeline-of';
import type { Outcome } from './outcome';

/** All that can be told of one deployment, running or over, at one moment. */
export interface DeploymentStory {
  readonly deployment: FollowedDeployment;
  readonly record: DeploymentRecord;
  /** Null where no worker answers: then it is told from the history alone. */
  readonly progress: Progress | null;
  /** How it ended; null while it runs. */
  readonly outcome: Outcome | null;
  readonly images: readonly ImageChange[];
  readonly timeline: readonly PhaseSpan[];
  readonly logbook: Logbook;
  /** What was wrong; null where nothing was, or nobody looked. */
  readonly diagnosis: Diagnosis | null;
  readonly rancherUrl: string | null;
  /** When this was read, milliseconds since the epoch. */
  readonly now: number;
}

/** Reads everything about a deployment: its history first, and what the deployment itself says, where a worker answers. */
export async function storyOf(handle: DeploymentHandle, now: number): Promise<DeploymentStory> {
  const { deployment } = handle;
  const [record, progress] = await Promise.all([handle.record(), progressOf(handle)]);
  const outcome = record.over === null ? null : await outcomeOf(handle, record);
  const images = [record.images, progress?.images ?? []].find((one) => one.length > 0) ?? [];
  return {
    ...{ deployment, record, progress, outcome, images, now },
    timeline: record.result?.timeline ?? timelineOf(record.entries, now),
    logbook: logbookOf(record.entries, progress),
    diagnosis: outcome === null ? (progress?.diagnosis ?? record.diagnosis) : record.diagnosis,
    rancherUrl: record.rancherUrl ?? progress?.rancherUrl ?? null,
  };
}

/** As the workflow's result says it; where there is none, Temporal is asked how the workflow ended. */
async function outcomeOf(handle: DeploymentHandle, { result }: DeploymentRecord): Promise<Outcome> {
  if (result === null) return handle.result();
  const { verdict, reason, nextStep } = result;
  return { verdict, reason, nextStep, result };
}

/** Null where no worker answers. */
export async function progressOf(handle: DeploymentHandle): Promise<Progress | null> {
  try {
    return await handle.progress();
  } catch (error) {
    if (error instanceof SilenceError) return null;
    throw error;
  }
}
