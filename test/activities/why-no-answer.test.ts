import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { whyNoAnswer } from '../../activities/why-no-answer';
import { freePort } from '../../worker/temporal-server/ports';

const SECRET = 'canary-path-77';

async function whyNot(url: string, init: RequestInit = {}): Promise<string> {
  try {
    await fetch(`${url}/${SECRET}`, init);
  } catch (error) {
    return whyNoAnswer(error);
  }
  throw new Error('it was answered');
}

describe('why there is no answer', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request) => {
      if (request.url?.includes('hang') !== true) request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('a port on which nobody listens, on one address or on each of several', async () => {
    const port = String(await freePort('127.0.0.1'));
    expect(await whyNot(`http://127.0.0.1:${port}`)).toBe('connection refused (ECONNREFUSED)');
    expect(await whyNot(`http://localhost:${port}`)).toBe('connection refused (ECONNREFUSED)');
  });

  test('several addresses whose error has no code of its own', () => {
    const each = ['::1', '127.0.0.1'].map((host) =>
      Object.assign(new Error(`connect ECONNREFUSED ${host}:80`), { code: 'ECONNREFUSED' }),
    );
    const error = new TypeError('fetch failed', { cause: new AggregateError(each) });
    expect(whyNoAnswer(error)).toBe('connection refused (ECONNREFUSED)');
  });

  test('a port that no HTTP client asks', async () => {
    expect(await whyNot('http://127.0.0.1:1')).toBe('the port is one that HTTP clients refuse to ask');
  });

  test('a connection that is broken off, and one on which nothing comes', async () => {
    expect(await whyNot(url)).toMatch(/^connection reset \(\w+\)$/);
    expect(await whyNot(`${url}/hang`, { signal: AbortSignal.timeout(100) })).toBe('no answer in time');
  });

  test('a server without TLS where TLS is expected', async () => {
    expect(await whyNot(url.replace('http:', 'https:'))).toMatch(/TLS|^connection reset/);
  });

  test('anything else, of which nothing is repeated', () => {
    const texts = [
      new TypeError(`Failed to parse URL from http://user:${SECRET}@host`, {
        cause: Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: SECRET }),
      }),
      new Error(SECRET),
      Object.assign(new Error('x'), { code: SECRET, name: SECRET }),
      { message: SECRET },
      SECRET,
      null,
    ].map(whyNoAnswer);
    expect(texts).toEqual(['the address is none (ERR_INVALID_URL)', ...Array<string>(5).fill('unknown trouble')]);
  });

  test('errors that are caused by themselves come to an end', () => {
    const error = new Error(SECRET);
    error.cause = error;
    expect(whyNoAnswer(error)).toBe('unknown trouble');
  });
});
