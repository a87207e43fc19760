import WebSocket from 'ws';

/** Between the end of a stream and the next attempt, milliseconds. */
const AGAIN_MILLIS = 200;

/**
 * Holds an event stream of a simulated Rancher open, and opens it again where it is cut. It stands in for a product that uses the
 * stream: Drover does not yet.
 */
export class StreamSubscriber {
  cuts = 0;
  #socket: WebSocket | null = null;
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param projectId such as `1a5` */
  constructor(
    private readonly url: string,
    private readonly projectId: string,
    private readonly auth: string,
  ) {
    this.#open();
  }

  close(): void {
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    this.#socket?.terminate();
  }

  #open(): void {
    const address = `${this.url.replace(/^http/, 'ws')}/v2-beta/projects/${this.projectId}/subscribe?eventNames=resource.change`;
    const socket = new WebSocket(address, { auth: this.auth });
    this.#socket = socket;
    let opened = false;
    socket.on('open', () => (opened = true));
    // A connection that is refused, or reset: the close that follows says enough.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#closed) return;
      if (opened) this.cuts += 1;
      this.#again = setTimeout(() => this.#open(), AGAIN_MILLIS);
    });
  }
}
