import { setTimeout as delay } from 'node:timers/promises';
import type { CheckName, CheckStatus, Finding } from '../../decision/checks';

/** One check's finding. */
export function finding(
  check: CheckName,
  environment: string | null,
  status: CheckStatus,
  text: string,
  mend = '',
): Finding {
  return { check, environment, status, text, mend };
}

/** What is waited for took too long. */
export const LATE = Symbol('late');

/** The work's result, or {@link LATE} after so many milliseconds: nothing that hangs holds up the rest. */
export async function within<T>(limitMillis: number, work: Promise<T>): Promise<T | typeof LATE> {
  const over = new AbortController();
  // It may still fail when nobody listens any more.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, delay(limitMillis, LATE, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}
