import type { z } from 'zod';
import { makeAgents } from './agents';
import type { Agents } from './agents';
import { classifyReply } from './classify-reply';
import { checkCount, checkKey, checkUserAgent } from './client-options';
import type { RancherClientOptions } from './client-options';
import { CoalescedReads } from './coalesced-reads';
import { configuredValues } from './configured-values';
import { ForbiddenError } from './errors/forbidden-error';
import { InvalidSettingError } from './errors/invalid-setting-error';
import { KeyChangingError } from './errors/key-changing-error';
import { NotFoundError } from './errors/not-found-error';
import { NotRancherError } from './errors/not-rancher-error';
import { NotSentError } from './errors/not-sent-error';
import type { RancherError } from './errors/rancher-error';
import { UnauthorisedError } from './errors/unauthorised-error';
import { openEventSocket } from './event-socket';
import type { EventSocket, EventSocketListener, EventSocketOptions } from './event-socket';
import { UnknownOutcomeError } from './errors/unknown-outcome-error';
import { exchange } from './exchange';
import type { ExchangeLimits, Outgoing } from './exchange';
import { isJsonObject, ownValue, stringifyJson } from './json';
import type { JsonObject, JsonValue } from './json';
import { observed } from './observed-request';
import type { ObservedRequest } from './observed-request';
import { parseRancherUrl } from './rancher-url';
import type { RancherLocation } from './rancher-url';
import { readAllPages } from './read-all-pages';
import type { Page } from './read-all-pages';
import { redactor } from './redact';
import { RequestGate } from './request-gate';
import type { Urgency } from './request-gate';
import { collectionSchema } from './resources';
import { quote } from './wording';
import { whyNoEventStream } from './why-no-event-stream';

/** Items asked for per page; Rancher's default is 100, its cap 3000. */
export const PAGE_SIZE = 1000;
/** Small, and needs a key that Rancher accepts. */
const CLOCK_PATH = '/projects?limit=1';
/** One collection may take as much as so many of the largest bodies. */
const MAX_BODIES = 2;

/**
 * Requests to the v2-beta API of one server with one key, read by schemas: what `RancherClient` is built on. Paths begin
 * after `/v2-beta`.
 */
export class RancherApi {
  readonly #location: RancherLocation;
  readonly #agents: Agents;
  readonly #limits: ExchangeLimits;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];
  readonly #gate: RequestGate;
  /** By what the answers are read: the same reads by the same schema have the same result. */
  readonly #shared = new Map<z.ZodType, CoalescedReads>();
  readonly #onRequest: (request: ObservedRequest) => void;
  readonly #onRefusedKey: () => boolean;
  readonly #onMissing: (projectId: string) => void;

  /** Host and port, for messages. */
  readonly host: string;
  readonly projectIdFromUrl: string | undefined;

  /** @param onMissing - told of a project's id when Rancher refuses (403) or does not find (404) anything of it */
  constructor(options: RancherClientOptions, onMissing: (projectId: string) => void = () => undefined) {
    this.#onMissing = onMissing;
    this.#location = parseRancherUrl(options.url);
    this.host = this.#location.host;
    this.projectIdFromUrl = this.#location.projectId;
    const accessKey = checkKey('access key', options.accessKey);
    const secretKey = checkKey('secret key', options.secretKey);
    if (accessKey.includes(':')) throw new InvalidSettingError('The access key for Rancher must not hold a colon.');
    this.#limits = {
      requestTimeoutMillis: checkCount('requestTimeoutMillis', options.requestTimeoutMillis ?? 30_000, 2_147_483_647),
      maxBodyBytes: checkCount('maxBodyBytes', options.maxBodyBytes ?? 32 * 1024 * 1024, 512 * 1024 * 1024),
    };
    const basic = Buffer.from(`${accessKey}:${secretKey}`).toString('base64');
    this.#secrets = [accessKey, secretKey, basic];
    this.#headers = {
      Accept: 'application/json',
      'User-Agent': checkUserAgent(options.userAgent ?? 'drover'),
      Authorization: `Basic ${basic}`,
    };
    this.#gate = options.gate ?? new RequestGate();
    this.#onRequest = options.onRequest ?? (() => undefined);
    this.#onRefusedKey = options.onRefusedKey ?? (() => false);
    this.#agents = makeAgents(this.#location.origin.startsWith('https:') ? 'https:' : 'http:', options.ca);
  }

  /**
   * Sends one mutation, at once where the circuit lets it through, and reads the reply by the schema.
   *
   * @param hidden - texts that no message may repeat, besides the keys and the values in `body`
   */
  async send<T>(
    method: 'POST' | 'DELETE',
    path: string,
    body: JsonObject | undefined,
    schema: z.ZodType<T>,
    signal: AbortSignal | undefined,
    hidden: readonly string[] = [],
  ): Promise<T> {
    return observed(method, path, signal, this.#onRequest, async (onSent) =>
      this.#read(await this.#send(method, path, { signal, onSent, body, hidden }), schema, method, path),
    );
  }

  /** One resource. Those who ask for the same one at a time share a read; what they get is frozen. */
  async get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.#share('one', path, schema, signal, 'decides', (asking) =>
      observed('GET', path, asking.signal, this.#onRequest, async (onSent) =>
        this.#read(await this.#send('GET', path, alsoTold(asking, onSent)), schema, 'GET', path),
      ),
    );
  }

  /**
   * All items of a collection, page by page. Each item is read by the schema; what `keep` refuses is dropped with its page. Those who ask
   * for the same list at a time, without `keep`, share a read; what they get is frozen.
   *
   * @param query - may set a `limit` of its own for large items
   */
  async list<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    signal: AbortSignal | undefined,
    { urgency = 'decides', keep }: ListOptions<T> = {},
  ): Promise<T[]> {
    const search = new URLSearchParams({ ...query, limit: query['limit'] ?? String(PAGE_SIZE) });
    if (keep !== undefined)
      return this.#pages(path, search, schema, { signal, urgency, onSent: () => undefined }, keep);
    return this.#share('all', `${path}?${search.toString()}`, schema, signal, urgency, (asking) =>
      this.#pages(path, search, schema, asking, () => true),
    );
  }

  /** The items of the first page of a collection; shared as {@link list} is. */
  async firstPage<T>(
    target: string,
    schema: z.ZodType<T>,
    signal: AbortSignal | undefined,
    urgency: Urgency = 'decides',
  ): Promise<readonly T[]> {
    return this.#share(
      'page',
      target,
      schema,
      signal,
      urgency,
      async (asking) => (await this.#page(target, schema, asking)).items,
    );
  }

  /** The server's clock as one answer to a small read tells it; see {@link ServerClock}. */
  async clock(signal: AbortSignal | undefined): Promise<ServerClock> {
    return observed('GET', CLOCK_PATH, signal, this.#onRequest, async (onSent) => {
      let askedAt = Date.now();
      const told = (): void => {
        askedAt = Date.now();
        onSent();
      };
      const answer = await this.#send('GET', CLOCK_PATH, { signal, urgency: 'explains', onSent: told });
      const at = Date.parse(answer.date ?? '');
      this.#read(answer, collectionSchema, 'GET', CLOCK_PATH);
      return { askedAt, serverAt: Number.isNaN(at) ? null : at, answeredAt: Date.now() };
    });
  }

  /** Opens a project's event stream and closes it again; why that fails in words, undefined where it opens. */
  async whyNoEvents(projectId: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    return whyNoEventStream(this.#eventsOf(projectId), signal);
  }

  /** Opens a project's event stream, once. */
  openEvents(projectId: string, listener: EventSocketListener): EventSocket {
    return openEventSocket(this.#eventsOf(projectId), {
      ...listener,
      closed: (why, status) => {
        if (status === 401) this.#onRefusedKey();
        listener.closed(why, status);
      },
    });
  }

  #eventsOf(projectId: string): EventSocketOptions {
    const { origin, basePath } = this.#location;
    const path = `${basePath}/v2-beta/projects/${encodeURIComponent(projectId)}/subscribe?eventNames=resource.change`;
    return {
      url: `${origin.replace(/^http/, 'ws')}${path}`,
      headers: this.#headers,
      agent: this.#agents.fresh,
      projectId,
      handshakeMillis: this.#limits.requestTimeoutMillis,
      redact: this.#redact(),
    };
  }

  /** One read for all who ask for the same at a time, each of whom can go by himself. */
  #share<T>(
    what: 'one' | 'page' | 'all',
    target: string,
    schema: z.ZodType,
    signal: AbortSignal | undefined,
    urgency: Urgency,
    read: (asking: Asking) => Promise<T>,
  ): Promise<T> {
    const shared = this.#shared.get(schema) ?? new CoalescedReads();
    this.#shared.set(schema, shared);
    return shared.read(`${urgency} ${what} ${target}`, signal, {
      reading: (own, onSent) => read({ signal: own, urgency, onSent }),
      calledOff: (isSent) => this.#calledOff(target, isSent),
    });
  }

  #pages<T>(
    path: string,
    first: URLSearchParams,
    schema: z.ZodType<T>,
    asking: Asking,
    keep: (item: T) => boolean,
  ): Promise<T[]> {
    return readAllPages({
      first,
      keep,
      mostCharacters: MAX_BODIES * this.#limits.maxBodyBytes,
      readPage: (search) => this.#page(`${path}?${search}`, schema, asking),
      endless: (why) => {
        const request = this.describe('GET', path);
        return new NotRancherError(`${request} on ${this.host}: the list ${why}.`, {
          ...{ request, fieldName: 'pagination.next' },
        });
      },
    });
  }

  /** One page of a collection, and the query of the next one. */
  #page<T>(target: string, schema: z.ZodType<T>, asking: Asking): Promise<Page<T>> {
    return observed('GET', target, asking.signal, this.#onRequest, (onSent) =>
      this.#readPage(target, schema, alsoTold(asking, onSent)),
    );
  }

  async #readPage<T>(target: string, schema: z.ZodType<T>, asking: Asking): Promise<Page<T>> {
    const answer = await this.#send('GET', target, asking);
    const { data, pagination } = this.#read(answer, collectionSchema, 'GET', target);
    const items = data.map((body, index) => this.#read({ ...answer, body }, schema, 'GET', target, `data[${index}]`));
    const next = pagination?.next ?? null;
    // Only its query is taken: the host and the path stay those of the configuration.
    return {
      items,
      size: answer.size,
      next: next === null || next === '' ? undefined : new URLSearchParams(/\?([^#]*)/.exec(next)?.[1] ?? ''),
    };
  }

  #read<T>(
    { status, body }: Answer,
    schema: z.ZodType<T>,
    method: Outgoing['method'],
    path: string,
    within?: string,
  ): T {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const field = [...(within === undefined ? [] : [within]), ...(issue?.path.map(String) ?? [])].join('.');
    const type = isJsonObject(body) ? ownValue(body, 'type') : undefined;
    const shown = typeof type === 'string' ? ` (a ${quote(this.#redact()(type).slice(0, 40))})` : '';
    const request = this.describe(method, path);
    throw new NotRancherError(
      `${request} on ${this.host}: the reply${shown} is not what Rancher 1.6 answers: field ${quote(field)} is missing or of another type. Check the URL, and any proxy in between.`,
      { request, status, fieldName: field },
    );
  }

  async #send(
    method: Outgoing['method'],
    path: string,
    { signal, urgency = 'decides', onSent, body, hidden = [] }: Sending,
  ): Promise<Answer> {
    const outgoing: Outgoing = {
      method,
      url: `${this.#location.origin}${this.#location.basePath}/v2-beta${path}`,
      request: this.describe(method, path),
      host: this.host,
      headers: body === undefined ? this.#headers : { ...this.#headers, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : stringifyJson(body),
    };
    const about = {
      request: outgoing.request,
      host: this.host,
      service: /\/services\/([^/?]+)/.exec(path)?.[1] ?? null,
    };
    // Nothing may come between a lease that was checked and its action: no wait, not even a moment.
    const passage = method === 'GET' ? await this.#gate.read(about, urgency, signal) : this.#gate.action(about);
    onSent();
    try {
      const reply = await exchange(outgoing, this.#agents, this.#limits, signal);
      const answer = {
        status: reply.status,
        size: reply.text.length,
        date: reply.date,
        body: classifyReply(outgoing, reply, this.#redact(body, hidden)),
      };
      // Whether it has the shape that one resource should have is not asked here: that says nothing of all the others.
      passage.answered();
      return answer;
    } catch (error) {
      passage.failed(error, signal?.aborted === true);
      if (error instanceof UnauthorisedError && this.#onRefusedKey()) throw keyChanging(error);
      const projectId = /^\/projects\/([^/?]+)/.exec(path)?.[1];
      const isMissing = error instanceof ForbiddenError || error instanceof NotFoundError;
      if (projectId !== undefined && isMissing) this.#onMissing(decodeURIComponent(projectId));
      throw error;
    }
  }

  /** Applied to what a reply says before anything of it is cut off: half a secret would not be recognised. */
  #redact(body?: JsonObject, hidden: readonly string[] = []): (text: string) => string {
    return redactor([...this.#secrets, ...hidden, ...configuredValues(body)]);
  }

  /** Method and path for messages and for an error's `request`; of the query only an action. */
  describe(method: string, path: string): string {
    return `${method} ${this.#location.basePath}/v2-beta${path.replace(/\?(?!action=).*$/, '')}`;
  }

  /** The failure of a read that one of those who wait for it has called off. */
  #calledOff(path: string, isSent: boolean): RancherError {
    const request = this.describe('GET', path);
    const where = `${request} on ${this.host}`;
    return isSent
      ? new UnknownOutcomeError(`${where}: called off while it was under way. It can be read again.`, { request })
      : new NotSentError(`${where} was not sent: called off before its turn. It can be sent again.`, { request });
  }

  /** Closes the connections. */
  close(): void {
    this.#agents.kept.destroy();
    this.#agents.fresh.destroy();
  }
}

/** How a list is read. */
interface ListOptions<T> {
  /** Default: it decides. */
  readonly urgency?: Urgency;
  readonly keep?: (item: T) => boolean;
}

/** What a read is done with. */
interface Asking {
  readonly signal: AbortSignal | undefined;
  readonly urgency: Urgency;
  /** Called as each of its requests leaves. */
  readonly onSent: () => void;
}

interface Sending extends Omit<Asking, 'urgency'> {
  readonly urgency?: Urgency;
  readonly body?: JsonObject | undefined;
  readonly hidden?: readonly string[];
}

function alsoTold(asking: Asking, onSent: () => void): Asking {
  const both = (): void => {
    onSent();
    asking.onSent();
  };
  return { ...asking, onSent: both };
}

function keyChanging(error: UnauthorisedError): KeyChangingError {
  const { request, status, code, fieldName, detail } = error;
  return new KeyChangingError(`${error.message} It was accepted before: another key is waited for.`, {
    ...{ request, status, code, fieldName, detail },
    cause: error,
  });
}

/** What a server's clock showed between two moments of ours; milliseconds since the epoch, its own in whole seconds. */
export interface ServerClock {
  readonly askedAt: number;
  /** Null where the answer does not tell. */
  readonly serverAt: number | null;
  readonly answeredAt: number;
}

interface Answer {
  readonly status: number;
  readonly date: string | null;
  /** Characters of its text. */
  readonly size: number;
  readonly body: JsonValue;
}
