import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AesGcmCodec } from '../../codec/aes-gcm-codec';
import { CodecError } from '../../codec/codec-error';
import type { SecretSource } from '../../credentials/secret-source';
import { payloadsToJson, readPayloads } from './payload-json';

/** Bytes of a request's body: Temporal's own limit of a payload is 2 MiB, and a page of the Web UI asks for several. */
const MOST_BYTES = 16 * 1024 * 1024;
const REQUEST_LIMIT_MILLIS = 15_000;

/** What {@link CodecServer} is made of. */
export interface CodecServerOptions {
  readonly codec: AesGcmCodec;
  /** The origins of Temporal Web, such as `https://temporal.example.com`; a browser lets pages of no other one read an answer. */
  readonly origins: readonly string[];
  /** The token that has to be sent (`Authorization: Bearer …`); undefined: none is asked for. It is read anew each time. */
  readonly token: SecretSource | undefined;
}

/**
 * Encrypts and decrypts payloads for Temporal's Web UI and its CLI: `POST /encode` and `POST /decode`, as Temporal has it
 * (https://docs.temporal.io/codec-server). `/healthz` needs no token.
 */
export class CodecServer {
  readonly #server: Server;
  readonly #options: CodecServerOptions;

  constructor(options: CodecServerOptions) {
    this.#options = options;
    const limits = { headersTimeout: 5_000, requestTimeout: REQUEST_LIMIT_MILLIS };
    this.#server = createServer(limits, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /**
   * Listens; resolves with the port.
   * @throws Error with a system's `code`
   */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Ends what listens, and all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, 500, { message: error instanceof Error ? error.name : 'unknown' });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const path = url.replace(/\?.*$/s, '');
    if (path === '/healthz' && (method === 'GET' || method === 'HEAD'))
      return send(response, 200, { status: 'healthy' });
    const work = path.endsWith('/encode') ? 'encode' : path.endsWith('/decode') ? 'decode' : null;
    if (work === null)
      return send(response, 404, { message: 'there are POST /encode and POST /decode, and GET /healthz' });

    const { origin } = request.headers;
    response.setHeader('Vary', 'Origin');
    if (origin !== undefined) {
      // A page from elsewhere gets nothing done, whatever its browser thinks of the answer.
      if (!this.#options.origins.includes(origin))
        return send(response, 403, { message: 'not for pages of this origin' });
      response.setHeader('Access-Control-Allow-Origin', origin);
      // Temporal Web sends its user's cookies along where it is told to.
      response.setHeader('Access-Control-Allow-Credentials', 'true');
    }
    if (method === 'OPTIONS') return preflight(response);
    if (method !== 'POST') return send(response, 405, { message: 'POST only' }, { Allow: 'POST, OPTIONS' });
    if (!this.#isAllowed(request.headers.authorization))
      return send(
        response,
        401,
        { message: 'a token is asked for: Authorization: Bearer …' },
        { 'WWW-Authenticate': 'Bearer' },
      );
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      return send(response, 415, { message: 'application/json only' });

    const body = await bodyOf(request);
    if (body === null) return send(response, 413, { message: `at most ${MOST_BYTES} bytes` }, { Connection: 'close' });
    const payloads = readPayloads(body);
    if (payloads === null)
      return send(response, 400, {
        message: 'expected {"payloads": [{"metadata": {…}, "data": "…"}]}, bytes in base64',
      });
    try {
      send(response, 200, { payloads: payloadsToJson(await this.#options.codec[work](payloads)) });
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      send(response, 400, { message: error.message });
    }
  }

  #isAllowed(authorization: string | undefined): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    let wanted: string;
    try {
      wanted = token.read().trim();
    } catch {
      // Without a token to compare with nobody is let in.
      return false;
    }
    // Digests are of one length, and so their comparison takes the same time whatever was given.
    return timingSafeEqual(digestOf(given), digestOf(wanted));
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function preflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': 'POST, OPTIONS',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Namespace',
      'Access-Control-Max-Age': '600',
    })
    .end();
}

/** Null where it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
    .end(`${JSON.stringify(body)}\n`);
}
