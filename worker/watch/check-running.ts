import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Follower } from '../../activities/service-watch';
import type { Nudge } from '../../workflows/contract';
import { UPGRADE_SERVICE } from '../../workflows/contract';
import { pause } from './outbox';
import type { Woken } from './outbox';

/** What {@link checkRunning} is given. */
export interface CheckRunningOptions {
  readonly running: (environment: string) => AsyncIterable<Follower>;
  readonly environments: readonly string[];
  /** Those that have come to this worker meanwhile need no waking. */
  readonly isFollowed: (environment: string, follower: Follower) => boolean;
  readonly send: (follower: Follower, nudge: Nudge) => Promise<Woken>;
  readonly signal: AbortSignal;
  /** Before the first one, milliseconds: what is waiting for this worker comes first. Default 3,000. */
  readonly afterMillis?: number;
  /** Between two of them, milliseconds. Default 20. */
  readonly apartMillis?: number;
  /** Before what could not be listed or told is tried again for the first time, milliseconds. Default 5,000. */
  readonly againMillis?: number;
}

/** After a pass that was not whole the next one follows after so long, and twice as long each time, up to a minute; milliseconds. */
const [AGAIN_MILLIS, WIDEST_MILLIS] = [5_000, 60_000] as const;

/**
 * Wakes the deployments that run as a worker begins: whoever would have woken them may have died with the former one, and their own timers
 * are far away. It is tried again until all were listed and told once: Temporal, too, may only just have begun.
 */
export async function checkRunning(options: CheckRunningOptions): Promise<void> {
  const { environments, signal, afterMillis = 3_000, againMillis = AGAIN_MILLIS } = options;
  await pause(afterMillis, signal);
  const woken = new Set<string>();
  let left = environments;
  for (let wait = againMillis; !signal.aborted; wait = Math.min(WIDEST_MILLIS, 2 * wait)) {
    const missed: string[] = [];
    for (const environment of left) if (!(await wakeAll(environment, options, woken))) missed.push(environment);
    if (missed.length === 0) return;
    left = missed;
    await pause(wait, signal);
  }
}

/** @returns whether all of an environment's were listed and told */
async function wakeAll(
  environment: string,
  { running, isFollowed, send, signal, apartMillis = 20 }: CheckRunningOptions,
  woken: Set<string>,
): Promise<boolean> {
  let isWhole = true;
  try {
    for await (const follower of running(environment)) {
      if (signal.aborted) return true;
      if (woken.has(nameOf(follower)) || isFollowed(environment, follower)) continue;
      const isTold = await send(follower, { saw: 'check' }).then(
        () => true,
        () => false,
      );
      if (isTold) woken.add(nameOf(follower));
      else isWhole = false;
      await pause(apartMillis, signal);
    }
    return isWhole;
  } catch {
    return signal.aborted;
  }
}

const nameOf = ({ workflowId, runId }: Follower): string => `${workflowId} ${runId}`;

/** The deployments of an environment that run, as Temporal lists them. */
export function runningDeployments(
  connection: NativeConnection,
  namespace: string,
): (environment: string) => AsyncIterable<Follower> {
  const client = new Client({ connection, namespace });
  return (environment) =>
    client.workflow.list({
      query: `WorkflowType = '${UPGRADE_SERVICE}' AND ExecutionStatus = 'Running' AND DroverEnvironment = '${environment}'`,
    });
}
