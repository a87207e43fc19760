import { setTimeout as delay } from 'node:timers/promises';
import type { DroverClient } from '../../client/drover-client';
import type { LoadTarget } from './load-site';

/** Calls of the client that are under way at once. */
const AT_ONCE = 16;

/** How the requests were taken. */
export interface Started {
  /** From the first call to the last answer, milliseconds. */
  readonly millis: number;
  /** How long each call took, milliseconds. */
  readonly calls: readonly number[];
  /** What went wrong, a line for each. */
  readonly errors: readonly string[];
}

/**
 * Asks for all deployments over one connection, at most so many a second, and waits for none of them.
 *
 * @param perSecond Infinity: as fast as they are taken
 */
export async function startAll(
  client: DroverClient,
  targets: readonly LoadTarget[],
  perSecond: number,
  more: { readonly hold?: boolean } = {},
): Promise<Started> {
  const began = performance.now();
  const calls: number[] = [];
  const errors: string[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      const index = next;
      next += 1;
      const target = targets[index];
      if (target === undefined) return;
      const due = began + (index * 1000) / perSecond;
      const early = due - performance.now();
      if (early > 0) await delay(early);
      const asked = performance.now();
      try {
        await client.upgrade({ ...target, ...more });
      } catch (error) {
        errors.push(`${target.stack}/${target.service}: ${error instanceof Error ? error.message : String(error)}`);
      }
      calls.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return { millis: performance.now() - began, calls, errors };
}
