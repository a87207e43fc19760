import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { DeploymentRequest } from '../../decision/request';
import { targetText } from '../../decision/target-text';
import type { LaneView } from '../../workflows/lane-contract';
import { LANE_VIEW, laneIdOf } from '../../workflows/lane-contract';
import type { DeploymentSummary } from '../deployment-summary';
import { StillWaitingError } from '../errors/still-waiting-error';
import type { Deployments } from './deployments';
import { readLane } from './read-lane';

/** How a request waits for its turn. Times in milliseconds. */
export interface WaitOptions {
  /** Told what it waits for, each time that this changes. */
  readonly onWaiting?: (text: string) => void;
  /** Told since when the lane says that it waits, milliseconds since the epoch: it keeps its place where it has to come again. */
  readonly onPlace?: (since: number) => void;
  /** Aborted where the client is asked to stop: the request waits on. */
  readonly signal?: AbortSignal;
  /** The longest to wait for its turn. Default 24 hours; 0: not at all. */
  readonly waitLimitMillis?: number;
}

const WAIT_LIMIT_MILLIS = 24 * 3_600_000;
const SHORTEST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 5_000;
const QUERY_LIMIT_MILLIS = 3_000;
/** For so long a lane may have just ended, and what came of the request not be listed yet. */
const LOST_AFTER_MILLIS = 15_000;

/**
 * Waits until a request that is in its lane runs, or is over.
 *
 * @returns its deployment; null where the lane does not know it any more: somebody terminated it
 * @throws StillWaitingError where the time or the caller's patience is over
 */
export async function awaitTurn(
  client: Client,
  deployments: Deployments,
  request: DeploymentRequest,
  options: WaitOptions,
): Promise<DeploymentSummary | null> {
  const deadline = Date.now() + (options.waitLimitMillis ?? WAIT_LIMIT_MILLIS);
  let pause = SHORTEST_PAUSE_MILLIS;
  let told = 'it waits for its turn';
  let missingSince: number | null = null;
  for (;;) {
    const found = await deployments.ofTicket(request);
    if (found !== null) return found;
    const view = await laneView(client, request);
    const isMissing =
      view === 'none' || (view !== 'silent' && !(request.requestId in view.places) && !isNext(view, request));
    missingSince = isMissing ? (missingSince ?? Date.now()) : null;
    if (missingSince !== null && Date.now() - missingSince > LOST_AFTER_MILLIS) return null;
    const place =
      typeof view === 'string' ? undefined : view.waiting.find(({ requestId }) => requestId === request.requestId);
    if (place !== undefined) options.onPlace?.(place.since);
    const text = waitingText(view, request);
    if (text !== null && text !== told) {
      told = text;
      options.onWaiting?.(text);
    }
    if (Date.now() >= deadline || options.signal?.aborted === true) throw stillWaiting(request, told);
    await delay(Math.min(pause, Math.max(1, deadline - Date.now())), null, { ...signalOf(options) }).catch(() => null);
    pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 1.5);
  }
}

/** Who is in a lane; `none`: there is no such lane now; `silent`: no worker answers. */
export async function laneView(
  client: Client,
  { environment, stack, service }: Pick<DeploymentRequest, 'environment' | 'stack' | 'service'>,
): Promise<LaneView | 'none' | 'silent'> {
  const handle = client.workflow.getHandle(laneIdOf(environment, stack, service));
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return 'none';
    return readLane(await client.withDeadline(Date.now() + QUERY_LIMIT_MILLIS, () => handle.query<unknown>(LANE_VIEW)));
  } catch (error) {
    return error instanceof WorkflowNotFoundError ? 'none' : 'silent';
  }
}

function isNext({ holder }: LaneView, { requestId }: DeploymentRequest): boolean {
  return holder !== null && holder !== 'unknown' && holder.requestId === requestId;
}

function waitingText(view: LaneView | 'none' | 'silent', { requestId }: DeploymentRequest): string | null {
  if (view === 'none') return null;
  if (view === 'silent') return 'no worker answers: the request waits for one (nothing is lost)';
  const place = view.places[requestId];
  if (place?.at !== 'waiting') return null;
  const { holder } = view;
  const who =
    holder === null || holder === 'unknown' ? 'the deployment that runs' : `${holder.requestedBy} (${holder.images})`;
  return place.position === 1
    ? `it is next, after ${who}`
    : `it is number ${String(place.position)} in the queue; ${who} has the service`;
}

function stillWaiting(request: DeploymentRequest, told: string): StillWaitingError {
  const target = targetText(request);
  return new StillWaitingError(
    `The request ${request.requestId} for ${target} is in the queue, and starts when its turn comes: ${told}.`,
    `See who is before it: drover queue ${target}; take it out: drover cancel ${target} --request ${request.requestId}; the same command again waits for it.`,
  );
}

function signalOf({ signal }: WaitOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
