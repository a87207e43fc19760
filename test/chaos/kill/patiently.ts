import { setTimeout as delay } from 'node:timers/promises';
import { isSilence } from '../postgres/persistently';

const LIMIT_MILLIS = 120_000;
const PAUSE_MILLIS = 200;

/**
 * Asks Temporal, or the simulated Rancher, until it answers: both are dead for a while here.
 *
 * @throws Error of the last attempt, after two minutes; at once where something was answered
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + LIMIT_MILLIS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(isSilence(error) || isCut(error)) || Date.now() >= deadline) throw error;
    }
    await delay(PAUSE_MILLIS);
  }
}

/** What `fetch` throws where nobody listens, or where the connection broke. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message);
}

/**
 * Waits for a condition.
 *
 * @returns false where `signal` was aborted before
 * @throws Error after `limitMillis`
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  {
    signal,
    limitMillis = 60_000,
    everyMillis = 20,
  }: { signal?: AbortSignal; limitMillis?: number; everyMillis?: number } = {},
): Promise<boolean> {
  const deadline = Date.now() + limitMillis;
  for (;;) {
    if (signal?.aborted === true) return false;
    if (await condition()) return true;
    if (Date.now() >= deadline) throw new Error(`waited in vain: ${what}`);
    await delay(everyMillis);
  }
}
