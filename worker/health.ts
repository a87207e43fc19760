import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { ConfigurationError } from './config/configuration-error';
import { isPolling } from './run-all';
import { codeOf, INVALID_ARGUMENT, proveSearchAttributes, wordsOf } from './search-attributes';

/** How long Temporal may take to answer for `/readyz`, milliseconds. */
const ASK_LIMIT_MILLIS = 2_000;
const TOO_LATE = `no answer within ${ASK_LIMIT_MILLIS / 1000} s`;

/** What a worker is asked about. */
export interface Watched {
  readonly workers: readonly (Pick<Worker, 'getState' | 'getStatus'> & {
    readonly options: { readonly taskQueue: string };
  })[];
  readonly connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>;
  readonly namespace: string;
}

/** What is not there, and why; empty where nothing is missing. */
type Missing = Readonly<Partial<Record<'pollers' | 'temporal' | 'searchAttributes', string>>>;

/**
 * Answers `/healthz` (this process lives and asks for tasks: where it does not, a restart helps) and `/readyz` (it can take deployments:
 * 503 names what is missing). While Temporal is away, or while it ends after SIGTERM, it is not ready, and yet healthy. The configuration
 * is loaded before there is anybody to ask.
 */
export class Health {
  readonly #server: Server;
  #watched: Watched | null = null;
  #asking: Promise<Missing> | null = null;

  private constructor() {
    this.#server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** @throws ConfigurationError where nothing can listen on the address (`host:port`) */
  static async serve(address: string): Promise<Health> {
    const health = new Health();
    const [, ipv6, name, port] = /^(?:\[(.+)\]|(.+)):(\d+)$/.exec(address) ?? [];
    try {
      await new Promise<void>((resolve, reject) => {
        health.#server.once('error', reject);
        health.#server.listen({ host: ipv6 ?? name, port: Number(port) }, resolve);
      });
    } catch (error) {
      const message = `health cannot be told on ${address}: ${wordsOf(error)}; choose another address, or end what listens there. Nothing was started`;
      throw new ConfigurationError([{ where: 'worker.healthAddress', message }]);
    }
    return health;
  }

  /** From now on these are asked. */
  watch(watched: Watched): void {
    this.#watched = watched;
  }

  /** Ends what listens, and all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.replace(/\?.*$/s, '');
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, { error: 'GET or HEAD only' });
    if (path === '/healthz') return told(response, 'healthy', notPolling(this.#watched, 'healthy'));
    if (path === '/readyz') return told(response, 'ready', await this.#notReady());
    send(response, 404, { error: 'there are /healthz and /readyz' });
  }

  async #notReady(): Promise<Missing> {
    if (this.#watched === null) return { temporal: 'not connected yet', pollers: 'not started yet' };
    const { connection, namespace } = this.#watched;
    // Whoever asks while it is being asked gets the same answer.
    this.#asking ??= missingAtTemporal(connection, namespace).finally(() => (this.#asking = null));
    const atTemporal = await this.#asking;
    // The pollers last: what has changed meanwhile is told too.
    return { ...notPolling(this.#watched, 'ready'), ...atTemporal };
  }
}

/** A worker that is told to end polls no more, is not ready, and is healthy until it is gone. */
function notPolling(watched: Watched | null, asked: 'healthy' | 'ready'): Missing {
  for (const worker of watched?.workers ?? []) {
    const state = worker.getState();
    const { taskQueue } = worker.options;
    const isFine = state === 'RUNNING' ? isPolling(worker) : asked === 'healthy' && state !== 'FAILED';
    if (isFine) continue;
    const why = state === 'RUNNING' ? 'does not poll' : `is ${state.toLowerCase()}`;
    return { pollers: `the worker of the task queue ${taskQueue} ${why}` };
  }
  return {};
}

async function missingAtTemporal(connection: Watched['connection'], namespace: string): Promise<Missing> {
  const isOver = new AbortController();
  const deadline = Date.now() + ASK_LIMIT_MILLIS;
  try {
    const asking = connection.withDeadline(deadline, () => proveSearchAttributes(connection, namespace));
    // The deadline is each attempt's own: on a lost connection the SDK goes on trying for about ten seconds.
    const late = delay(ASK_LIMIT_MILLIS, TOO_LATE, { signal: isOver.signal });
    return (await Promise.race([asking, late])) === TOO_LATE ? { temporal: TOO_LATE } : {};
  } catch (error) {
    const isMissing = codeOf(error) === INVALID_ARGUMENT;
    return isMissing
      ? { searchAttributes: `${wordsOf(error)}; "drover setup" registers what is missing` }
      : { temporal: wordsOf(error) };
  } finally {
    isOver.abort();
  }
}

function told(response: ServerResponse, word: 'healthy' | 'ready', missing: Missing): void {
  const isFine = Object.keys(missing).length === 0;
  send(response, isFine ? 200 : 503, isFine ? { status: word } : { status: `not ${word}`, missing });
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(body)}\n`);
}
