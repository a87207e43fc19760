import { NotSentError } from './errors/not-sent-error';
import { RancherError } from './errors/rancher-error';
import type { Outcome } from './outcomes';

/** Requests in a row without an answer after which the circuit opens; at one failure in 25 that happens once in 10¹¹ requests … */
export const SILENCES_TO_OPEN = 8;
/** … unless they are all about fewer services than this: one that Rancher cannot show says nothing of the others. */
export const SERVICES_TO_OPEN = 3;
/** Answers after which an open circuit closes. */
export const ANSWERS_TO_CLOSE = 4;
/** Each answer lets so many more requests through while the circuit is open. */
const LET_THROUGH_PER_ANSWER = 2;
/** From the opening to the first probe; each later one comes after twice as long, milliseconds. */
export const FIRST_PROBE_MILLIS = 1_000;
/** The longest time between two probes where nothing else is said, milliseconds. */
export const WIDEST_PROBE_MILLIS = 15_000;
/** A probe comes early by up to so much of its interval, so that several workers do not keep step. */
const PROBE_JITTER = 0.2;
/** Those that were held back come back after the next probe, on average so far apart, milliseconds … */
const APART_MILLIS = 50;
/** … but all of them within this part of the probes' interval: it is what the last one loses by not being the first. */
const SPREAD = 1 / 3;
/** Nobody comes back sooner, milliseconds. */
const SOONEST_MILLIS = 100;
/** Characters kept of the last failure's message. */
const MAX_CAUSE = 600;

/** What is told of a circuit: once when Rancher goes, once when it is back. */
export type CircuitChange =
  | { readonly to: 'open'; readonly cause: string }
  | { readonly to: 'closed'; readonly awayMillis: number; readonly heldBack: number };

/** Everything here has a default. */
export interface CircuitOptions {
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  readonly now?: () => number;
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: () => number;
  /** The longest time between two probes, milliseconds; default 15,000. Less where deployments wait less for Rancher. */
  readonly widestProbeMillis?: number;
  /** Told at each opening and each closing. */
  readonly onChange?: (change: CircuitChange) => void;
}

/** How one request that was let through ended; exactly one of these is called. */
export interface Passage {
  /** Rancher answered, whatever it said. */
  answered(): void;
  /** Nothing of Rancher's came back, or it was called off on our side: then `error` does not count. */
  failed(error: unknown, calledOff: boolean): void;
}

/** Whether a failure tells that Rancher does not answer. A refusal in its own words is an answer, and so is "too many requests". */
const IS_SILENCE: Readonly<Record<Outcome, boolean>> = {
  'not-sent': true,
  'unknown-outcome': true,
  'server-trouble': true,
  'not-rancher': true,
  'refused-by-state': false,
  invalid: false,
  'not-permitted': false,
  unauthorised: false,
  'key-changing': false,
  forbidden: false,
  'not-found': false,
  throttled: false,
};

/**
 * Keeps a Rancher that is down from being hammered by everybody who waits for it: one for all requests to one environment.
 *
 * After {@link SILENCES_TO_OPEN} requests in a row without an answer, about several services, it opens: one request is let through now and then (a probe, after
 * 1, 2, 4 … 15 seconds, whether or not the one before has ended), and every other one fails at once, on this side, as "not sent", with
 * the time at which to come back. The first answer lets two more through, each of theirs two more, and the fourth closes it.
 *
 * A failure counts only when nothing was answered since its request began: so a request that hung while others were answered does not,
 * and "in a row" means the same for one deployment as for hundreds at a time.
 */
export class Circuit {
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #onChange: (change: CircuitChange) => void;
  readonly #widest: number;
  /** Goes up with each answer. */
  #era = 0;
  #silences = 0;
  #silentSince = 0;
  /** The services that the silences were about; null stands for what is about none in particular. */
  readonly #about = new Set<string | null>();
  #cause = '';
  /** Null while it is closed. */
  #open: Open | null = null;

  constructor(options: CircuitOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    this.#onChange = options.onChange ?? (() => undefined);
    this.#widest = options.widestProbeMillis ?? WIDEST_PROBE_MILLIS;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /**
   * Asks to send a request. Nothing of it has left this process when this throws.
   *
   * @param request method and path, for the message
   * @param host host and port, for the message
   * @param service the service that it is about; null where it is about none in particular
   * @throws NotSentError with `retryAfterMillis` while the circuit is open and it is nobody's turn
   */
  pass(request: string, host: string, service: string | null): Passage {
    const open = this.#open;
    if (open !== null && !this.#letThrough(open)) throw this.#heldBack(open, request, host);
    const era = this.#era;
    return {
      answered: () => this.#answered(),
      failed: (error, calledOff) => {
        if (!(error instanceof RancherError)) return;
        if (!IS_SILENCE[error.outcome]) this.#answered();
        else if (!calledOff && era === this.#era) this.#silent(error, service);
      },
    };
  }

  #letThrough(open: Open): boolean {
    const now = this.#now();
    if (open.free > 0) {
      open.free -= 1;
      return true;
    }
    if (now < open.probeAt) return false;
    open.intervalMillis = Math.min(2 * open.intervalMillis, this.#widest);
    open.probeAt = now + this.#early(open.intervalMillis);
    open.waiting = 0;
    return true;
  }

  #answered(): void {
    this.#era += 1;
    this.#silences = 0;
    this.#about.clear();
    const open = this.#open;
    if (open === null) return;
    open.answeredAt ??= this.#now();
    open.answers += 1;
    open.free += LET_THROUGH_PER_ANSWER;
    if (open.answers < ANSWERS_TO_CLOSE) return;
    this.#open = null;
    this.#onChange({ to: 'closed', awayMillis: open.answeredAt - this.#silentSince, heldBack: open.heldBack });
  }

  #silent(error: RancherError, service: string | null): void {
    const now = this.#now();
    this.#cause = error.message.slice(0, MAX_CAUSE);
    const open = this.#open;
    if (open !== null) {
      open.answers = 0;
      open.answeredAt = null;
      open.free = 0;
      return;
    }
    if (this.#silences === 0) this.#silentSince = now;
    this.#silences += 1;
    this.#about.add(service);
    const isGeneral = this.#about.has(null) || this.#about.size >= SERVICES_TO_OPEN;
    if (this.#silences < SILENCES_TO_OPEN || !isGeneral) return;
    const intervalMillis = Math.min(FIRST_PROBE_MILLIS, this.#widest);
    this.#open = {
      intervalMillis,
      probeAt: now + this.#early(intervalMillis),
      free: 0,
      answers: 0,
      answeredAt: null,
      waiting: 0,
      heldBack: 0,
    };
    this.#onChange({ to: 'open', cause: this.#cause });
  }

  #heldBack(open: Open, request: string, host: string): NotSentError {
    const now = this.#now();
    open.waiting += 1;
    open.heldBack += 1;
    // Once something was answered, everybody's turn comes soon.
    const untilProbe = open.answers > 0 ? 0 : Math.max(0, open.probeAt - now);
    const spread = Math.min(open.waiting * APART_MILLIS, open.intervalMillis * SPREAD);
    const retryAfterMillis = Math.ceil(Math.max(SOONEST_MILLIS, untilProbe) + this.#random() * spread);
    const away = Math.max(1, Math.round((now - this.#silentSince) / 1000));
    return new NotSentError(
      `${request} on ${host} was not sent: nothing has answered there for ${away} s, so it is asked only now and then. The last try: ${this.#cause}`,
      { request, retryAfterMillis },
    );
  }

  #early(intervalMillis: number): number {
    return intervalMillis * (1 - PROBE_JITTER * this.#random());
  }
}

/** What is known while the circuit is open. Times in milliseconds. */
interface Open {
  intervalMillis: number;
  /** When the next probe may go. */
  probeAt: number;
  /** Requests that may go besides the probes, since something was answered. */
  free: number;
  /** Answers since the last silence, and when the first of them came. */
  answers: number;
  answeredAt: number | null;
  /** Held back since the last probe: they share the time after the next one among them. */
  waiting: number;
  heldBack: number;
}
