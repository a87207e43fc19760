import type { JournalEntry } from '../../../simulator/model';
import type { LaneStep } from './lane-story';
import type { ServiceLook } from './seen';

/** One request of many, and what became of it. */
export interface RequestSeen {
  readonly requestId: string;
  readonly image: string;
  readonly whenBusy: 'queue' | 'supersede';
  readonly verdict: string;
  readonly reason: string;
}

/** Everything that is known of a lane after all its requests have ended. */
export interface LaneSeen {
  readonly requests: readonly RequestSeen[];
  /** One for each run of the lane, oldest first. */
  readonly runs: readonly (readonly LaneStep[])[];
  readonly journal: readonly JournalEntry[];
  /** Deployments that were terminated by hand. */
  readonly terminated: number;
  readonly after: ServiceLook;
  /** Verdict of the request that came when all was over, and its image. */
  readonly next: { readonly verdict: string; readonly image: string };
}

const VERDICTS = ['succeeded', 'unchanged', 'superseded'];
const ENDS_UPGRADE = ['finishupgrade', 'rollback'];

/** What is wrong with a lane; empty where all is right. */
export function wrongWithLane(seen: LaneSeen): string[] {
  return [...verdicts(seen), ...oneAtATime(seen), ...seen.runs.flatMap((run) => [...inOrder(run)]), ...atTheEnd(seen)];
}

function* verdicts({ requests, terminated }: LaneSeen): Iterable<string> {
  const interfered = requests.filter(({ verdict }) => verdict === 'interfered').length;
  if (interfered > terminated)
    yield `${interfered} requests are interfered, and ${terminated} deployments were terminated`;
  for (const { requestId, verdict, reason } of requests)
    if (!VERDICTS.includes(verdict) && verdict !== 'interfered') yield `${requestId} ended as ${verdict}: ${reason}`;
}

/** Never were two of Rancher's upgrades open at once; and no request has two. */
function* oneAtATime({ journal, requests }: LaneSeen): Iterable<string> {
  let open: string | null = null;
  const actions = journal.filter(({ kind }) => kind === 'action');
  for (const { action = '', at } of actions) {
    if (action === 'upgrade' && open !== null)
      yield `an upgrade was accepted at ${at}, and the one of ${open} was open`;
    if (action === 'upgrade') open = at;
    else if (ENDS_UPGRADE.includes(action)) open = null;
  }
  for (const { requestId, image } of requests) {
    const count = actions.filter(
      ({ action, rawBody = '' }) => action === 'upgrade' && rawBody.includes(`${image}"`),
    ).length;
    if (count > 1) yield `${requestId} was upgraded ${count} times`;
  }
}

/** First come, first served; and who came before one that supersedes never begins after it. */
function* inOrder(run: readonly LaneStep[]): Iterable<string> {
  const place = new Map<string, number>();
  const again = sinceWhen(run);
  let [last, newest] = [-1, -1];
  for (const step of run) {
    const { requestId } = step;
    if (step.did === 'entered') {
      if (place.has(requestId)) continue;
      place.set(requestId, place.size);
      if (step.whenBusy === 'supersede') newest = place.size - 1;
      continue;
    }
    const at = place.get(requestId);
    if (at === undefined) yield `${requestId} was started and never came to the door`;
    // Those that waited in a lane before this one come in any order.
    if (again.has(requestId)) continue;
    if (at !== undefined && at <= last) yield `${requestId} was started after one that came later`;
    last = at ?? last;
  }
  yield* keptOrder(run, again);
  yield* gaveWay(run, newest);
}

/** Since when those waited that came from a lane before this one. */
function sinceWhen(run: readonly LaneStep[]): ReadonlyMap<string, number> {
  return new Map(
    run.flatMap((step) =>
      step.did === 'entered' && step.since !== undefined ? [[step.requestId, step.since] as const] : [],
    ),
  );
}

/** Of those that waited in a lane before this one and were all there when the next was chosen, that one is next which waits for the longest. */
function* keptOrder(run: readonly LaneStep[], again: ReadonlyMap<string, number>): Iterable<string> {
  let wereThere: readonly string[] = [];
  for (const [index, { did, requestId }] of run.entries()) {
    if (did !== 'started') continue;
    const since = again.get(requestId);
    const later = new Set(run.slice(index + 1).flatMap((step) => (step.did === 'started' ? [step.requestId] : [])));
    for (const other of wereThere)
      if (since !== undefined && later.has(other) && (again.get(other) ?? since) < since)
        yield `${other} was started after ${requestId}, which had not waited for as long`;
    wereThere = run.slice(0, index).map((step) => step.requestId);
  }
}

function* gaveWay(run: readonly LaneStep[], newest: number): Iterable<string> {
  if (newest < 0) return;
  const came = [...new Set(run.flatMap((step) => (step.did === 'entered' ? [step.requestId] : [])))];
  const arrived = run.findIndex((step) => step.did === 'entered' && step.requestId === came[newest]);
  const gone = run.filter(
    (step, index) => index > arrived && step.did === 'started' && came.slice(0, newest).includes(step.requestId),
  );
  // Just being started as the newest came: the last of them was on its way.
  for (const { requestId } of gone.slice(0, -1))
    yield `${requestId} was started after ${came[newest] ?? ''} had superseded it`;
}

function* atTheEnd({ after, next }: LaneSeen): Iterable<string> {
  if (next.verdict !== 'succeeded') yield `the request that came when all was over ended as ${next.verdict}`;
  if (after.state !== 'active' || after.image !== `docker:${next.image}`)
    yield `the service was left ${after.state} with ${after.image}, and ${next.image} was asked last`;
}

/** Requests that came to more than one run of the lane: the one before was terminated while they waited, and the client brought them again. */
export function broughtAgain({ runs }: Pick<LaneSeen, 'runs'>): number {
  const inRuns = new Map<string, number>();
  for (const run of runs)
    for (const id of new Set(run.flatMap(({ did, requestId }) => (did === 'entered' ? [requestId] : []))))
      inRuns.set(id, (inRuns.get(id) ?? 0) + 1);
  return [...inRuns.values()].filter((count) => count > 1).length;
}
