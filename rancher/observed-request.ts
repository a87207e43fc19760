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
  /** Whether it was tried: its turn came, and the circuit let it through. */
  readonly wasTried: boolean;
  /** How long it waited for its turn, milliseconds; an action never does. */
  readonly waitedMillis: number;
  /** The whole exchange after that, until its answer was understood; milliseconds. 0 where it was not tried. */
  readonly millis: number;
}

/** Requests that are no actions. */
const KINDS = { GET: 'read', POST: 'create', DELETE: 'remove' } as const satisfies Record<Outgoing['method'], string>;

/**
 * Does one request and tells how it ended. What fails for a reason of our own (a bug) is not told.
 *
 * @param path an action's ends in `?action=NAME`
 * @param request told by what it is given that it leaves now
 */
export async function observed<T>(
  method: Outgoing['method'],
  path: string,
  signal: AbortSignal | undefined,
  tell: (request: ObservedRequest) => void,
  request: (onSent: () => void) => Promise<T>,
): Promise<T> {
  const kind = /\?action=(\w+)$/.exec(path)?.[1] ?? KINDS[method];
  const askedAt = performance.now();
  let sentAt: number | null = null;
  const ended = (outcome: RequestOutcome): void => {
    const now = performance.now();
    const [wasTried, turn] = [sentAt !== null, sentAt ?? now];
    tell({ kind, outcome, wasTried, waitedMillis: turn - askedAt, millis: now - turn });
  };
  try {
    const answer = await request(() => {
      sentAt = performance.now();
    });
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
