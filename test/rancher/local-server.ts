import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server on loopback, for one test. */
export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** "GET /path" of each request that came in, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts an HTTP server, or an HTTPS server where a key and a certificate are given. */
export async function startServer(handler: Handler, tls?: { key: string; cert: string }): Promise<LocalServer> {
  const requests: string[] = [];
  const noted: Handler = (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    handler(request, response);
  };
  const server = tls === undefined ? http.createServer(noted) : https.createServer(tls, noted);
  return listen(server, tls === undefined ? 'http' : 'https', requests);
}

/** Starts a bare TCP server. */
export async function startTcp(onSocket: (socket: Socket) => void): Promise<LocalServer> {
  return listen(net.createServer(onSocket), 'http', []);
}

async function listen(server: net.Server, scheme: string, requests: string[]): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

/** An error in Rancher's own words. */
export function rancherError(status: number, code: string, fieldName?: string, message: string | null = null): unknown {
  return {
    id: 'e',
    type: 'error',
    links: {},
    actions: {},
    status,
    code,
    message,
    detail: null,
    fieldName,
    baseType: 'error',
  };
}

/** A service as Rancher answers it, short. */
export function aService(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: '1s2',
    type: 'service',
    name: 'web',
    state: 'active',
    stackId: '1st2',
    accountId: '1a5',
    removed: null,
    launchConfig: { imageUuid: 'docker:app:1', environment: { PASSWORD: 'canary-value' }, version: '0' },
    ...fields,
  };
}
