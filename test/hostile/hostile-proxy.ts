import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What becomes of Rancher's answer about one service: the text that it gave, and where to write. */
export type Twist = (response: ServerResponse, text: string) => void;

/** When a twist is met: reads of the service once an upgrade of it was posted, the reply to that post, or everything about it. */
export type Moment = 'reads' | 'post' | 'always';

/** A proxy before Rancher that passes every request on, and twists the answers about some services. */
export class HostileProxy {
  readonly #twists = new Map<string, { readonly moment: Moment; readonly twist: Twist; left: number }>();
  readonly #posted = new Set<string>();
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch(() => request.socket.destroy());
  });
  #behind = '';
  url = '';

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
    this.url = `http://127.0.0.1:${address.port}`;
  }

  standBefore(url: string): void {
    this.#behind = url;
  }

  /** @param about a service's id, or the name that a lookup asks for */
  twist(about: string, moment: Moment, twist: Twist, times = 2): void {
    this.#twists.set(about, { moment, twist, left: times });
  }

  /** How many twists were not met as often as they were meant to. */
  unmet(): string[] {
    return [...this.#twists].filter(([, { left }]) => Number.isFinite(left) && left > 0).map(([about]) => about);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = 'GET', url = '/' } = request;
    const answer = await fetch(`${this.#behind}${url}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: request.headers.authorization ?? '',
        'content-type': 'application/json',
      },
      ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    const about = /\/services\/(\w+)/.exec(url)?.[1] ?? /\/services\?.*name=([\w-]+)/.exec(url)?.[1] ?? '';
    const isPost = method === 'POST' && url.includes('action=upgrade');
    const met = this.#twists.get(about);
    const isMoment =
      met?.moment === 'always' ||
      (met?.moment === 'post' && isPost) ||
      (met?.moment === 'reads' && method === 'GET' && this.#posted.has(about) && !url.includes('/instances'));
    if (isPost) this.#posted.add(about);
    if (met !== undefined && isMoment && met.left > 0) {
      met.left -= 1;
      met.twist(response, text);
      return;
    }
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(text);
  }
}
