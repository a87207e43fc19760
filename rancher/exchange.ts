import type { Readable } from 'node:stream';
import fetch from 'node-fetch';
import type { Response } from 'node-fetch';
import { watched } from './agents';
import type { Agents, ConnectionWatch } from './agents';
import { NotRancherError } from './errors/not-rancher-error';
import { NotSentError } from './errors/not-sent-error';
import type { RancherError } from './errors/rancher-error';
import { UnknownOutcomeError } from './errors/unknown-outcome-error';

/** One request, ready to be sent. */
export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Method and path, for messages. */
  readonly request: string;
  /** Host and port, for messages. */
  readonly host: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Bounds of one request. */
export interface ExchangeLimits {
  /** Milliseconds for the whole exchange, the body included. */
  readonly requestTimeoutMillis: number;
  /** Bytes of the body after decompression. */
  readonly maxBodyBytes: number;
}

/** A reply that was read to its end. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | null;
  readonly retryAfter: string | null;
  /** The server's clock, as its header tells it. */
  readonly date: string | null;
  readonly text: string;
}

/**
 * Sends one request and reads the whole reply, whatever its status.
 *
 * A read whose kept connection turns out to be closed already is sent once more over a new one.
 *
 * @throws NotSentError, UnknownOutcomeError, or NotRancherError when the body is larger than the bound.
 */
export async function exchange(
  outgoing: Outgoing,
  agents: Agents,
  limits: ExchangeLimits,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const controller = new AbortController();
  const state = { timedOut: false, replied: false };
  const timer = setTimeout(() => {
    state.timedOut = true;
    controller.abort();
  }, limits.requestTimeoutMillis);
  const abort = (): void => {
    controller.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();

  const started = performance.now();
  const isLate = (): boolean => {
    state.timedOut ||= performance.now() - started >= limits.requestTimeoutMillis;
    return state.timedOut;
  };
  const watch: ConnectionWatch = { connected: false, reused: false, isLate };
  const attempt = async (agent: keyof Agents): Promise<Reply> => {
    // Not left to node-fetch: called off before it began, it destroys a body that nobody listens to, and the process ends.
    if (controller.signal.aborted) throw new Error('called off before it began');
    const response = await fetch(outgoing.url, {
      method: outgoing.method,
      headers: agent === 'fresh' ? { ...outgoing.headers, Connection: 'close' } : outgoing.headers,
      body: outgoing.body ?? null,
      agent: watched(agents[agent], watch),
      redirect: 'manual',
      signal: controller.signal,
    });
    state.replied = true;
    // node-fetch emits an abort on the body even when nobody reads it any more; an error without a listener ends the process.
    (response.body as Readable | null)?.on('error', () => undefined);
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      location: response.headers.get('location'),
      retryAfter: response.headers.get('retry-after'),
      date: response.headers.get('date'),
      text: await readBody(response, outgoing, limits.maxBodyBytes),
    };
  };
  try {
    if (outgoing.method !== 'GET') return await attempt('fresh');
    return await attempt('kept').catch((error: unknown) => {
      if (!watch.reused || state.replied || controller.signal.aborted) throw error;
      watch.connected = false;
      return attempt('fresh');
    });
  } catch (error) {
    controller.abort();
    if (error instanceof NotRancherError) throw error;
    throw describeBreak(error, outgoing, { ...state, ...watch, limits, aborted: signal?.aborted === true });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function readBody(response: Response, outgoing: Outgoing, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) {
      throw new NotRancherError(
        `${outgoing.request} on ${outgoing.host}: the reply is larger than ${maxBytes} bytes and was not read further. Is it Rancher that answers there? If it is, raise the client's bound.`,
        { request: outgoing.request, status: response.status },
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Break {
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly connected: boolean;
  readonly replied: boolean;
  readonly limits: ExchangeLimits;
}

function describeBreak(error: unknown, outgoing: Outgoing, state: Break): RancherError {
  const code = systemCode(error);
  const where = `${outgoing.request} on ${outgoing.host}`;
  const details = { request: outgoing.request, code, cause: error };
  if (state.connected && code?.startsWith('HPE_') === true) {
    return new NotRancherError(
      `${where}: what answers there does not speak HTTP (${code}). Is it https:// and not http://?`,
      details,
    );
  }
  if (!state.connected) {
    const why = state.timedOut
      ? `no connection within ${state.limits.requestTimeoutMillis} ms`
      : state.aborted
        ? 'called off before a connection stood'
        : `${reasonOf(code, error)}${code === undefined ? '' : ` (${code})`}`;
    return new NotSentError(`${where} was not sent: ${why}. ${adviceFor(code)}`, details);
  }
  const why = state.timedOut
    ? `no ${state.replied ? 'end of the reply' : 'reply'} within ${state.limits.requestTimeoutMillis} ms`
    : state.aborted
      ? 'called off while it was under way'
      : state.replied
        ? 'the reply was cut off'
        : `the connection broke before a reply came${code === undefined ? '' : ` (${code})`}`;
  const next =
    outgoing.method === 'GET'
      ? 'It can be read again.'
      : 'It may have taken effect: read the service before anything is sent again.';
  return new UnknownOutcomeError(`${where}: ${why}. ${next}`, details);
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the name server did not answer',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the host did not answer',
  ECONNRESET: 'the connection was closed while it was being made',
  EPROTO: 'the server does not speak TLS there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in a CA that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's CA is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's CA is not trusted",
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name',
};

function reasonOf(code: string | undefined, error: unknown): string {
  const known = code === undefined ? undefined : REASONS[code];
  return (
    known ?? (code === undefined && error instanceof Error ? error.message.slice(0, 200) : 'the connection failed')
  );
}

function adviceFor(code: string | undefined): string {
  if (code !== undefined && /CERT|SIGNATURE|SELF_SIGNED/.test(code)) {
    return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'CERT_HAS_EXPIRED'
      ? 'Use the name that the certificate is for, or have it renewed.'
      : "Give the CA's certificate (PEM) to the client.";
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'Is it http:// and not https://?';
  return 'Check the URL and whether the server can be reached from here; it can be sent again.';
}
