import { Circuit } from './circuit';
import type { Passage } from './circuit';
import { NotSentError } from './errors/not-sent-error';

/** How much is asked of one Rancher at most. */
export interface RequestLimits {
  /** Requests per second in the long run. */
  readonly perSecond: number;
  /** Requests under way at once. */
  readonly concurrent: number;
}

/**
 * Rancher answers from a database that its own work needs as well. Eight at once leave most of it to others: one browser that shows Rancher's
 * pages opens six. Fifty a second is what fifty of the usual loops take for as long as they run; Drover needs it for moments only. And nobody waits
 * long: a worker runs 100 activities at a time, each of which reads one thing after the other, so the last of a full house has its turn after two
 * seconds where Rancher takes up to 160 ms for each, far below any time-out. Twenty that begin at once do not get there: `docs/decisions/0012` has figures.
 */
export const REQUEST_LIMITS: RequestLimits = { perSecond: 50, concurrent: 8 };

/**
 * What was not asked for in this time, seconds, may be asked for at once. With the default that is 100 requests: what twenty deployments that
 * begin in the same moment need until their upgrades run, at about five each; after that they ask for next to nothing.
 */
const BURST_SECONDS = 2;

/** So many that decide go in a row while one that explains waits; then that one goes. */
const DECIDING_IN_A_ROW = 4;
/** Sums of fractions: a token that lacks so little is whole. */
const EPSILON = 1e-9;

/** What a read is for: deployments go by the first, people are told by the second, which lets the others go ahead. */
export type Urgency = 'decides' | 'explains';

/** What is about to be sent, for messages and for the circuit. */
export interface RequestAbout {
  /** Method and path. */
  readonly request: string;
  /** Host and port. */
  readonly host: string;
  /** The service that it is about; null where it is about none in particular. */
  readonly service: string | null;
}

/** Everything here has a default. */
export interface RequestGateOptions extends Partial<RequestLimits> {
  /** Asked when a request is about to be sent. Default: one of the gate's own. */
  readonly circuit?: Circuit;
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  readonly now?: () => number;
  /** Runs something after so many milliseconds; what it answers calls that off. Default: a timer. */
  readonly later?: (run: () => void, millis: number) => () => void;
}

/**
 * Through it goes every request to one environment's Rancher, whoever sends it and with whichever key: it bounds how many are under way at
 * once, and how many are sent in a second (a bucket of tokens, one for each request).
 *
 * Reads wait for their turn, in the order in which they came; those that decide go before those that explain. An action never waits: its
 * lease was checked just before, and would be worth nothing after a wait. It takes its token all the same, as a debt that the reads after it
 * pay.
 *
 * Whether Rancher is there is asked when it is a request's turn, not before. While the circuit is open nobody waits here: each read is held back at
 * once, or is one of the few that the circuit lets through.
 */
export class RequestGate {
  readonly #circuit: Circuit;
  readonly #now: () => number;
  readonly #later: (run: () => void, millis: number) => () => void;
  readonly #perMilli: number;
  readonly #burst: number;
  readonly #concurrent: number;
  /** Less than 0: a debt. */
  #tokens: number;
  #countedAt: number;
  readonly #underWay = { reads: 0, actions: 0 };
  readonly #waiting: Readonly<Record<Urgency, Set<Waiting>>> = { decides: new Set(), explains: new Set() };
  /** Those that decide and went while one that explains waited, since one of these went. */
  #inARow = 0;
  #callOffTimer: (() => void) | null = null;

  constructor(options: RequestGateOptions = {}) {
    const { perSecond, concurrent } = { ...REQUEST_LIMITS, ...options };
    this.#circuit = options.circuit ?? new Circuit();
    this.#now = options.now ?? (() => performance.now());
    this.#later = options.later ?? afterAWhile;
    this.#perMilli = perSecond / 1000;
    this.#burst = Math.max(1, BURST_SECONDS * perSecond);
    this.#concurrent = concurrent;
    this.#tokens = this.#burst;
    this.#countedAt = this.#now();
  }

  /**
   * Waits for the turn of a read, which is to be sent at once then.
   *
   * @throws NotSentError with `retryAfterMillis` where the circuit holds it back, and without where it was called off while it waited
   */
  read(about: RequestAbout, urgency: Urgency, signal: AbortSignal | undefined): Promise<Passage> {
    if (signal?.aborted === true) return Promise.reject(calledOff(about));
    return new Promise((resolve, reject) => {
      const queue = this.#waiting[urgency];
      const leave = (): void => {
        queue.delete(waiting);
        reject(calledOff(about));
        this.#next();
      };
      const waiting: Waiting = {
        go: () => {
          queue.delete(waiting);
          signal?.removeEventListener('abort', leave);
          // In this very moment: what the circuit holds back has taken no place before the next one is looked at.
          resolve(new Promise((begun) => begun(this.#begin('reads', about))));
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      queue.add(waiting);
      this.#next();
    });
  }

  /**
   * Lets an action go, at once.
   *
   * @throws NotSentError with `retryAfterMillis` where the circuit holds it back
   */
  action(about: RequestAbout): Passage {
    return this.#begin('actions', about);
  }

  /** A request that the circuit holds back costs nothing. */
  #begin(kind: 'reads' | 'actions', { request, host, service }: RequestAbout): Passage {
    const passage = this.#circuit.pass(request, host, service);
    this.#fill();
    this.#tokens -= 1;
    this.#underWay[kind] += 1;
    let hasEnded = false;
    const end = (tell: () => void): void => {
      if (hasEnded) return;
      hasEnded = true;
      try {
        tell();
      } finally {
        this.#underWay[kind] -= 1;
        this.#next();
      }
    };
    return {
      answered: () => end(() => passage.answered()),
      failed: (error, isCalledOff) => end(() => passage.failed(error, isCalledOff)),
    };
  }

  /** Lets go whose turn it is, and sets the timer for the next one. */
  #next(): void {
    this.#callOffTimer?.();
    this.#callOffTimer = null;
    for (;;) {
      const waiting = this.#first();
      if (waiting === undefined) return;
      if (!this.#circuit.isOpen) {
        this.#fill();
        // Actions take their share; one read can be under way whatever they do.
        if (this.#underWay.reads >= Math.max(1, this.#concurrent - this.#underWay.actions)) return;
        if (this.#tokens < 1 - EPSILON) break;
      }
      this.#take(waiting);
    }
    this.#callOffTimer = this.#later(() => this.#next(), Math.ceil((1 - this.#tokens) / this.#perMilli));
  }

  #first(): readonly [Urgency, Waiting] | undefined {
    const [deciding] = this.#waiting.decides;
    const [explaining] = this.#waiting.explains;
    const isTurnOfExplaining = deciding === undefined || this.#inARow >= DECIDING_IN_A_ROW;
    if (explaining !== undefined && isTurnOfExplaining) return ['explains', explaining];
    return deciding === undefined ? undefined : ['decides', deciding];
  }

  #take([urgency, waiting]: readonly [Urgency, Waiting]): void {
    this.#inARow = urgency === 'decides' && this.#waiting.explains.size > 0 ? this.#inARow + 1 : 0;
    waiting.go();
  }

  #fill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#countedAt) * this.#perMilli);
    this.#countedAt = now;
  }
}

/** A read that waits for its turn. */
interface Waiting {
  go(): void;
}

function calledOff({ request, host }: RequestAbout): NotSentError {
  return new NotSentError(`${request} on ${host} was not sent: called off before its turn. It can be sent again.`, {
    request,
  });
}

function afterAWhile(run: () => void, millis: number): () => void {
  const timer = setTimeout(run, millis);
  return () => clearTimeout(timer);
}
