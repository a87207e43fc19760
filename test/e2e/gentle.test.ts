import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { Command, STACK } from './command';

const LIMIT_MILLIS = 180_000;
const CONCURRENT = 3;
const NAMES = Array.from({ length: 20 }, (_, index) => `service-${index + 1}`);

/** Counts what passes on its way to Rancher, and holds each read for a moment, as a Rancher would that has other work as well. */
class CountingFront {
  static readonly HELD_MILLIS = 10;
  readonly paths: string[] = [];
  readsUnderWay = 0;
  mostReads = 0;
  readonly #server: http.Server;
  readonly #streams = new Set<net.Socket>();

  private constructor(rancherUrl: string) {
    const { hostname, port } = new URL(rancherUrl);
    this.#server = http.createServer((request, response) => {
      const { method = '', url = '' } = request;
      const isRead = method === 'GET';
      this.paths.push(`${method} ${url}`);
      if (isRead) this.mostReads = Math.max(this.mostReads, (this.readsUnderWay += 1));
      const pass = (): void => {
        const headers = request.headers;
        const behind = http.request({ hostname, port, method, path: url, headers }, (answer) => {
          if (isRead) this.readsUnderWay -= 1;
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        behind.on('error', () => response.destroy());
        request.pipe(behind);
      };
      if (isRead) setTimeout(pass, CountingFront.HELD_MILLIS);
      else pass();
    });
    // The event stream, which is no read: it stays open.
    this.#server.on('upgrade', (request: http.IncomingMessage, socket: net.Socket) => {
      const behind = net.connect(Number(port), hostname, () => {
        const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
        behind.write(`GET ${request.url ?? ''} HTTP/1.1\r\n${headers.join('')}\r\n`);
        socket.pipe(behind).pipe(socket);
      });
      for (const one of [socket, behind]) {
        this.#streams.add(one);
        one.on('error', () => undefined).on('close', () => this.#streams.delete(one));
      }
    });
  }

  static async start(rancherUrl: string): Promise<CountingFront> {
    const front = new CountingFront(rancherUrl);
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    for (const one of this.#streams) one.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let front: CountingFront;
let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({
    seed: seedOf(...NAMES.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:1` } }))),
    speed: 10,
    // Twenty at once on a machine that is busy: what is proven here is not how fast they are.
    policy: { requestTimeout: '10s', stallLimit: '60s', finishLimit: '60s' },
    extraYaml: `rancher: { requests: { concurrent: ${CONCURRENT} } }\n`,
    front: async (rancherUrl) => {
      front = await CountingFront.start(rancherUrl);
      return front.url;
    },
  });
}, LIMIT_MILLIS);
afterAll(async () => {
  await stack.close();
  await front.close();
});

test('twenty deployments at once: all succeed, no more reads are under way than allowed, and the environment is looked up once', async () => {
  const handles = await Promise.all(
    NAMES.map((service) =>
      stack.client.upgrade({
        ...{ environment: stack.alias, stack: STACK, service },
        image: new Command(stack, service).image(2),
      }),
    ),
  );
  const verdicts = await Promise.all(handles.map(async (handle) => (await handle.result()).verdict));
  expect(verdicts).toEqual(NAMES.map(() => 'succeeded'));
  expect(front.mostReads).toBe(CONCURRENT);
  for (const name of NAMES) expect(await stack.actions(name)).toEqual(['upgrade', 'finishupgrade']);
  expect(front.paths.filter((path) => path.startsWith('GET /v2-beta/projects?'))).toHaveLength(1);
  // They look the same stack up: whoever asks while another one does shares the next one.
  const ofStack = front.paths.filter((path) => /\/stacks\?/.test(path)).length;
  expect(ofStack).toBeLessThan(NAMES.length);
}, 120_000);
