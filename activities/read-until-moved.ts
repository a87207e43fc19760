import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import type { About } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { OpenService } from './open-service';
import { accessTo, openService } from './open-service';

/**
 * Reads a service a few times, after pauses of so many milliseconds, until it is in another state than this one: a short burst where
 * Rancher is about to be done. The answer is the last read, whatever it says; null: there is no such service any more.
 *
 * @param pauses milliseconds before each read, one after the other; at least one
 * @param containers whether they are read too where it has moved; before, they never are
 */
export async function readUntilMoved(
  deps: ActivityDependencies,
  about: Pick<About, 'target' | 'request'>,
  { state, pauses, containers }: { state: string; pauses: readonly number[]; containers: boolean },
  signal: AbortSignal,
): Promise<OpenService | null> {
  const watch = accessTo(deps, about.target.environment).watch;
  let open: OpenService | null = null;
  for (const millis of pauses) {
    if (watch === undefined) await delay(millis, undefined, { signal });
    else await watch.changed(about.target, state, millis, signal);
    signal.throwIfAborted();
    heartbeat();
    open = await openService(deps, about, (now) => containers && now !== state, signal);
    if (open === null || open.snapshot.state !== state) return open;
  }
  return open;
}
