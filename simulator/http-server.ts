import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { administer } from './admin-routes';
import type { Api, ApiReply } from './api';
import { ApiError } from './api-error';
import type { FaultPlan } from './fault-plan';
import type { FaultEffect, Faults } from './faults';
import { NOT_FOUND_PAGE, PROXY_PAGE, wantsHtml } from './html-pages';
import type { Store } from './store';
import type { RequestRecord, World } from './world';

/** Bodies beyond this are cut off; Rancher's own limit is far above any configuration. */
const BODY_LIMIT = 16 * 1024 * 1024;
/** Hundreds of clients may come in the same moment; the default queue of 511 would leave some waiting for seconds. */
const BACKLOG = 4096;
/** How soon it is tried again to listen where the port could not be had, milliseconds. */
const LISTEN_AGAIN_MILLIS = 20;

interface Outcome {
  status: number;
  body: string;
  headers: Record<string, string>;
  changed: boolean;
}

/** The HTTP side: reads requests, lets faults have their way, writes replies as Rancher does. */
export class HttpServer {
  readonly server: Server;
  readonly #sockets = new Set<Socket>();
  #listening: { port: number; host: string; backlog: number } | null = null;
  #again: NodeJS.Timeout | null = null;

  /** @param cutStreams cuts the event streams that are open, and tells how many there were */
  constructor(
    private readonly store: Store,
    private readonly api: Api,
    private readonly world: World,
    private readonly faults: Faults,
    private readonly plan: FaultPlan,
    private readonly cutStreams: () => number,
    private readonly flush: () => Promise<void>,
    private readonly clockSkewMillis = 0,
  ) {
    this.server = createServer((request, response) => {
      this.#handle(request, response).catch(() => request.socket.destroy());
    });
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  listen(host: string, port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, host, backlog: BACKLOG }, () => {
        const address = this.server.address();
        const bound = typeof address === 'object' && address !== null ? address.port : port;
        this.#listening = { port: bound, host, backlog: BACKLOG };
        resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
      });
    });
  }

  close(): Promise<void> {
    if (this.#again !== null) clearTimeout(this.#again);
    this.#listening = null;
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const origin = `http://${request.headers.host ?? 'localhost'}`;
    const url = new URL(request.url ?? '/', origin);
    const rawBody = await readBody(request);
    if (url.pathname.startsWith('/_simulator')) return this.#administer(request, response, method, url, rawBody);
    const path = `${url.pathname}${url.search}`;
    const by = this.api.keyOf(request.headers.authorization)?.accessKey ?? accessKeyOf(request);
    const record: RequestRecord = { method, path, status: 0, at: new Date().toISOString(), by };
    this.world.recordRequest(record);
    const effect =
      this.faults.take({
        method,
        path,
        action: url.searchParams.get('action'),
        service: this.#serviceName(url.pathname),
      }) ?? this.#planned(url, record);
    if (effect !== null && (await this.#before(effect, request, response, record))) return;
    const outcome = await this.#answer(method, url, origin, request, rawBody, effect);
    if (outcome.changed) await this.flush();
    this.#reply(effect, outcome, request, response, record);
  }

  /** What the plan has for this request; where it has trouble for the connections, that begins now. */
  #planned(url: URL, record: RequestRecord): FaultEffect | null {
    const { refuseMillis, cut } = this.plan.trouble();
    if (cut) this.plan.countCuts(this.cutStreams());
    if (refuseMillis !== null) this.#refuseFor(refuseMillis);
    const planned = this.plan.take(this.#subjectOf(url), record.method);
    if (planned !== null) record.fault = planned.kind;
    return planned?.effect ?? null;
  }

  /** Nobody listens for a while: connections are refused, and those that are idle are closed. What is under way goes on. */
  #refuseFor(millis: number): void {
    if (this.#listening === null || this.#again !== null) return;
    this.plan.countRefusal();
    this.server.close();
    this.#again = setTimeout(() => this.#listenAgain(), millis);
  }

  #listenAgain(): void {
    if (this.#listening === null) return;
    this.server.once('error', this.#retryToListen);
    this.server.listen(this.#listening, () => {
      this.server.removeListener('error', this.#retryToListen);
      this.#again = null;
    });
  }

  /** A client may have been given our port as its own meanwhile. */
  readonly #retryToListen = (): void => {
    this.#again = setTimeout(() => this.#listenAgain(), LISTEN_AGAIN_MILLIS);
  };

  /** What a request is about, by names: ids depend on what else there is. */
  #subjectOf(url: URL): string {
    const name = url.searchParams.get('name');
    const below = url.pathname.replace(/^\/(v1|v2-beta)(\/projects\/[^/]+(?=\/))?/, '');
    const id = /^\/services\/1[a-z]+(\d+)/i.exec(below)?.[1];
    const service = id === undefined ? undefined : this.store.services.get(Number(id));
    if (service !== undefined) return `service ${this.#stackName(service.stack)}/${service.name}`;
    if (name === null) return below;
    const stack = Number(/\d+$/.exec(url.searchParams.get('stackId') ?? '')?.[0]);
    return below === '/services' ? `service ${this.#stackName(stack)}/${name}` : `${below} ${name}`;
  }

  #stackName(num: number): string {
    return this.store.stacks.get(num)?.name ?? '';
  }

  /** Faults without an effect on the server; true when the request has been dealt with. */
  async #before(
    effect: FaultEffect,
    request: IncomingMessage,
    response: ServerResponse,
    record: { status: number },
  ): Promise<boolean> {
    switch (effect.kind) {
      case 'reset-before':
      case 'refuse-all':
        request.socket.destroy();
        return true;
      case 'hang-before':
        return true;
      case 'status':
        record.status = effect.status;
        response.writeHead(effect.status, { 'Content-Type': 'text/plain', ...effect.headers });
        response.end(effect.body ?? '');
        return true;
      case 'html':
        record.status = effect.status ?? 200;
        response.writeHead(record.status, { 'Content-Type': 'text/html; charset=utf-8' });
        response.end(PROXY_PAGE);
        return true;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, effect.millis));
        return false;
      default:
        return false;
    }
  }

  async #answer(
    method: string,
    url: URL,
    origin: string,
    request: IncomingMessage,
    rawBody: string,
    effect: FaultEffect | null,
  ): Promise<Outcome> {
    const version = /^\/(v1|v2-beta)(?:\/|$)/.exec(url.pathname)?.[1];
    if (version === undefined && url.pathname !== '/') return html(404, NOT_FOUND_PAGE);
    if (wantsHtml(request.headers.accept, request.headers['user-agent'])) return html(200, PROXY_PAGE);
    const project = /\/projects\/[^/]+(?=\/)/.exec(url.pathname)?.[0] ?? '';
    const headers: Record<string, string> = {
      Date: new Date(Date.now() + this.clockSkewMillis).toUTCString(),
      'Set-Cookie': 'PL=rancher;Path=/',
      Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
      'X-API-Schemas': `${origin}/${version ?? 'v2-beta'}${project}/schemas`,
      'Content-Type': 'application/json; charset=utf-8',
    };
    try {
      const reply = await this.api.answer({
        method,
        path: url.pathname === '/' ? '/v2-beta' : url.pathname,
        query: url.searchParams,
        origin,
        authorization: request.headers.authorization,
        rawBody,
        staleUpgrade: effect?.kind === 'stale-upgrade-field',
      });
      return {
        status: reply.status,
        body: JSON.stringify(reply.body),
        headers: { ...headers, ...accountOf(reply) },
        changed: reply.changed,
      };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) {
        headers['WWW-Authenticate'] = 'Basic realm="Enter API access key and secret key as username and password"';
      }
      return {
        status: error.status,
        body: JSON.stringify(error.body(this.store.random.uuid())),
        headers,
        changed: false,
      };
    }
  }

  #reply(
    effect: FaultEffect | null,
    outcome: Outcome,
    request: IncomingMessage,
    response: ServerResponse,
    record: { status: number },
  ): void {
    if (effect?.kind === 'reset-after') {
      request.socket.destroy();
      return;
    }
    if (effect?.kind === 'hang-after') return;
    if (effect?.kind === 'status-after') {
      record.status = effect.status;
      response.writeHead(effect.status, { 'Content-Type': 'text/plain', ...effect.headers });
      response.end(effect.body ?? '');
      return;
    }
    record.status = outcome.status;
    const truncated = effect?.kind === 'truncated-json';
    response.writeHead(outcome.status, outcome.headers);
    response.end(truncated ? outcome.body.slice(0, Math.floor(outcome.body.length / 2)) : outcome.body);
  }

  async #administer(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    url: URL,
    rawBody: string,
  ): Promise<void> {
    const remote = request.socket.remoteAddress ?? '';
    const local = remote === '::1' || remote.startsWith('127.') || remote.startsWith('::ffff:127.');
    const reply = local
      ? await administer(this.world, method, url.pathname, url.searchParams, rawBody)
      : { status: 403, body: { error: 'only from this machine' } };
    if (method !== 'GET') await this.flush();
    response.writeHead(reply.status, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(reply.body));
  }

  #serviceName(path: string): string | null {
    const id = /services\/1[a-z]+(\d+)/i.exec(path)?.[1];
    const service = id === undefined ? undefined : this.store.services.get(Number(id));
    return service === undefined ? null : service.name;
  }
}

function accountOf(reply: ApiReply): Record<string, string> {
  if (reply.project === undefined) return {};
  return {
    'X-API-ACCOUNT-ID': reply.project.id,
    'X-API-USER-ID': reply.project.id,
    'X-API-ACCOUNT-KIND': 'project',
    'X-API-ACCOUNT-NAME': encodeURIComponent(reply.project.name),
    'X-API-Client-IP': '127.0.0.1',
  };
}

function html(status: number, body: string): Outcome {
  return { status, body, headers: { 'Content-Type': 'text/html; charset=utf-8' }, changed: false };
}

/** The access key that a request names, whether it is a known one or not. */
function accessKeyOf(request: IncomingMessage): string | null {
  const encoded = /^basic\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  return Buffer.from(encoded, 'base64').toString('utf8').split(':')[0] ?? null;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Error('the request body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
