import type { Diagnosis } from '../../decision/diagnosis';
import type { DeploymentResult, ImageChange } from '../../workflows/contract';
import type { Asked, HistoryEntry, Over } from './history-entry';
import { imagesOf } from './images-of';
import { readResult } from '../temporal/read-answer';
import { originOf } from './origin-of';
import { property, textOrNull } from './read-value';
import { valueOf } from './recorded-event';
import type { RecordedEvent } from './recorded-event';
import { Trail } from './trail';

/** A deployment as its history in Temporal tells it: whole, and without asking a worker. */
export interface DeploymentRecord {
  readonly runId: string;
  /** Null where the history does not begin with a request. */
  readonly asked: Asked | null;
  readonly entries: readonly HistoryEntry[];
  /** Null while it runs. */
  readonly over: Over | null;
  /** Milliseconds since the epoch; null while it runs. */
  readonly endedAt: number | null;
  /** The workflow's own result; null where it ended without one, or cannot be read. */
  readonly result: DeploymentResult | null;
  /** As the service was found; empty before that. */
  readonly images: readonly ImageChange[];
  /** The service in Rancher's UI. */
  readonly rancherUrl: string | null;
  /** The service's state as an activity read it last, and Rancher's words with it. */
  readonly state: string | null;
  readonly message: string | null;
  /** When that was read, milliseconds since the epoch; null where no read of it can be found. */
  readonly stateAt: number | null;
  /** What was wrong, as an activity found it last; null where none looked. */
  readonly diagnosis: Diagnosis | null;
  /** Encodings of what this client cannot read, where a codec has encoded it; else empty. */
  readonly unreadable: readonly string[];
}

/** What the events of a run's history tell. */
export function recordOf(runId: string, events: readonly RecordedEvent[]): DeploymentRecord {
  const trail = new Trail(originOf(runId, events));
  let seen: unknown;
  let seenAt: number | null = null;
  let found: { readonly images: readonly ImageChange[]; readonly rancherUrl: string | null } | null = null;
  let result: DeploymentResult | null = null;
  let diagnosis: Diagnosis | null = null;
  for (const event of events) {
    trail.add(event);
    if (event.type === 'ended') result = resultOf(valueOf(event.result));
    if (event.type !== 'answered') continue;
    const value = valueOf(event.result);
    const rancherUrl = textOrNull(property(value, 'rancherUrl'));
    if (rancherUrl !== null) found = { images: imagesOf(property(value, 'images')), rancherUrl };
    if (Array.isArray(property(value, 'containers')) && Array.isArray(property(value, 'serviceLog')))
      diagnosis = value as Diagnosis;
    const service = property(value, 'service') ?? value;
    if (typeof property(service, 'state') === 'string') [seen, seenAt] = [service, event.at];
  }
  const { entries } = trail;
  const over = entries.findLast((entry): entry is HistoryEntry & Over => entry.event === 'verdict') ?? null;
  return {
    runId,
    asked: entries.find((entry): entry is HistoryEntry & Asked => entry.event === 'asked') ?? null,
    entries,
    over,
    endedAt: over?.at ?? null,
    result,
    images: result?.images ?? found?.images ?? [],
    rancherUrl: result?.rancherUrl ?? found?.rancherUrl ?? null,
    state: result?.state ?? textOrNull(property(seen, 'state')),
    message: result === null ? textOrNull(property(seen, 'message')) : null,
    stateAt: seenAt,
    diagnosis: result === null ? diagnosis : (result.diagnosis ?? null),
    unreadable: [...new Set(entries.flatMap((entry) => entry.unreadable))],
  };
}

/** Only what has a timeline and images is a result of Drover's, of whichever release. */
function resultOf(value: unknown): DeploymentResult | null {
  const isOurs =
    textOrNull(property(value, 'verdict')) !== null &&
    Array.isArray(property(value, 'timeline')) &&
    Array.isArray(property(value, 'images'));
  return isOurs ? readResult(value) : null;
}
