import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import type { Outcome } from '../../rancher/outcomes';
import { RancherError } from '../../rancher/errors/rancher-error';
import { RancherClient } from '../../rancher/rancher-client';
import { aService, startServer, startTcp } from '../rancher/local-server';
import type { LocalServer } from '../rancher/local-server';
import { canary, CanarySearch } from '../e2e/canaries';
import { uncleanIn } from './clean-words';

const [ACCESS, SECRET] = [canary('the access key', true), canary('the secret key', true)];
const search = new CanarySearch([ACCESS, SECRET]);
const BASIC = Buffer.from(`${ACCESS.value}:${SECRET.value}`).toString('base64');
const SERVICE = JSON.stringify(aService());
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const plain = (body: string | Buffer, more = ''): Buffer =>
  Buffer.concat([Buffer.from(`${HEAD}${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);

const closers: (() => Promise<void> | void)[] = [];
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
beforeAll(() => void process.on('unhandledRejection', note).on('uncaughtException', note));
afterAll(async () => {
  for (const close of closers) await close();
  process.off('unhandledRejection', note).off('uncaughtException', note);
  expect(unhandled).toEqual([]);
});

function clientOf(url: string, requestTimeoutMillis: number): RancherClient {
  const keys = { accessKey: ACCESS.value, secretKey: SECRET.value };
  const client = new RancherClient({ url, ...keys, requestTimeoutMillis, maxBodyBytes: 1024 * 1024 });
  closers.push(() => client.close());
  return client;
}

async function tcp(answer: (socket: Socket) => void): Promise<LocalServer> {
  const server = await startTcp((socket) => socket.once('data', () => answer(socket)));
  closers.push(() => server.close());
  return server;
}

/** How a call ended: "read", or the outcome; the error shows no secret, however it is printed. */
async function endOf(call: Promise<unknown>): Promise<Outcome | 'read'> {
  try {
    await call;
    return 'read';
  } catch (error) {
    if (!(error instanceof RancherError)) throw error;
    expect(uncleanIn(error.message)).toEqual([]);
    for (let part: unknown = error; part instanceof Error; part = part.cause)
      expect(search.find('the error', `${part.message}\n${part.stack}\n${JSON.stringify(part)}`)).toEqual([]);
    return error.outcome;
  }
}

const drip = (socket: Socket, head: string, piece: string): void => {
  socket.write(head);
  const timer = setInterval(() => socket.write(piece), 20);
  socket.once('close', () => clearInterval(timer));
};
const flood = (socket: Socket, head: string, piece: string): void => {
  socket.write(head);
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
    if (!socket.destroyed) socket.once('drain', more);
  };
  more();
};
const send = (bytes: string | Buffer) => (socket: Socket) => void socket.end(bytes);

type Row = readonly [what: string, answer: (socket: Socket) => void, outcomes: readonly (Outcome | 'read')[]];
const ROWS: readonly Row[] = [
  ['a good one', send(plain(SERVICE)), ['read']],
  ['HTTP/0.9', send(SERVICE), ['not-rancher']],
  ['nothing at all', send(''), ['unknown-outcome']],
  ['a reset', (socket) => void socket.resetAndDestroy(), ['unknown-outcome']],
  ['a status line alone', send('HTTP/1.1 200 OK\r\n'), ['unknown-outcome']],
  ['status 999', send('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'), ['server-trouble']],
  ['status 000', send('HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n'), ['not-rancher', 'unknown-outcome']],
  ['status 99999999999', send('HTTP/1.1 99999999999 Odd\r\n\r\n'), ['not-rancher']],
  ['a status that is no number', send('HTTP/1.1 OK\r\n\r\n'), ['not-rancher']],
  [
    'a reason with terminal escapes',
    send(`HTTP/1.1 500 \u001b[2J\u0007\r\nContent-Length: 0\r\n\r\n`),
    ['server-trouble', 'not-rancher'],
  ],
  [
    '204 with a body',
    send(`HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n{"id":"x"`),
    ['not-rancher', 'unknown-outcome'],
  ],
  ['205 with a body', send(`HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\n{}`), ['not-rancher']],
  ['304 of a cache', send('HTTP/1.1 304 Not Modified\r\n\r\n'), ['not-rancher']],
  [
    '100 and then the answer',
    send(Buffer.concat([Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), plain(SERVICE)])),
    ['read'],
  ],
  [
    '103 without end',
    (socket) => drip(socket, '', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'),
    ['unknown-outcome'],
  ],
  [
    '101',
    send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello'),
    ['unknown-outcome', 'not-rancher'],
  ],
  ['headers without end', (socket) => flood(socket, HEAD, `X-More: ${'x'.repeat(1000)}\r\n`), ['not-rancher']],
  ['headers that drip', (socket) => drip(socket, HEAD, 'X-More: x\r\n'), ['unknown-outcome', 'not-rancher']],
  ['one header without end', (socket) => flood(socket, `${HEAD}X-More: `, 'x'.repeat(10_000)), ['not-rancher']],
  ['a body that drips', (socket) => drip(socket, `${HEAD}Content-Length: 100000\r\n\r\n`, ' '), ['unknown-outcome']],
  [
    'chunks that drip',
    (socket) => drip(socket, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
    ['unknown-outcome'],
  ],
  ['a body without end', (socket) => flood(socket, `${HEAD}\r\n`, ' '.repeat(10_000)), ['not-rancher']],
  [
    'chunks without end',
    (socket) => flood(socket, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, `2710\r\n${' '.repeat(10_000)}\r\n`),
    ['not-rancher'],
  ],
  [
    'chunks that are garbage',
    send(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`),
    ['unknown-outcome', 'not-rancher'],
  ],
  [
    'a chunk of a negative size',
    send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n-1\r\n{}`),
    ['unknown-outcome', 'not-rancher'],
  ],
  [
    'a huge chunk size',
    send(`${HEAD}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}`),
    ['unknown-outcome', 'not-rancher'],
  ],
  ['a Content-Length that is too long', send(`${HEAD}Content-Length: 999\r\n\r\n${SERVICE}`), ['unknown-outcome']],
  ['a Content-Length that is too short', send(`${HEAD}Content-Length: 9\r\n\r\n${SERVICE}`), ['not-rancher']],
  ['a Content-Length that is none', send(`${HEAD}Content-Length: many\r\n\r\n${SERVICE}`), ['not-rancher']],
  [
    'two lengths',
    send(`${HEAD}Content-Length: 9\r\nContent-Length: 8\r\n\r\n${SERVICE}`),
    ['not-rancher', 'unknown-outcome'],
  ],
  [
    'a length and chunks',
    send(`${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
    ['not-rancher', 'unknown-outcome'],
  ],
  [
    'a reset in the body',
    (socket) => socket.write(`${HEAD}Content-Length: 999\r\n\r\n{"id":`, () => socket.resetAndDestroy()),
    ['unknown-outcome'],
  ],
  ['gzip', send(plain(gzipSync(SERVICE), 'Content-Encoding: gzip\r\n')), ['read']],
  ['gzip that is none', send(plain(SERVICE, 'Content-Encoding: gzip\r\n')), ['unknown-outcome', 'not-rancher']],
  [
    'gzip that is cut',
    send(plain(gzipSync(SERVICE).subarray(0, 60), 'Content-Encoding: gzip\r\n')),
    ['unknown-outcome', 'not-rancher'],
  ],
  ['a gzip bomb', send(plain(gzipSync(' '.repeat(50_000_000)), 'Content-Encoding: gzip\r\n')), ['not-rancher']],
  [
    'a deflate bomb',
    send(plain(deflateSync(' '.repeat(50_000_000)), 'Content-Encoding: deflate\r\n')),
    ['not-rancher'],
  ],
  [
    'a brotli bomb',
    send(plain(brotliCompressSync(' '.repeat(50_000_000)), 'Content-Encoding: br\r\n')),
    ['not-rancher'],
  ],
  ['gzip twice', send(plain(gzipSync(gzipSync(SERVICE)), 'Content-Encoding: gzip, gzip\r\n')), ['not-rancher']],
  ['an encoding that nobody knows', send(plain(SERVICE, 'Content-Encoding: x-odd\r\n')), ['read', 'not-rancher']],
  [
    'UTF-16',
    send(plain(Buffer.from(SERVICE, 'utf16le'), 'Content-Type: application/json; charset=utf-16\r\n')),
    ['not-rancher'],
  ],
  ['a byte order mark', send(plain(`\ufeff${SERVICE}`)), ['read', 'not-rancher']],
  [
    'bytes that are no text',
    send(plain(Buffer.from(SERVICE.replace('web', '\u00ff\u00fe'), 'latin1'))),
    ['read', 'not-rancher'],
  ],
  ['NUL bytes', send(plain(`${SERVICE}\0\0\0`)), ['not-rancher']],
  ['100,000 nested lists', send(plain('['.repeat(100_000) + ']'.repeat(100_000))), ['not-rancher']],
  [
    '100,000 nested objects in the configuration',
    send(plain(SERVICE.replace('"docker:app:1"', '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)))),
    ['not-rancher'],
  ],
  [
    '250 nested lists in the configuration',
    send(plain(SERVICE.replace('"docker:app:1"', '['.repeat(250) + ']'.repeat(250)))),
    ['not-rancher'],
  ],
  ['cookies', send(plain(SERVICE, 'Set-Cookie: a=b\r\nSet-Cookie: token=x; Path=/; HttpOnly\r\n')), ['read']],
  ['an error with status 200', send(plain('{"type":"error","status":200}')), ['not-rancher']],
  [
    'an error that echoes the key',
    send(
      `HTTP/1.1 422 X\r\nContent-Type: application/json\r\n\r\n${JSON.stringify({ type: 'error', code: BASIC, message: SECRET.value, detail: `${'x'.repeat(490)}${SECRET.value}`, fieldName: ACCESS.value })}`,
    ),
    ['invalid'],
  ],
  [
    'a page that echoes the key',
    send(`HTTP/1.1 502 X\r\nContent-Type: text/html\r\n\r\n<title>${BASIC} ${'x'.repeat(170)} ${SECRET.value}</title>`),
    ['server-trouble'],
  ],
  [
    'an error of a megabyte',
    send(
      plain(JSON.stringify({ type: 'error', message: 'x'.repeat(900_000) }))
        .toString()
        .replace('200 OK', '422 X'),
    ),
    ['invalid'],
  ],
  [
    'an error with terminal escapes',
    send(
      'HTTP/1.1 422 X\r\nContent-Type: application/json\r\n\r\n{"type":"error","code":"\\u001b[2J","message":"\\r\\n\\u202eX","fieldName":"\\u0000"}',
    ),
    ['invalid'],
  ],
  [
    'Retry-After without end',
    send(`HTTP/1.1 429 X\r\nRetry-After: ${'9'.repeat(5000)}\r\nContent-Length: 0\r\n\r\n`),
    ['throttled'],
  ],
];

describe('a hostile server', () => {
  test.concurrent.each(ROWS)('%s', async (_, answer, outcomes) => {
    const server = await tcp(answer);
    const client = clientOf(server.url, 2000);
    const ends = await Promise.all([
      endOf(client.getService('1a5', '1s2')),
      endOf(client.act('1a5', '1s2', 'upgrade', { inServiceStrategy: {} })),
    ]);
    for (const end of ends) expect(outcomes).toContain(end);
  });

  test.concurrent.each<[string, (page: number) => string | null, 'read' | 'not-rancher', number]>([
    ['goes round in a circle', () => '?marker=1', 'not-rancher', 2],
    ['never comes', (page) => `?marker=${page}`, 'not-rancher', 200],
    ['leads to another host', (page) => (page < 3 ? `http://127.0.0.1:1/elsewhere?marker=${page}` : null), 'read', 3],
    ['is no URL', (page) => (page < 3 ? `http://[::${page}?marker=${page}` : null), 'read', 3],
  ])('a list whose next page %s', async (_, next, end, pages) => {
    const asked: string[] = [];
    const server = await startServer((request, response) => {
      asked.push(`${request.headers.host ?? ''}${(request.url ?? '').replace(/\?.*/, '')}`);
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ type: 'collection', data: [], pagination: { next: next(asked.length) } }));
    });
    closers.push(() => server.close());
    await expect(endOf(clientOf(server.url, 5000).listProjects())).resolves.toBe(end);
    expect(asked).toHaveLength(pages);
    expect(new Set(asked)).toEqual(new Set([`127.0.0.1:${server.port}/v2-beta/projects`]));
  });

  test('a list of large pages ends at twice the largest body', async () => {
    let page = 0;
    const server = await startServer((_, response) => {
      page += 1;
      const data = [{ ...aService(), state: 'removed', description: 'x'.repeat(900_000) }];
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ type: 'collection', data, pagination: { next: `?marker=${page}` } }));
    });
    closers.push(() => server.close());
    await expect(endOf(clientOf(server.url, 5000).listServices('1a5'))).resolves.toBe('not-rancher');
    expect(page).toBe(3);
  });
});

describe('redirects', () => {
  const targets: readonly (readonly [string, (other: LocalServer, path: string) => string])[] = [
    ['the same path on another host', (other, path) => `${other.url}${path}`],
    ['another path on another host', (other) => `${other.url}/login?token=x`],
    ['another host without a scheme', (other, path) => `//127.0.0.1:${other.port}${path}`],
    ['https', (other, path) => `https://127.0.0.1:${other.port}${path}`],
    ['a path', () => '/v2-beta/elsewhere'],
    ['the same again', (_, path) => path],
    [
      'credentials',
      (other, path) => `http://${ACCESS.value}:${SECRET.value}@127.0.0.1:${other.port}${path}?key=${SECRET.value}`,
    ],
    ['a host named as the key', (_, path) => `http://${SECRET.value}.example${path}`],
    ['a script', () => 'javascript:alert(1)'],
    ['no URL', () => 'http://['],
    ['nowhere', () => ''],
  ];
  test.concurrent.each([301, 302, 303, 307, 308])('%d: nothing follows, and the keys least of all', async (status) => {
    const seen: string[] = [];
    const other = await startTcp((socket) => socket.on('data', (data) => void seen.push(data.toString('latin1'))));
    closers.push(() => other.close());
    for (const [, locationOf] of targets) {
      const server = await startServer((request, response) => {
        const location = locationOf(other, request.url ?? '');
        response.writeHead(status, location === '' ? {} : { Location: location }).end();
      });
      closers.push(() => server.close());
      const client = clientOf(server.url, 2000);
      expect(await endOf(client.getService('1a5', '1s2'))).toBe('not-rancher');
      expect(await endOf(client.act('1a5', '1s2', 'rollback'))).toBe('not-rancher');
      expect(server.requests).toHaveLength(2);
    }
    expect(seen).toEqual([]);
  });
});
