import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawCheck } from '../../activities/gates/send-probe';
import { runProgram } from '../../activities/gates/run-program';
import { sendProbe } from '../../activities/gates/send-probe';

const NAMES = { environment: 'prod', stack: 'storefront', service: 'web' };
const NEVER = new AbortController().signal;

describe('an HTTP gate', () => {
  let server: Server;
  let answer: RequestListener = (_request, response) => void response.end();
  const seen: { url: string | undefined; token: string | string[] | undefined }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push({ url: request.url, token: request.headers['x-token'] });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = (change: object = {}, timeoutMillis = 2_000): Promise<RawCheck> => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/{stack}/{service}/health`;
    return sendProbe(
      { kind: 'http', url, status: 200, contains: undefined, headers: {}, ...change },
      NAMES,
      timeoutMillis,
      NEVER,
    );
  };

  test('passes on the expected status, asks where it was told, with its headers', async () => {
    answer = (_request, response) => void response.end('fine');
    seen.length = 0;
    expect(await ask({ headers: { 'x-token': 'canary' } })).toEqual({ passed: true, why: 'answered 200', said: '' });
    expect(seen).toEqual([{ url: '/storefront/web/health', token: 'canary' }]);
  });

  test('does not pass on another status, and says which', async () => {
    answer = (_request, response) => void response.writeHead(503).end('canary');
    expect(await ask()).toEqual({ passed: false, why: 'answered 503, expected 200', said: '' });
  });

  test('does not follow a redirect: it is an answer', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    expect((await ask()).why).toBe('answered 302, expected 200');
    expect((await ask({ status: 302 })).passed).toBe(true);
  });

  test('holds the body against the expected text, and repeats none of it', async () => {
    answer = (_request, response) => void response.end('{"status":"ok","token":"canary"}');
    expect(await ask({ contains: '"ok"' })).toMatchObject({ passed: true });
    const other = await ask({ contains: '"good"' });
    expect(other).toMatchObject({ passed: false, why: 'answered 200, but its body does not hold the expected text' });
    expect(JSON.stringify(other)).not.toContain('canary');
  });

  test('does not wait longer than its limit, nor read a body without end', async () => {
    answer = () => undefined;
    expect((await ask({}, 200)).why).toBe('no answer within 200 ms');
    answer = (_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };
    expect((await ask({ contains: 'y' })).why).toContain('does not hold');
  });

  test('names what keeps it from being asked', async () => {
    expect((await ask({ url: 'http://127.0.0.1:1/' })).why).toBe(
      'no answer: the port is one that HTTP clients refuse to ask',
    );
  });
});

describe('a program as a gate', () => {
  const run = (script: string, timeoutMillis = 5_000, ...args: string[]): Promise<RawCheck> =>
    runProgram({ kind: 'exec', command: ['sh', '-c', script, 'gate', ...args] }, NAMES, timeoutMillis, NEVER);

  test('passes with exit code 0', async () => {
    expect(await run('exit 0')).toEqual({ passed: true, why: 'exit code 0', said: '' });
  });

  test('does not pass with another one, and tells its last line', async () => {
    expect(await run('echo first; echo "cart is empty" >&2; exit 3')).toEqual({
      passed: false,
      why: 'exit code 3',
      said: 'cart is empty',
    });
  });

  test('knows what it checks, by its variables and by its arguments, which no shell reads', async () => {
    const script = 'test "$DROVER_STACK/$DROVER_SERVICE@$DROVER_ENVIRONMENT $1" = "storefront/web@prod a;b web"';
    expect((await run(script, 5_000, 'a;b {service}')).passed).toBe(true);
  });

  test('is given none of the worker’s secrets', async () => {
    process.env['RANCHER_SECRET_KEY'] = 'canary';
    try {
      expect((await run('test -z "$RANCHER_SECRET_KEY"')).passed).toBe(true);
    } finally {
      delete process.env['RANCHER_SECRET_KEY'];
    }
  });

  test('is killed with all that it started when its time is over', async () => {
    const check = await run('sleep 60 & echo $!; wait', 300);
    expect(check).toMatchObject({ passed: false, why: 'it did not end within 300 ms' });
    // Killed ones are gone, or about to be reaped: never running.
    expect(() => process.kill(-Number(check.said), 0)).toThrow(/ESRCH/);
  });

  test('does not wait for what it left behind in a session of its own', async () => {
    expect(await run('setsid sleep 20 & exit 0', 5_000)).toMatchObject({ passed: true, why: 'exit code 0' });
  });

  test('that cannot be run is told as such', async () => {
    const command = ['/does/not/exist'] as const;
    expect(await runProgram({ kind: 'exec', command: [...command] }, NAMES, 1_000, NEVER)).toMatchObject({
      passed: false,
      why: 'it cannot be run (ENOENT)',
    });
  });
});
