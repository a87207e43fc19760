import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** How it misbehaves about one service, with everything that it knows of its configuration. */
export interface Talk {
  /** A part of the path and the query of the requests that are answered. */
  readonly path: RegExp;
  readonly method: string;
  /** Answers so many times; then it lets them through. */
  readonly times: number;
  readonly status: number;
  readonly contentType: string;
  /** What it says; the request's body is given. */
  readonly says: (requestBody: string) => string;
}

/**
 * A proxy before Rancher that repeats secrets: in refusals, in error pages, and in the words of failing containers. Real ones do.
 */
export class TalkativeProxy {
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch(() => request.socket.destroy());
  });
  readonly #talks: { readonly talk: Talk; left: number }[] = [];
  /** Service name → what its `transitioningMessage` says while it moves. */
  readonly words = new Map<string, string>();
  #behind = '';
  url = '';

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
    this.url = `http://127.0.0.1:${address.port}`;
  }

  /** Where Rancher is. */
  standBefore(url: string): void {
    this.#behind = url;
  }

  say(talk: Talk): void {
    this.#talks.push({ talk, left: talk.times });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = 'GET', url = '/' } = request;
    const met = this.#talks.find(({ talk, left }) => left > 0 && talk.method === method && talk.path.test(url));
    if (met !== undefined) {
      met.left -= 1;
      response.writeHead(met.talk.status, { 'Content-Type': met.talk.contentType });
      response.end(met.talk.says(`${body} ${request.headers.authorization ?? ''}`));
      return;
    }
    const { authorization = '', accept = '*/*' } = request.headers;
    const answer = await fetch(`${this.#behind}${url}`, {
      method,
      headers: { accept, authorization, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body }),
    });
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'application/json' });
    const text = await answer.text();
    response.end(answer.status === 401 ? refusalOf(authorization) : this.#withWords(text));
  }

  #withWords(text: string): string {
    const answer = JSON.parse(text) as Record<string, unknown>;
    const words = answer['type'] === 'service' ? this.words.get(String(answer['name'])) : undefined;
    if (words === undefined || answer['state'] !== 'upgrading') return text;
    return JSON.stringify({ ...answer, transitioning: 'error', transitioningMessage: words });
  }
}

/** A refusal that repeats the key, as it came and in clear. */
function refusalOf(authorization: string): string {
  const clear = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString('utf8');
  const message = `not accepted: ${authorization} (${clear})`;
  return JSON.stringify({
    type: 'error',
    status: 401,
    code: 'Unauthorized',
    message,
    detail: message,
    fieldName: null,
  });
}
