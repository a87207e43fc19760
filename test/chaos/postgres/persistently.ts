import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../../../client/errors/unreachable-error';
import { SilenceError } from '../../../client/follow/silence-error';
import { grpcTroubleOf } from '../../../client/temporal/grpc-trouble';

const LIMIT_MILLIS = 180_000;
const PAUSE_MILLIS = 250;

/**
 * Asks Temporal until it answers: it is dead for a while here. What it answers is taken as it is, "not found" too.
 *
 * @throws Error of the last attempt, after three minutes
 */
export async function persistently<T>(ask: () => Promise<T>, limitMillis = LIMIT_MILLIS): Promise<T> {
  const deadline = Date.now() + limitMillis;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isSilence(error) || Date.now() >= deadline) throw error;
    }
    await delay(PAUSE_MILLIS);
  }
}

/** Whether nobody answered, and nothing was said against it. */
export function isSilence(error: unknown): boolean {
  if (error instanceof UnreachableError || error instanceof SilenceError) return true;
  const trouble = grpcTroubleOf(error)?.trouble;
  return trouble === 'connection lost' || trouble === 'no answer in time' || trouble === 'not ready';
}
