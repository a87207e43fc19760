import { NotSentError } from './errors/not-sent-error';
import { RancherError } from './errors/rancher-error';
import type { Outgoing } from './exchange';
import type { Outcome } from './outcomes';

/**
 * How a request ended: one of {@link Outcome}; or `ok`; `held-back`, by this side's own circuit, so that it was not even tried; `called-off`,
 * since nobody waits for it any more.
 */
export type RequestOutcome = 'ok' | 'held-back' | 'called-off' | Outcome;

/** One request, for whoever counts them: no path, no id and no value of a service. */
export interface ObservedRequest {
  /** `read`, the name of the action, as Rancher has it, or `create` or `remove`. */
  readonly kind: string;
  readonly outcome: RequestOutcome;
  /** The whole exchange, until its answer was understood; milliseconds. */
  readonly millis: number;
}

/** Requests that are no actions. */
const KINDS = { GET: 'read', POST: 'create', DELETE: 'remove' } as const satisfies Record<Outgoing['method'], string>;

/**
 * Does one request and tells how it ended. What fails for a reason of our own (a bug) is not told.
 *
 * @param path an action's ends in `?action=NAME`
 */
export async function observed<T>(
  method: Outgoing['method'],
  path: string,
  signal: AbortSignal | undefined,
  tell: (request: ObservedRequest) => void,
  request: () => Promise<T>,
): Promise<T> {
  const kind = /\?action=(\w+)$/.exec(path)?.[1] ?? KINDS[method];
  const startedAt = performance.now();
  const ended = (outcome: RequestOutcome): void => tell({ kind, outcome, millis: performance.now() - startedAt });
  try {
    const answer = await request();
    ended('ok');
    return answer;
  } catch (error) {
    if (error instanceof RancherError) ended(outcomeOf(error, signal?.aborted === true));
    throw error;
  }
}

function outcomeOf(error: RancherError, aborted: boolean): RequestOutcome {
  if (error instanceof NotSentError && error.retryAfterMillis !== undefined) return 'held-back';
  const isBroken = error.outcome === 'not-sent' || error.outcome === 'unknown-outcome';
  return aborted && isBroken ? 'called-off' : error.outcome;
}
