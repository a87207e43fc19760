import { AuditGapError } from './errors/audit-gap-error';
import { RefusedError } from './errors/refused-error';
import type { CoordinatorEntry, CoordinatorKind } from './history/coordinator-entry';
import { COORDINATOR_KINDS } from './history/coordinator-entry';
import { CoordinatorTrail } from './history/coordinator-trail';
import type { HistoryEntry, PhaseEntered } from './history/history-entry';
import { originOf } from './history/origin-of';
import { Trail } from './history/trail';
import { property, textOrNull } from './history/read-value';
import { valueOf } from './history/recorded-event';
import type { RecordedEvent } from './history/recorded-event';
import { formatDuration } from './input/duration';
import type { Target } from './input/upgrade-input';

/** Which part of what happened to export. Times in milliseconds since the epoch. */
export interface AuditOptions {
  readonly since: number;
  /** Default: as late as can be whole, a few seconds ago. */
  readonly until?: number;
  readonly environment?: string;
}

/**
 * Something that somebody did to a service, and to which deployment it belongs; or to a release, a pipeline or what is held: then there is
 * no one service, and the environments and stacks are those that it is about, with commas.
 */
export interface AuditEvent extends Target {
  readonly kind: 'deployment' | CoordinatorKind;
  /** Of a release and of a deployment that is a part of one; else null. */
  readonly releaseId: string | null;
  readonly pipelineId: string | null;
  /** What the release or the pipeline is called; null where it has no name. */
  readonly title: string | null;
  readonly workflowId: string;
  readonly runId: string;
  readonly requestId: string | null;
  readonly deploymentId: string | null;
  readonly entry: AuditEntry;
}

/** Phases are no deeds. */
export type AuditEntry = Exclude<HistoryEntry, PhaseEntered> | CoordinatorEntry;

/** What an audit has told, once it is whole. */
export interface AuditSummary {
  readonly since: number;
  readonly until: number;
  /** Runs of deployments that were read. */
  readonly deployments: number;
  /** Releases, pipelines and lists of what is held that were read. */
  readonly coordinators: number;
  readonly events: number;
  /** Events of which a codec has encoded a part. */
  readonly unreadable: number;
  readonly encodings: readonly string[];
}

/** A run as Temporal lists it. */
export interface ListedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAt: number;
}

/** Where an audit reads from; the tests have one without Temporal. */
export interface AuditSource {
  /** How long closed workflows are kept, milliseconds; null where Temporal does not say. */
  retentionMillis(): Promise<number | null>;
  /** Every run that was under way within the time, and how many Temporal counts. */
  runs(period: {
    since: number;
    until: number;
    environment?: string;
  }): Promise<{ listed: readonly ListedRun[]; counted: number }>;
  /** Whether a deployment, a release or a pipeline of it is kept, or a worker serves it. */
  knowsEnvironment(alias: string): Promise<boolean>;
  /** Null where there is no such history (any more). */
  history(run: ListedRun): Promise<readonly RecordedEvent[] | null>;
}

/** What has only just begun may be missing from Temporal's list for a moment, milliseconds. */
export const LISTED_AFTER_MILLIS = 5000;
/** What a message names one by one. */
const NAMED = 10;

/**
 * Who did what to which service: every event of the time, from the histories themselves, in the order of the runs, and in time within
 * each. One that is exported twice has the same id, and what a reset copies into a new run is told once.
 *
 * @throws AuditGapError before anything is told, where the time reaches further back than histories are kept; and at the end, after
 * everything that can be told, where something is missing
 * @throws RefusedError where nothing is to be told of an environment that nothing is known of: its name may be mistyped
 */
export async function* audit(
  source: AuditSource,
  options: AuditOptions,
  now: number,
): AsyncGenerator<AuditEvent, AuditSummary> {
  const { since, environment } = options;
  const until = Math.max(since, Math.min(options.until ?? now, now - LISTED_AFTER_MILLIS));
  requireKept(await source.retentionMillis(), since, now);
  const period = { since, until, ...(environment === undefined ? {} : { environment }) };
  const { listed, counted } = await source.runs(period);
  const runs = [...listed].sort((one, other) => one.startedAt - other.startedAt || (one.runId < other.runId ? -1 : 1));
  const missing: string[] = [];
  if (runs.length < counted)
    missing.push(
      `${String(counted - runs.length)} of ${String(counted)} deployments, releases and pipelines that Temporal counts since ${iso(since)}: its list was cut`,
    );
  const told = new Set<string>();
  const origins = new Map<string, (eventId: number) => string>();
  const encodings = new Set<string>();
  let [events, unreadable] = [0, 0];
  for (const run of runs) {
    const history = await source.history(run);
    if (history === null) {
      missing.push(
        `${run.workflowId}, run ${run.runId}, started at ${iso(run.startedAt)}: it is listed, and its history is gone`,
      );
      continue;
    }
    for (const lost of await lostBases(source, run, history, runs, since)) missing.push(lost);
    const idOf = originOf(run.runId, history, origins);
    origins.set(run.runId, idOf);
    for (const event of auditEventsOf(run, history, idOf, environment)) {
      const { id, at, unreadable: unread } = event.entry;
      if (at < since || at >= until || told.has(id)) continue;
      told.add(id);
      events += 1;
      if (unread.length > 0) unreadable += 1;
      for (const one of unread) encodings.add(one);
      yield event;
    }
  }
  if (missing.length > 0) throw gap(missing);
  if (events === 0 && environment !== undefined && !(await source.knowsEnvironment(environment)))
    throw unknownEnvironment(environment);
  const coordinators = runs.filter(({ workflowId }) => coordinatorKindOf(workflowId) !== undefined).length;
  const deployments = runs.length - coordinators;
  return { since, until, deployments, coordinators, events, unreadable, encodings: [...encodings] };
}

function requireKept(retentionMillis: number | null, since: number, now: number): void {
  if (retentionMillis === null || since >= now - retentionMillis) return;
  const kept = formatDuration(retentionMillis);
  const from = iso(now - retentionMillis);
  // A little less than all of it: time goes on until it is read.
  const less =
    retentionMillis > 7_200_000
      ? `${String(Math.ceil(retentionMillis / 3_600_000) - 1)}h`
      : `${String(Math.max(1, Math.floor(retentionMillis / 60_000) - 5))}m`;
  throw new AuditGapError(
    `The audit would have a gap: it is asked for since ${iso(since)}, and this namespace keeps what is over for ${kept}, since ${from}. What ended before that is gone.`,
    `Ask for less (--since ${less}) and export more often, or have the namespace keep more: temporal operator namespace update --retention …`,
  );
}

/** An empty export that says that it is whole would hide what happened where the name is a mistyped one. */
function unknownEnvironment(environment: string): RefusedError {
  return new RefusedError(
    `Nothing is known of an environment ${JSON.stringify(environment)}: no deployment, release or pipeline of it is kept, and no worker serves it.`,
    'Write the alias as drover.yaml has it; "drover list" shows where deployments ran. Of a new environment there is an audit once its worker runs.',
  );
}

function gap(missing: readonly string[]): AuditGapError {
  const shown = missing.slice(0, NAMED).map((one) => `\n- ${one}`);
  const more = missing.length > NAMED ? `\n- and ${String(missing.length - NAMED)} more` : '';
  return new AuditGapError(
    `The audit has a gap. Everything else is told; this is missing:${shown.join('')}${more}`,
    'Somebody deleted it, or the retention of the namespace ended meanwhile: keep what was exported, and note what is missing.',
    missing,
  );
}

/** Runs that a reset has ended, which are neither listed nor there any more: what they did after that moment is not in the new run. */
async function lostBases(
  source: AuditSource,
  run: ListedRun,
  history: readonly RecordedEvent[],
  runs: readonly ListedRun[],
  since: number,
): Promise<string[]> {
  const lost: string[] = [];
  for (const event of history) {
    if (event.type !== 'reset' || event.at < since || runs.some(({ runId }) => runId === event.baseRunId)) continue;
    const base = { workflowId: run.workflowId, runId: event.baseRunId, startedAt: run.startedAt };
    if ((await source.history(base)) === null)
      lost.push(`${run.workflowId}, run ${event.baseRunId}, reset at ${iso(event.at)}: its history is gone`);
  }
  return lost;
}

function auditEventsOf(
  run: ListedRun,
  history: readonly RecordedEvent[],
  idOf: (eventId: number) => string,
  wanted: string | undefined,
): AuditEvent[] {
  const kind = coordinatorKindOf(run.workflowId);
  if (kind !== undefined) return coordinatorEventsOf(kind, run, history, idOf, wanted);
  const trail = new Trail(idOf);
  for (const event of history) trail.add(event);
  const [asked] = trail.entries.filter((entry) => entry.event === 'asked');
  const [, environment = '', stack = '', service = ''] = run.workflowId.split('/');
  const { requestId = null, deploymentId = null } = asked ?? {};
  const place = {
    ...({ kind: 'deployment', releaseId: releaseIdOf(history), pipelineId: null, title: null } as const),
    ...{ environment, stack, service, workflowId: run.workflowId, requestId, deploymentId },
  };
  return trail.entries.flatMap((entry) =>
    entry.event === 'phase' ? [] : [{ ...place, runId: entry.id.split('/')[0] ?? run.runId, entry }],
  );
}

/** What people did to a release, a pipeline or what is held; none where it is about other environments than the one that is wanted. */
function coordinatorEventsOf(
  kind: CoordinatorKind,
  run: ListedRun,
  history: readonly RecordedEvent[],
  idOf: (eventId: number) => string,
  wanted: string | undefined,
): AuditEvent[] {
  const trail = new CoordinatorTrail(kind, idOf);
  for (const event of history) trail.add(event);
  const { title, requestId, environments, stacks } = trail.place;
  if (wanted !== undefined && !environments.includes(wanted)) return [];
  const id = run.workflowId.split('/')[1] ?? null;
  const place = {
    ...{ kind, environment: environments.join(', '), stack: stacks.join(', '), service: '', requestId, title },
    ...{ workflowId: run.workflowId, deploymentId: null },
    releaseId: kind === 'release' ? id : null,
    pipelineId: kind === 'pipeline' ? id : null,
  };
  return trail.entries.map((entry) => ({ ...place, runId: entry.id.split('/')[0] ?? run.runId, entry }));
}

function coordinatorKindOf(workflowId: string): CoordinatorKind | undefined {
  return COORDINATOR_KINDS.find((kind) => workflowId.startsWith(`${kind}/`));
}

/** The release that a deployment is a part of. */
function releaseIdOf(history: readonly RecordedEvent[]): string | null {
  const started = history.find((event) => event.type === 'started');
  if (started === undefined) return null;
  const release = property(valueOf(started.input), 'release');
  return textOrNull(property(release, 'releaseId')) ?? started.attributes['DroverRelease'] ?? null;
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
