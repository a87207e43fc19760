import { connect, createServer } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** `PERMISSION_DENIED`, as a Temporal with an authoriser answers it. */
const REFUSAL = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '7' };

/** A real Temporal behind a guard who lets everything through but calls of some methods: what credentials that may less would meet. */
export class GuardedTemporal {
  readonly #server = createServer();
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Names of methods, such as `RegisterNamespace`. */
  readonly refused = new Set<string>();
  address = '';

  private constructor(private readonly behind: ClientHttp2Session) {
    this.#server.on('session', (session) => this.#sessions.add(session));
    this.#server.on('stream', (stream, headers) => this.#pass(stream, headers));
  }

  static async start(address: string): Promise<GuardedTemporal> {
    const guarded = new GuardedTemporal(connect(`http://${address}`));
    await new Promise<void>((resolve) => guarded.#server.listen(0, '127.0.0.1', resolve));
    const bound = guarded.#server.address();
    if (typeof bound !== 'object' || bound === null) throw new Error('the guard has no address');
    guarded.address = `127.0.0.1:${bound.port}`;
    return guarded;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.behind.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    const method = /[^/]*$/.exec(headers[':path'] ?? '')?.[0] ?? '';
    if (this.refused.has(method)) {
      stream.respond({ ...REFUSAL, 'grpc-message': `Request unauthorized: ${method}` }, { endStream: true });
      return;
    }
    const call = this.behind.request(headers);
    let trailers: IncomingHttpHeaders = {};
    call.on('error', () => stream.destroy());
    stream.on('close', () => call.destroy());
    call.on('trailers', (received: IncomingHttpHeaders) => {
      trailers = received;
    });
    call.on('response', (received) => {
      const isOver = received['grpc-status'] !== undefined;
      stream.respond(received, isOver ? { endStream: true } : { waitForTrailers: true });
      if (!isOver) call.pipe(stream);
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.pipe(call);
  }
}
