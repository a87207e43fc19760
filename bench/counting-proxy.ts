import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, createServer, request as sendRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { clock } from './measured-process';

/** One request as it passed. */
export interface Passed {
  /** Milliseconds of the clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What passed between a client and the simulated Rancher. */
export interface Traffic {
  readonly requests: readonly Passed[];
  /** From the client and to it, headers and websocket frames included. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Websockets that were opened. */
  readonly websockets: number;
}

/** A proxy that lets everything through as it is, and counts it; each client of a race has one of its own. */
export class CountingProxy {
  /** Where requests go. Set before the first one. */
  target = '';
  #openWebsockets = 0;
  #websockets = 0;
  #requests: Passed[] = [];
  #closed = { sent: 0, received: 0 };
  #before = { sent: 0, received: 0 };
  readonly #sockets = new Set<Socket>();
  /** A connection for each request: one that is kept could be closed by the other side in the moment in which it is used again. */
  readonly #agent = new Agent({ keepAlive: false });

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#pass(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    server.on('connection', (socket: Socket) => this.#connected(socket));
  }

  static async start(): Promise<CountingProxy> {
    // Clients close what they do not use: a proxy that did could do so in the moment in which they send.
    const server = createServer({ keepAliveTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new CountingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** Websockets that are open now. */
  get openWebsockets(): number {
    return this.#openWebsockets;
  }

  /** Counts from now on. */
  reset(): void {
    this.#requests = [];
    this.#websockets = 0;
    this.#before = this.#bytes();
  }

  /** Since the start, or the last {@link reset}. */
  traffic(): Traffic {
    const { sent, received } = this.#bytes();
    return {
      requests: [...this.#requests],
      bytesSent: sent - this.#before.sent,
      bytesReceived: received - this.#before.received,
      websockets: this.#websockets,
    };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    await closed;
  }

  #bytes(): { sent: number; received: number } {
    let { sent, received } = this.#closed;
    for (const { bytesRead, bytesWritten } of this.#sockets) {
      sent += bytesRead;
      received += bytesWritten;
    }
    return { sent, received };
  }

  #connected(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#closed.sent += socket.bytesRead;
      this.#closed.received += socket.bytesWritten;
    });
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url: path = '/', headers } = request;
    const at = clock();
    const onward = sendRequest(new URL(this.target), { method, path, headers, agent: this.#agent }, (answer) => {
      const status = answer.statusCode ?? 0;
      this.#requests.push({ at, method, path, status });
      response.writeHead(status, answer.rawHeaders);
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    onward.once('error', () => {
      this.#requests.push({ at, method, path, status: 0 });
      response.destroy();
    });
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { hostname, port } = new URL(this.target);
    const passed = { at: clock(), method: request.method ?? 'GET', path: request.url ?? '/', status: 101 };
    this.#requests.push(passed);
    const onward = connect(Number(port), hostname, () => {
      this.#websockets += 1;
      this.#openWebsockets += 1;
      onward.once('close', () => (this.#openWebsockets -= 1));
      const lines = [`${passed.method} ${passed.path} HTTP/1.1`];
      for (let at = 0; at < request.rawHeaders.length; at += 2) {
        lines.push(`${request.rawHeaders[at] ?? ''}: ${request.rawHeaders[at + 1] ?? ''}`);
      }
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const) {
      one.once('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
  }
}

/** What kind of request it is: method and path without ids and without what is looked for. */
export function kindOf({ method, path, status }: Pick<Passed, 'method' | 'path' | 'status'>): string {
  const short = path
    .replace(/\?(?!action=).*$/, '')
    .replace(/^\/v(?:1|2-beta)/, '')
    .replace(/\/1[a-z]+\d+/gi, '/…')
    .replace(/\/(?=\?|$)/, '');
  return status === 101 ? 'websocket' : `${method} ${short === '' ? '/' : short}`;
}

/** How many of each kind, the most frequent first. */
export function byKind(requests: readonly Passed[]): [kind: string, count: number][] {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(kindOf(request), (counts.get(kindOf(request)) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}
