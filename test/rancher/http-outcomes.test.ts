import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RancherError } from '../../rancher/errors/rancher-error';
import { OUTCOMES } from '../../rancher/outcomes';
import type { Outcome } from '../../rancher/outcomes';
import { RequestGate } from '../../rancher/request-gate';
import { RancherClient } from '../../rancher/rancher-client';
import type { RancherClientOptions } from '../../rancher/rancher-client';
import { aService, rancherError, sendJson, startServer, startTcp } from './local-server';
import type { LocalServer } from './local-server';

const KEYS = { accessKey: 'canary-access-key', secretKey: 'canary-secret-key' };
const BODY = {
  inServiceStrategy: { launchConfig: { environment: { PASSWORD: 'canary-value' }, labels: { team: 'canary-label' } } },
};
const CANARIES = /canary|Y2FuYXJ5/;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function clientOf(server: { url: string }, options: Partial<RancherClientOptions> = {}): RancherClient {
  const client = new RancherClient({ url: server.url, ...KEYS, requestTimeoutMillis: 5000, ...options });
  closers.push(() => {
    client.close();
  });
  return client;
}

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<LocalServer> {
  const server = await startServer(handler);
  closers.push(() => server.close());
  return server;
}

async function serveTcp(onSocket: Parameters<typeof startTcp>[0]): Promise<LocalServer> {
  const server = await startTcp(onSocket);
  closers.push(() => server.close());
  return server;
}

/** The error of a call; it must be one of ours, and show no secret, however it is printed. */
async function failureOf(promise: Promise<unknown>): Promise<RancherError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RancherError)) throw new Error(`expected a RancherError, got ${String(error)}`);
  for (let part: unknown = error; part instanceof Error; part = part.cause) {
    expect([part.message, part.stack, JSON.stringify(part)].join('\n')).not.toMatch(CANARIES);
  }
  return error;
}

const outcomeOf = (error: unknown): string => (error instanceof RancherError ? error.outcome : String(error));
const read = (client: RancherClient, signal?: AbortSignal): Promise<unknown> => client.getService('1a5', '1s2', signal);
const upgrade = (client: RancherClient, signal?: AbortSignal): Promise<unknown> =>
  client.act('1a5', '1s2', 'upgrade', BODY, signal);

/** Runs something when the promises of now have had their turns, and before the event loop turns. */
async function laterInThisPhase(run: () => void): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  run();
}
const UPGRADE = 'POST /v2-beta/projects/1a5/services/1s2/?action=upgrade';
const READ = 'GET /v2-beta/projects/1a5/services/1s2';

describe('replies with a status', () => {
  const cases: [string, number, unknown, string, Outcome, RegExp][] = [
    ['401', 401, rancherError(401, 'Unauthorized'), 'UnauthorisedError', 'unauthorised', /not accepted; check both/],
    ['401 of a proxy', 401, 'please log in', 'UnauthorisedError', 'unauthorised', /proxy/],
    ['403', 403, rancherError(403, 'Forbidden'), 'ForbiddenError', 'forbidden', /this key may not (?:do that|see it)/i],
    ['404', 404, rancherError(404, 'Not Found'), 'NotFoundError', 'not-found', /no such resource/],
    ['404 of a proxy', 404, { error: 'no backend' }, 'NotRancherError', 'not-rancher', /not in the shape of Rancher/],
    [
      '405',
      405,
      rancherError(405, 'Method not allowed'),
      'NotPermittedActionError',
      'not-permitted',
      /This key may not/,
    ],
    ['409', 409, rancherError(409, 'Conflict'), 'RefusedByStateError', 'refused-by-state', /Conflict/],
    [
      '422 ActionNotAvailable',
      422,
      rancherError(422, 'ActionNotAvailable', 'action'),
      'RefusedByStateError',
      'refused-by-state',
      /field "action"/,
    ],
    [
      '422 InvalidAction',
      422,
      rancherError(422, 'InvalidAction', 'action'),
      'NotPermittedActionError',
      'not-permitted',
      /This key may not/,
    ],
    [
      '422 InvalidReference',
      422,
      rancherError(422, 'InvalidReference', 'imageUuid'),
      'InvalidRequestError',
      'invalid',
      /InvalidReference, field "imageUuid"/,
    ],
    [
      '422 PortWrongFormat',
      422,
      rancherError(422, 'PortWrongFormat', undefined, 'the port is wrong'),
      'InvalidRequestError',
      'invalid',
      /PortWrongFormat, the port is wrong/,
    ],
    [
      '400',
      400,
      rancherError(400, 'InvalidBodyContent', undefined, 'InvalidBodyContent'),
      'InvalidRequestError',
      'invalid',
      /400 InvalidBodyContent\./,
    ],
    ['429', 429, '', 'ThrottledError', 'throttled', /come back later/],
    [
      '500',
      500,
      rancherError(500, 'ServerError', undefined, 'boom'),
      'ServerTroubleError',
      'server-trouble',
      /500 ServerError, boom/,
    ],
    [
      '502',
      502,
      '<html><title>502 Bad Gateway</title>canary-value</html>',
      'ServerTroubleError',
      'server-trouble',
      /It says: "502 Bad Gateway"/,
    ],
    ['503', 503, '', 'ServerTroubleError', 'server-trouble', /in trouble/],
    ['408', 408, '', 'ServerTroubleError', 'server-trouble', /408/],
  ];

  it.each(cases)('%s has its own class', async (_, status, body, name, outcome, message) => {
    const server = await serve((request, response) => {
      request.resume();
      if (typeof body === 'string') response.writeHead(status, { 'Content-Type': 'text/html' }).end(body);
      else sendJson(response, status, body);
    });
    const client = clientOf(server);
    for (const [promise, request] of [
      [upgrade(client), UPGRADE],
      [read(client), READ],
    ] as const) {
      const error = await failureOf(promise);
      expect(error).toMatchObject({ name, outcome, status, request });
      expect(error.message).toMatch(message);
      expect(error.message).toContain(`${request} on 127.0.0.1:${server.port}`);
    }
    expect(server.requests).toEqual([UPGRADE, READ]);
  });

  it('keeps Rancher’s code and field apart from the message', async () => {
    const server = await serve((_, response) => {
      sendJson(response, 422, rancherError(422, 'NotUnique', 'name', 'taken'));
    });
    expect(await failureOf(upgrade(clientOf(server)))).toMatchObject({
      code: 'NotUnique',
      fieldName: 'name',
      detail: 'taken',
    });
  });

  it.each([
    ['seconds', '7', 7000, 7000],
    ['a date', new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_000],
    ['nonsense', 'soon', -1, -1],
    ['a date that has passed', 'Thu, 01 Jan 1970 00:00:00 GMT', 0, 0],
  ])('reads Retry-After as %s', async (_, header, least, most) => {
    const server = await serve((__, response) => response.writeHead(429, { 'Retry-After': header }).end());
    const { retryAfterMillis } = await failureOf(read(clientOf(server)));
    expect(retryAfterMillis ?? -1).toBeGreaterThanOrEqual(least);
    expect(retryAfterMillis ?? -1).toBeLessThanOrEqual(most);
  });
});

describe('answers that are not Rancher’s', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'an HTML page',
      'text/html',
      '<html><head><title>Sign in</title></head><body>canary-value</body></html>',
      /an HTML page.*"Sign in"/,
    ],
    [
      'an HTML page without a title',
      'text/html',
      '<body><h1>Maintenance</h1> until noon</body>',
      /"Maintenance until noon"/,
    ],
    ['a reply that echoes the keys', 'text/plain', `who is ${KEYS.accessKey}?`, /"who is \[redacted\]\?"/],
    [
      'damaged JSON',
      'application/json',
      '{"launchConfig":{"environment":{"PASSWORD":"canary-val',
      /JSON that is cut off/,
    ],
    ['text before JSON', 'text/plain', 'debug: {"PASSWORD":"canary-val', /"debug:"/],
    ['an empty body', 'application/json', '', /an empty body/],
    ['a list', 'application/json', '[1]', /not in the shape/],
    ['an error with status 200', 'application/json', JSON.stringify(rancherError(200, 'X')), /not in the shape/],
    [
      'a service without a state',
      'application/json',
      JSON.stringify(aService({ state: undefined })),
      /field "state" is missing/,
    ],
    [
      'a service without its stack',
      'application/json',
      JSON.stringify(aService({ stackId: 7 })),
      /field "stackId" is missing/,
    ],
  ])('%s', async (_, type, body, message) => {
    const server = await serve((__, response) => response.writeHead(200, { 'Content-Type': type }).end(body));
    const client = clientOf(server);
    for (const ask of [read, upgrade]) {
      const error = await failureOf(ask(client));
      expect(error).toMatchObject({ name: 'NotRancherError', outcome: 'not-rancher', status: 200 });
      expect(error.message).toMatch(message);
    }
  });

  it('a POST answered like this has an unknown effect, and so has trouble of the server', () => {
    for (const outcome of ['not-rancher', 'server-trouble', 'unknown-outcome'] as const) {
      expect(OUTCOMES[outcome]).toMatchObject({ effect: 'unknown', retryMutation: 'after-a-read', retryRead: true });
    }
  });

  it('follows no redirect: it names the https URL to configure', async () => {
    const server = await serve((request, response) => {
      const target = `https://127.0.0.1:1${request.url ?? ''}`;
      response.writeHead(301, { Location: target }).end();
    });
    const error = await failureOf(upgrade(clientOf(server)));
    expect(error).toMatchObject({ name: 'NotRancherError', status: 301 });
    expect(error.message).toContain('configure the URL https://127.0.0.1:1 ');
    expect(server.requests).toHaveLength(1);
  });

  it('sends the keys to no other host, and shows nothing of a login page’s query', async () => {
    const other = await serve((_, response) => {
      sendJson(response, 200, aService());
    });
    const server = await serve((_, response) =>
      response.writeHead(302, { Location: `${other.url}/login?token=canary-token` }).end(),
    );
    const error = await failureOf(read(clientOf(server)));
    expect(error.message).toMatch(/login page/);
    expect(error.message).toContain(`${other.url}/login,`);
    expect(other.requests).toEqual([]);
  });

  it('reads no more than its bound, and the client goes on working', async () => {
    let big = true;
    const server = await serve((_, response) => {
      if (!big) {
        sendJson(response, 200, aService());
        return;
      }
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const client = clientOf(server, { maxBodyBytes: 1_000_000 });
    const error = await failureOf(read(client));
    expect(error).toMatchObject({ name: 'NotRancherError', outcome: 'not-rancher' });
    expect(error.message).toMatch(/larger than 1000000 bytes/);
    big = false;
    await expect(read(client)).resolves.toMatchObject({ id: '1s2' });
  });

  it('counts the bytes after decompression', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000, 32))),
    );
    const error = await failureOf(read(clientOf(server, { maxBodyBytes: 1_000_000 })));
    expect(error.message).toMatch(/larger than 1000000 bytes/);
  });

  it('says that a port does not speak HTTP', async () => {
    const server = await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.0\r\n'));
    expect(await failureOf(read(clientOf(server)))).toMatchObject({
      name: 'NotRancherError',
      message: expect.stringMatching(/does not speak HTTP/) as string,
    });
  });
});

describe('connections that fail', () => {
  it('a port on which nothing listens: not sent', async () => {
    const server = await startServer(() => undefined);
    await server.close();
    const error = await failureOf(upgrade(clientOf(server)));
    expect(error).toMatchObject({ name: 'NotSentError', outcome: 'not-sent', code: 'ECONNREFUSED', status: undefined });
    expect(error.message).toMatch(/was not sent: nothing listens on that port \(ECONNREFUSED\)/);
  });

  it('a host name that does not exist: not sent', async () => {
    const error = await failureOf(read(clientOf({ url: 'http://rancher.invalid' })));
    expect(error).toMatchObject({ name: 'NotSentError', outcome: 'not-sent' });
  });

  it('a reset before the reply: unknown, and the POST went out once', async () => {
    const server = await serve((request) => {
      request.resume().on('end', () => request.socket.resetAndDestroy());
    });
    const error = await failureOf(upgrade(clientOf(server)));
    expect(error).toMatchObject({ name: 'UnknownOutcomeError', outcome: 'unknown-outcome', code: 'ECONNRESET' });
    expect(error.message).toMatch(/may have taken effect: read the service/);
    expect(server.requests).toEqual([UPGRADE]);
  });

  it('a process held up as the connection is made, beyond the time of the request: nothing is sent when it goes on', async () => {
    const server = await serve((_, response) => sendJson(response, 200, aService()));
    const client = clientOf(server, { requestTimeoutMillis: 200 });
    const late = new Promise<RancherError>((resolve) => {
      // In the phase of timers the event loop hears next of connections, and only after those of timers that ran out meanwhile.
      setTimeout(() => {
        resolve(failureOf(upgrade(client)));
        void laterInThisPhase(() => {
          const until = performance.now() + 400;
          while (performance.now() < until);
        });
      }, 1);
    });
    expect(await late).toMatchObject({ name: 'NotSentError', outcome: 'not-sent' });
    expect((await late).message).toMatch(/was not sent: no connection within 200 ms/);
    await expect(read(client)).resolves.toMatchObject({ id: '1s2' });
    expect(server.requests).toEqual([READ]);
  });

  it('no reply in time: unknown', async () => {
    const server = await serve((request) => request.resume());
    const error = await failureOf(upgrade(clientOf(server, { requestTimeoutMillis: 200 })));
    expect(error).toMatchObject({ outcome: 'unknown-outcome' });
    expect(error.message).toMatch(/no reply within 200 ms/);
  });

  it('a body that never ends: unknown, under the same time-out', async () => {
    const server = await serve((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"id":');
    });
    const error = await failureOf(read(clientOf(server, { requestTimeoutMillis: 300 })));
    expect(error).toMatchObject({ outcome: 'unknown-outcome' });
    expect(error.message).toMatch(/no end of the reply within 300 ms/);
  });

  it.each(['Content-Length: 1000', 'Transfer-Encoding: chunked'])('a body cut off (%s): unknown', async (header) => {
    const server = await serveTcp((socket) => {
      socket.once('data', () => {
        const part = header.startsWith('Content') ? '{"id":"1s2"' : 'b\r\n{"id":"1s2"\r\n';
        socket.end(`HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n${header}\r\n\r\n${part}`);
      });
    });
    const error = await failureOf(upgrade(clientOf(server)));
    expect(error).toMatchObject({ outcome: 'unknown-outcome' });
    expect(error.message).toMatch(/cut off/);
  });

  it('a body cut off without anything to tell it by: not Rancher, and the effect is unknown too', async () => {
    const server = await serveTcp((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\n{"id":"1s2"'));
    });
    expect(await failureOf(upgrade(clientOf(server)))).toMatchObject({ outcome: 'not-rancher' });
  });

  it('a TLS handshake that gets no answer: not sent', async () => {
    const server = await serveTcp((socket) => socket.resume());
    const url = `https://127.0.0.1:${server.port}`;
    const error = await failureOf(upgrade(clientOf({ url }, { requestTimeoutMillis: 300 })));
    expect(error).toMatchObject({ name: 'NotSentError' });
    expect(error.message).toMatch(/no connection within 300 ms/);
  });

  it('a handshake with a server that speaks plain HTTP: not sent', async () => {
    const server = await serve((_, response) => {
      sendJson(response, 200, aService());
    });
    const error = await failureOf(upgrade(clientOf({ url: `https://127.0.0.1:${server.port}` })));
    expect(error).toMatchObject({ name: 'NotSentError' });
    expect(error.message).toMatch(/http:\/\/ and not https/);
    expect(server.requests).toEqual([]);
  });

  it('reads again when a kept connection turns out to be closed, and never posts again', async () => {
    let served = 0;
    const server = await serve((request, response) => {
      served += 1;
      // The second request comes over the connection of the first one, which "closes" under it.
      if (served === 2) request.socket.resetAndDestroy();
      else sendJson(response, 200, aService());
    });
    const client = clientOf(server);
    await read(client);
    await expect(read(client)).resolves.toMatchObject({ id: '1s2' });
    expect(server.requests).toEqual([READ, READ, READ]);
  });
});

describe('called off', () => {
  it('before it began: not sent, and nothing arrives', async () => {
    const server = await serve((_, response) => {
      sendJson(response, 200, aService());
    });
    const error = await failureOf(upgrade(clientOf(server), AbortSignal.abort()));
    expect(error).toMatchObject({ name: 'NotSentError' });
    expect(server.requests).toEqual([]);
  });

  it('while it waits for a reply: unknown', async () => {
    const controller = new AbortController();
    const server = await serve((request) => {
      request.resume();
      controller.abort();
    });
    const error = await failureOf(upgrade(clientOf(server), controller.signal));
    expect(error).toMatchObject({ name: 'UnknownOutcomeError' });
    expect(error.message).toMatch(/called off while it was under way/);
  });

  it('while it waits for one of the 16 connections: not sent', async () => {
    const server = await serve((request) => request.resume());
    const client = clientOf(server);
    const busy = Array.from({ length: 16 }, () => failureOf(upgrade(client)));
    await waitUntil(() => server.requests.length === 16);
    const controller = new AbortController();
    const queued = failureOf(upgrade(client, controller.signal));
    controller.abort();
    expect(await queued).toMatchObject({ outcome: 'not-sent' });
    expect(server.requests).toHaveLength(16);
    await server.close();
    expect((await Promise.all(busy)).map((error) => error.outcome)).toEqual(Array(16).fill('unknown-outcome'));
  });

  it('knows that what waited for a connection and got one that had served was sent: lost there, it may have happened', async () => {
    const lost = new Set<string>();
    const server = await serve((request, response) => {
      const path = request.url ?? '';
      // Of each of those that waited, the first try is lost.
      if (Number(/\d+$/.exec(path)?.[0]) > 16 && !lost.has(path)) {
        lost.add(path);
        request.socket.destroy();
      } else sendJson(response, 200, aService({ id: path.split('/').at(-1) }));
    });
    const warnings = jest.spyOn(process, 'emitWarning');
    const gate = new RequestGate({ perSecond: 1000, concurrent: 48 });
    const client = clientOf(server, { requestTimeoutMillis: 30_000, gate });
    const reads = Array.from({ length: 48 }, (_, index) => client.getService('1a5', `1s${index + 1}`));
    const outcomes = (await Promise.allSettled(reads)).map((one) =>
      one.status === 'fulfilled' ? 'read' : outcomeOf(one.reason),
    );
    expect(lost.size).toBe(32);
    // Those that were lost on a connection of their own are told; the others were read again.
    expect(outcomes).not.toContain('not-sent');
    expect(new Set(outcomes)).toEqual(new Set(['read', 'unknown-outcome']));
    // And no listener is left on a connection for each request that it serves.
    for (const path of Array.from({ length: 300 }, (_, index) => `/v2-beta/projects/1a5/services/1s${index}`))
      lost.add(path);
    const ones = Array.from({ length: 240 }, (_, index) => client.getService('1a5', `1s${index}`));
    await expect(Promise.all(ones)).resolves.toHaveLength(240);
    expect(warnings).not.toHaveBeenCalled();
    warnings.mockRestore();
  });

  it('leaves no listener behind on a signal that lives long', async () => {
    const server = await serve((_, response) => {
      sendJson(response, 200, aService());
    });
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    await read(clientOf(server), signal);
    expect(added.mock.calls.length).toBeGreaterThan(0);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });
});

describe('what is sent', () => {
  it('cannot be seen by printing the client', () => {
    const client = clientOf({ url: 'http://127.0.0.1:1' });
    expect(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client)).not.toMatch(CANARIES);
  });

  it('goes out again after a POST over a connection of its own: a server that closes kept ones loses no action', async () => {
    const server = await serve((request, response) => {
      request.resume();
      sendJson(response, 200, aService());
      // The kept connection is closed right after the reply, as by a server whose keep-alive time is over.
      response.on('finish', () => request.socket.end());
    });
    const client = clientOf(server);
    for (let round = 0; round < 5; round += 1) {
      await read(client);
      await expect(upgrade(client)).resolves.toMatchObject({ id: '1s2' });
    }
    expect(server.requests).toHaveLength(10);
  });

  it('has the headers that Rancher needs, and a gzip reply is understood', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers);
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(aService())));
    });
    const client = clientOf(server);
    await read(client);
    await expect(upgrade(client)).resolves.toMatchObject({ id: '1s2' });
    const basic = `Basic ${Buffer.from(`${KEYS.accessKey}:${KEYS.secretKey}`).toString('base64')}`;
    expect(seen[0]).toMatchObject({ accept: 'application/json', 'user-agent': 'drover', authorization: basic });
    expect(seen[0]).not.toHaveProperty('content-type');
    expect(seen[1]).toMatchObject({ 'content-type': 'application/json', connection: 'close' });
  });
});

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
