import type { ContainerFacts, EventFrame, ServiceFacts } from './event-frame';
import type { EventSocket, EventSocketListener } from './event-socket';

/** Told by an {@link EventStream}. What a listener throws goes nowhere. */
export interface EventStreamListener {
  /** Frames come in from now on. */
  readonly up: () => void;
  /** They do not any more, or it did not open, at every attempt. Why, in words without a secret. */
  readonly down: (why: string) => void;
  readonly service: (service: ServiceFacts) => void;
  readonly container: (container: ContainerFacts) => void;
  /** Each frame, of what kind it was. */
  readonly counted?: (kind: EventFrame['kind']) => void;
}

/** What an {@link EventStream} is made of. */
export interface EventStreamOptions {
  /** Opens one connection, with the keys as they are now; may throw. */
  readonly open: (listener: EventSocketListener) => EventSocket;
  readonly listener: EventStreamListener;
  /** Before the second attempt, milliseconds; each later pause is twice as long. Default 1,000. */
  readonly firstPauseMillis?: number;
  /** The longest pause, milliseconds. Default 60,000. */
  readonly widestPauseMillis?: number;
  /** A connection that lasted so long starts the pauses anew, milliseconds. Default 10,000. */
  readonly steadyMillis?: number;
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** A pause is shorter by up to so much of it, so that many workers do not come back at once. */
const JITTER = 0.5;
/** What another attempt soon would not change: the key, what it may do, or the address. */
const LASTING: readonly number[] = [401, 403, 404];

/** Rancher's event stream of one project, opened again whenever it ends, until it is closed. */
export class EventStream {
  readonly #options: EventStreamOptions;
  #socket: EventSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #isUp = false;
  #failures = 0;
  /** A connection opened, and nothing ever came: something in between holds frames back, so that an open one tells nothing. */
  #needsFrame = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Whether frames come in. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Ends it for good. */
  close(): void {
    this.#isClosed = true;
    this.#isUp = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): void {
    let openedAt: number | null = null;
    let hasFrames = false;
    let isOver = false;
    const over = (why: string, status: number | null): void => {
      if (isOver || this.#isClosed) return;
      isOver = true;
      if (openedAt !== null && !hasFrames) this.#needsFrame = true;
      const lasted = openedAt === null ? 0 : performance.now() - openedAt;
      if (lasted >= (this.#options.steadyMillis ?? 10_000)) this.#failures = 0;
      this.#again(status);
      this.#down(why);
    };
    try {
      this.#socket = this.#options.open({
        opened: () => {
          openedAt = performance.now();
          if (!this.#needsFrame) this.#up();
        },
        frame: (frame) => {
          hasFrames = true;
          this.#needsFrame = false;
          this.#up();
          this.#frame(frame);
        },
        closed: over,
      });
    } catch (error) {
      // The keys cannot be read now, say.
      over(error instanceof Error ? error.message : String(error), null);
    }
  }

  #again(status: number | null): void {
    const { firstPauseMillis = 1_000, widestPauseMillis = 60_000, random = Math.random } = this.#options;
    const wanted = firstPauseMillis * 2 ** Math.min(this.#failures, 20);
    this.#failures += 1;
    const pause = status !== null && LASTING.includes(status) ? widestPauseMillis : Math.min(wanted, widestPauseMillis);
    this.#timer = setTimeout(() => this.#connect(), pause * (1 - JITTER * random())).unref();
  }

  #up(): void {
    if (this.#isUp || this.#isClosed) return;
    this.#isUp = true;
    harmless(() => this.#options.listener.up());
  }

  #down(why: string): void {
    this.#isUp = false;
    harmless(() => this.#options.listener.down(why));
  }

  #frame(frame: EventFrame): void {
    if (this.#isClosed) return;
    const { listener } = this.#options;
    harmless(() => listener.counted?.(frame.kind));
    if (frame.kind === 'service') harmless(() => listener.service(frame.service));
    if (frame.kind === 'container') harmless(() => listener.container(frame.container));
  }
}

/** A stream of samples is no reason to end a process. */
function harmless(tell: () => void): void {
  try {
    tell();
  } catch {
    // Whoever listens reads anyway, later.
  }
}
