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
}

/**
 * Wakes the deployments that run as a worker begins: whoever would have woken them may have died with the former one, and their own timers
 * are far away. What cannot be asked for or told is left: those timers are still there.
 */
export async function checkRunning(options: CheckRunningOptions): Promise<void> {
  const { running, environments, isFollowed, send, signal, afterMillis = 3_000, apartMillis = 20 } = options;
  await pause(afterMillis, signal);
  for (const environment of environments) {
    try {
      for await (const follower of running(environment)) {
        if (signal.aborted) return;
        if (isFollowed(environment, follower)) continue;
        await send(follower, { saw: 'check' }).catch(() => undefined);
        await pause(apartMillis, signal);
      }
    } catch {
      if (signal.aborted) return;
    }
  }
}

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
