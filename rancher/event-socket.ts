import type { Agent } from 'node:http';
import WebSocket from 'ws';
import type { EventFrame } from './event-frame';
import { readEventFrame } from './event-frame';

/** Where an event stream is opened, and as whom. */
export interface EventSocketOptions {
  /** `ws://` or `wss://`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  /** Of the subscription. */
  readonly projectId: string;
  /** Milliseconds until it must be open. */
  readonly handshakeMillis: number;
  /** Applied to what is told of a failure. */
  readonly redact: (text: string) => string;
  /** Bytes of one frame. Default 8 MiB: the frame of a stack names all of its services. */
  readonly maxFrameBytes?: number | undefined;
  /** Without a frame for so long the other side is taken for dead, milliseconds. Default 20,000: Rancher pings every five seconds. */
  readonly silenceMillis?: number | undefined;
}

/** Told by an {@link EventSocket}; must not throw. */
export interface EventSocketListener {
  readonly opened: () => void;
  readonly frame: (frame: EventFrame) => void;
  /** Once, unless it was closed from here: why, in words without a secret, and the status where the handshake was answered with one. */
  readonly closed: (why: string, status: number | null) => void;
}

/** One connection to Rancher's event stream. */
export interface EventSocket {
  /** Ends it, open or not; nothing is told any more. */
  close(): void;
}

const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const SILENCE_MILLIS = 20_000;
/** How often it is looked for signs of life, and when an answer is asked for and must have come: parts of the silence. */
const [LOOK, ASK, ANSWERED] = [1 / 8, 3 / 8, 6 / 8] as const;

/** Opens a websocket and reads its frames. It does not come back by itself: see `EventStream`. */
export function openEventSocket(options: EventSocketOptions, listener: EventSocketListener): EventSocket {
  const { url, headers, agent, projectId, handshakeMillis, redact } = options;
  const socket = new WebSocket(url, {
    ...{ headers, agent, handshakeTimeout: handshakeMillis, followRedirects: false },
    maxPayload: options.maxFrameBytes ?? MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  let life: Life | null = null;
  const release = (): void => {
    life?.end();
    // What it says while it goes is of no interest; without a listener it would end the process.
    socket.removeAllListeners().on('error', () => undefined);
    socket.terminate();
  };
  const end = (why: string, status: number | null = null): void => {
    release();
    listener.closed(redact(why), status);
  };
  socket.once('open', () => {
    life = new Life(socket, options.silenceMillis ?? SILENCE_MILLIS, end);
    listener.opened();
  });
  socket.on('message', (data, isBinary) => {
    life?.frame();
    listener.frame(isBinary ? { kind: 'unread' } : readEventFrame(textOf(data), projectId));
  });
  socket.on('ping', () => life?.sign());
  socket.on('pong', () => life?.sign());
  socket.once('unexpected-response', (request, response) => {
    request.destroy();
    const status = response.statusCode ?? null;
    end(`the answer is ${String(status)}, not 101 (switching protocols)`, status);
  });
  socket.once('error', (error) => end(error.message.split('\n')[0]?.slice(0, 200) ?? 'it fails'));
  socket.once('close', (code) => end(`it was closed (${code})`));
  return { close: release };
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}

/** Signs of life of the other side. */
class Life {
  readonly #timer: NodeJS.Timeout;
  #frameAt = performance.now();
  #signAt = performance.now();
  #lookedAt = performance.now();

  constructor(
    private readonly socket: WebSocket,
    private readonly silenceMillis: number,
    private readonly dead: (why: string) => void,
  ) {
    this.#timer = setInterval(() => this.#look(), silenceMillis * LOOK).unref();
  }

  frame(): void {
    this.#frameAt = this.#signAt = performance.now();
  }

  sign(): void {
    this.#signAt = performance.now();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const isLate = now - this.#lookedAt > 2 * LOOK * this.silenceMillis;
    this.#lookedAt = now;
    // A process that was frozen hears of its timers first, and of what came meanwhile later.
    if (isLate) return this.frame();
    const [frameless, silent] = [now - this.#frameAt, now - this.#signAt];
    if (frameless >= this.silenceMillis || silent >= ANSWERED * this.silenceMillis)
      this.dead(`nothing came for ${Math.round(frameless / 1000)} s`);
    else if (silent >= ASK * this.silenceMillis) this.socket.ping();
  }
}
