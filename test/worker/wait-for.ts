import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `condition` holds (an error counts as not yet); fails with what was waited for, and the last error. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMillis = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMillis;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(50);
  }
  throw new Error(`waited ${limitMillis} ms in vain for ${what}${last === undefined ? '' : `: ${String(last)}`}`);
}
