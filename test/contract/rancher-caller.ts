import { request } from 'node:http';
import { keys } from './scene';
import type { KeyName } from './scene';
import type { Json } from './recording';

export interface Call {
  readonly method: string;
  /** From the root, query included. */
  readonly path: string;
  readonly key: KeyName | 'wrong' | 'none';
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  /** Parsed where it is JSON, with the server's own address written as `{base}`. */
  readonly body: Json;
}

const credentials = (key: Call['key']): string | undefined => {
  if (key === 'none') return undefined;
  const pair = key === 'wrong' ? 'bad:bad' : `${keys[key].accessKey}:${keys[key].secretKey}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
};

function send(base: string, call: Call): ReturnType<typeof request> {
  const authorization = credentials(call.key);
  const outgoing = request(new URL(call.path, base), {
    method: call.method,
    agent: false,
    headers: {
      accept: 'application/json',
      ...(call.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(call.body) }),
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  outgoing.end(call.body);
  return outgoing;
}

/** One request as the recorded client sent it. */
export function call(base: string, what: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send(base, what)
      .on('error', reject)
      .on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const contentType = response.headers['content-type'] ?? null;
          const text = Buffer.concat(chunks)
            .toString('utf8')
            .replaceAll(base, '{base}')
            .replaceAll(base.replace('http', 'ws'), '{ws}');
          const body = contentType?.includes('json') === true ? (JSON.parse(text) as Json) : text;
          resolve({ status: response.statusCode ?? 0, contentType, body });
        });
      });
  });
}

/** Sends a request and hangs up as soon as it is sent: the answer is lost. */
export function callAndHangUp(base: string, what: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = send(base, what);
    outgoing.on('error', reject);
    outgoing.on('finish', () => {
      outgoing.removeListener('error', reject);
      // Hanging up before the answer is the point: what the socket then says about it is not a failure.
      outgoing.on('error', () => undefined);
      outgoing.destroy();
      resolve();
    });
  });
}
