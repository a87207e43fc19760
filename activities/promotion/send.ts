import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import { InvalidRequestError } from '../../rancher/errors/invalid-request-error';
import { NotFoundError } from '../../rancher/errors/not-found-error';
import { RefusedByStateError } from '../../rancher/errors/refused-by-state-error';
import { redactor } from '../../rancher/redact';
import { failure, mayHaveHappened, readFailure } from '../classify-failure';
import type { Lease } from '../lease';

/** How often it is looked whether Rancher is done, and how long it is waited in between, milliseconds. */
const LOOKS = 60;
const BETWEEN_LOOKS_MILLIS = 500;

/** One request that makes, changes or removes something. */
export interface Sending<T> {
  readonly lease: Lease;
  /** The longest that a request may take, milliseconds. */
  readonly requestTimeoutMillis: number;
  /** Texts that no message may repeat. */
  readonly hidden: readonly string[];
  /** Sends it. It is never called off: nobody could tell what became of it. */
  readonly request: () => Promise<T>;
  /** Reads whether what was asked for is so; undefined where it is not. */
  readonly isSo: () => Promise<T | undefined>;
}

/**
 * Sends a request once. Where its answer does not tell what happened, or says that it is not the time for it, a read does; where that
 * does not tell either, the attempt ends, but not before the request cannot be under way any more: the next attempt begins with reads.
 *
 * @throws a failure, retried where the next attempt may do better
 */
export async function send<T>({ lease, requestTimeoutMillis, hidden, request, isSo }: Sending<T>): Promise<T> {
  lease.assertHeldFor(requestTimeoutMillis);
  try {
    return await request();
  } catch (error) {
    const isUnknown = mayHaveHappened(error);
    if (!isUnknown && !isNotTheTime(error)) throw redacted(readFailure(error), hidden);
    const found = await isSo().catch(() => undefined);
    if (found !== undefined) return found;
    const message = redactor(hidden)(error instanceof Error ? error.message : String(error));
    if (!isUnknown) throw failure('NotYet', message);
    await delay(requestTimeoutMillis);
    throw failure('RancherUnreachable', message);
  }
}

/** Reads until it is as wanted, or for half a minute; what was read last. */
export async function readUntil<T>(
  read: () => Promise<T>,
  isDone: (value: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  let value = await read();
  for (let look = 1; look < LOOKS && !isDone(value); look += 1) {
    await delay(Math.min(BETWEEN_LOOKS_MILLIS, 50 * look), undefined, { signal });
    value = await read();
    heartbeat();
  }
  return value;
}

/** Rancher does not do it in the present state of things: the name is taken, the action is not offered, it is gone already. */
function isNotTheTime(error: unknown): boolean {
  if (error instanceof RefusedByStateError || error instanceof NotFoundError) return true;
  return error instanceof InvalidRequestError && error.code === 'NotUnique';
}

function redacted(error: unknown, hidden: readonly string[]): unknown {
  if (error instanceof Error) error.message = redactor(hidden)(error.message);
  return error;
}
