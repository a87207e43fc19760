import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { readEventFrame } from '../../rancher/event-frame';
import type { ContainerFacts, EventFrame, ServiceFacts } from '../../rancher/event-frame';
import { openEventSocket } from '../../rancher/event-socket';
import type { EventSocketOptions } from '../../rancher/event-socket';
import { EventStream } from '../../rancher/event-stream';
import type { EventStreamOptions } from '../../rancher/event-stream';
import { RancherClient } from '../../rancher/rancher-client';
import type { Simulator } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/simulator';
import { call, OWNER, smallWorld, upgrade, WEB } from '../simulator/rancher-api';
import { waitFor } from '../worker/wait-for';

const SERVICE = {
  id: '1s2',
  baseType: 'service',
  type: 'service',
  accountId: '1a5',
  state: 'upgrading',
  transitioning: 'yes',
  transitioningMessage: 'words',
  healthState: 'degraded',
  removed: null,
};
const frameOf = (resource: unknown): string =>
  JSON.stringify({ name: 'resource.change', resourceType: 'x', data: { resource } });
const PING = JSON.stringify({ name: 'ping', data: { options: {}, resources: [] } });

/** Everything that a stream told, in order. */
class Told {
  readonly ups: number[] = [];
  readonly downs: string[] = [];
  readonly services: ServiceFacts[] = [];
  readonly containers: ContainerFacts[] = [];
  readonly kinds: EventFrame['kind'][] = [];
  readonly listener = {
    up: () => void this.ups.push(this.downs.length),
    down: (why: string) => void this.downs.push(why),
    service: (service: ServiceFacts) => void this.services.push(service),
    container: (container: ContainerFacts) => void this.containers.push(container),
    counted: (kind: EventFrame['kind']) => void this.kinds.push(kind),
  };
}

/** A peer that does as it is told, on loopback. */
class Peer {
  readonly sockets: WebSocket[] = [];
  readonly authorisations: string[] = [];
  readonly paths: string[] = [];
  refuse: number | null = null;
  readonly #server: http.Server;
  readonly #upgraded = new Set<{ destroy(): void }>();

  private constructor(onOpen: (socket: WebSocket, index: number) => void, autoPong: boolean) {
    const wss = new WebSocketServer({ noServer: true, autoPong });
    this.#server = http.createServer();
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) => {
      this.authorisations.push(request.headers.authorization ?? '');
      this.paths.push(request.url ?? '');
      this.#upgraded.add(socket);
      if (this.refuse !== null) return void socket.end(`HTTP/1.1 ${this.refuse} No\r\nContent-Length: 0\r\n\r\n`);
      wss.handleUpgrade(request, socket, head, (opened) => {
        opened.on('error', () => undefined);
        this.sockets.push(opened);
        onOpen(opened, this.sockets.length - 1);
      });
    });
  }

  static async start(
    onOpen: (socket: WebSocket, index: number) => void = () => undefined,
    autoPong = true,
  ): Promise<Peer> {
    const peer = new Peer(onOpen, autoPong);
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const open: (EventStream | Peer)[] = [];
afterEach(async () => {
  // Streams first: they would come back.
  for (const one of open.filter((each) => each instanceof EventStream)) one.close();
  for (const one of open.splice(0)) await one.close();
});

async function peerWith(...settings: Parameters<typeof Peer.start>): Promise<Peer> {
  const peer = await Peer.start(...settings);
  open.push(peer);
  return peer;
}

function streamTo(
  url: string,
  told: Pick<EventStreamOptions, 'listener'>,
  more: Partial<EventSocketOptions> = {},
  pauses: { firstPauseMillis?: number; widestPauseMillis?: number; random?: () => number } = {
    firstPauseMillis: 5,
    widestPauseMillis: 20,
  },
): EventStream {
  const stream = new EventStream({
    open: (listener) =>
      openEventSocket(
        {
          url: `${url.replace('http', 'ws')}/subscribe`,
          ...{ headers: {}, agent: new http.Agent(), projectId: '1a5', handshakeMillis: 2_000, redact: (text) => text },
          ...more,
        },
        listener,
      ),
    listener: told.listener,
    ...pauses,
  });
  open.push(stream);
  return stream;
}

describe('a frame', () => {
  const recorded = JSON.parse(
    readFileSync(join(__dirname, '..', 'contract', 'recordings', '24-websocket-v2.json'), 'utf8'),
  ) as { frames: { frame: unknown }[] };

  test('as a real Rancher sent it: services, containers with their versions, the ping, and nothing that is not understood', () => {
    const frames = recorded.frames.map(({ frame }) => readEventFrame(JSON.stringify(frame), '1a7'));
    const states = frames.flatMap((frame) => (frame.kind === 'service' ? [frame.service.state] : []));
    expect(states[0]).toBe('activating');
    expect(states.at(-1)).toBe('active');
    expect(frames.filter(({ kind }) => kind === 'container')).toHaveLength(8);
    expect(frames.filter(({ kind }) => kind === 'ping')).toHaveLength(1);
    expect(frames.filter(({ kind }) => kind === 'unread')).toEqual([]);
  });

  test('of a container, as recorded: whose it is and of which version; a removed one does not tell whose it was', () => {
    const labels = { 'io.rancher.service.launch.config': 'io.rancher.service.primary.launch.config' };
    const container = { baseType: 'instance', type: 'container', accountId: '1a7', healthState: null, labels };
    const started = { ...container, id: '1i331', state: 'running', serviceIds: ['1s100'], version: '70a5e78e-d3d8' };
    expect(readEventFrame(frameOf({ ...started, removed: null }), '1a7')).toEqual({
      kind: 'container',
      container: {
        containerId: '1i331',
        serviceIds: ['1s100'],
        state: 'running',
        healthState: null,
        config: 'io.rancher.service.primary.launch.config',
        version: '70a5e78e-d3d8',
        removed: false,
      },
    });
    const removed = { ...container, id: '1i330', state: 'removed', serviceIds: null, removed: '2026-11-23T13:06:18Z' };
    expect(readEventFrame(frameOf(removed), '1a7')).toMatchObject({
      container: { containerId: '1i330', serviceIds: [], removed: true },
    });
  });

  test.each([
    ['no JSON', 'frame', 'unread'],
    ['null', 'null', 'unread'],
    ['a list', '[]', 'unread'],
    ['without a name', '{"data":{}}', 'unread'],
    ['of another name', '{"name":"config.update","data":null}', 'other'],
    ['without a resource', '{"name":"resource.change"}', 'other'],
    ['a resource that is a text', frameOf('text'), 'other'],
    ['of a stack', frameOf({ ...SERVICE, baseType: 'environment', type: 'stack' }), 'other'],
    ['of another project', frameOf({ ...SERVICE, accountId: '1a6' }), 'other'],
    ['a service without a state', frameOf({ ...SERVICE, state: 7 }), 'unread'],
    ['a service with an id that is a path', frameOf({ ...SERVICE, id: '../1s2' }), 'unread'],
    ['a load balancer', frameOf({ ...SERVICE, type: 'loadBalancerService' }), 'service'],
    [
      'a service with odd fields',
      frameOf({ ...SERVICE, transitioning: 3, transitioningMessage: {}, healthState: [] }),
      'service',
    ],
    [
      'a container with odd fields',
      frameOf({ id: '1i1', type: 'container', state: 'running', serviceIds: 3, labels: [] }),
      'container',
    ],
  ])('%s', (_, content, kind) => {
    expect(readEventFrame(content, '1a5').kind).toBe(kind);
  });
});

describe('a stream', () => {
  test('tells what came, and goes on after what cannot be read', async () => {
    const told = new Told();
    const peer = await peerWith((socket) => {
      for (const text of ['frame', '{"name":3}', frameOf({ ...SERVICE, state: null }), PING]) socket.send(text);
      socket.send(Buffer.from([0, 1, 2]));
      socket.send(frameOf(SERVICE));
    });
    streamTo(peer.url, told);
    await waitFor('the service', () => told.services.length === 1);
    expect(told.kinds).toEqual(['unread', 'unread', 'unread', 'ping', 'unread', 'service']);
    expect(told.services[0]).toEqual({
      serviceId: '1s2',
      state: 'upgrading',
      transitioning: 'yes',
      message: 'words',
      healthState: 'degraded',
      removed: false,
    });
    expect([told.ups.length, told.downs]).toEqual([1, []]);
  });

  test('comes back when it is cut, and says of each attempt why it failed', async () => {
    const told = new Told();
    const peer = await peerWith((socket) => socket.send(PING));
    streamTo(peer.url, told);
    await waitFor('it to be up', () => told.ups.length === 1 && told.kinds.length === 1);
    peer.refuse = 503;
    peer.sockets[0]?.terminate();
    await waitFor('some attempts', () => peer.paths.length >= 4);
    await waitFor('what they brought', () => told.downs.length >= 3);
    const [cut, ...refused] = told.downs;
    expect([cut, new Set(refused)]).toEqual(['it was closed (1006)', new Set([expect.stringContaining('503')])]);
    peer.refuse = null;
    await waitFor('it to be up again', () => told.ups.length === 2);
  });

  test('a peer that says nothing any more is given up, pings or not; one that only pings lives', async () => {
    const told = new Told();
    const peer = await peerWith((socket, index) => {
      socket.send(PING);
      if (index < 2) return;
      const pinging = setInterval(() => socket.send(PING), 20);
      socket.on('close', () => clearInterval(pinging));
    });
    streamTo(peer.url, told, { silenceMillis: 200 });
    await waitFor('the third connection', () => told.ups.length === 3);
    expect(told.downs).toEqual(['nothing came for 0 s', 'nothing came for 0 s']);
    const seen = told.kinds.length;
    await waitFor('many pings', () => told.kinds.length >= seen + 20);
    expect(peer.sockets).toHaveLength(3);
  });

  test('a peer that does not answer a ping is given up before the silence is over', async () => {
    const told = new Told();
    const peer = await peerWith((socket) => socket.send(PING), false);
    streamTo(peer.url, told, { silenceMillis: 400 }, { firstPauseMillis: 60_000 });
    const [answers, asked] = [new Told(), await peerWith((socket) => socket.send(PING))];
    streamTo(asked.url, answers, { silenceMillis: 400 }, { firstPauseMillis: 60_000 });
    await waitFor('the one without an answer', () => told.downs.length === 1);
    expect(answers.downs).toEqual([]);
    await waitFor('the other one', () => answers.downs.length === 1);
  });

  test('one that opens and brings nothing counts as up only once; then it has to bring a frame', async () => {
    const told = new Told();
    const peer = await peerWith((socket, index) => {
      if (index < 3) socket.terminate();
      else socket.send(PING);
    });
    streamTo(peer.url, told);
    await waitFor('the frame', () => told.kinds.length === 1);
    expect(told.ups).toEqual([0, 3]);
    expect(told.downs).toHaveLength(3);
  });

  test('a frame that is too large ends the connection, not the stream', async () => {
    const told = new Told();
    const peer = await peerWith((socket, index) => socket.send(index === 0 ? 'x'.repeat(5_000) : PING));
    streamTo(peer.url, told, { maxFrameBytes: 4_096 });
    await waitFor('the second connection', () => told.kinds.includes('ping'));
    expect(told.downs).toEqual(['Max payload size exceeded']);
  });

  test('no listener throws out of it', async () => {
    const peer = await peerWith((socket) => {
      socket.send(frameOf(SERVICE));
      socket.send(PING);
    });
    let calls = 0;
    const fail = (): never => {
      calls += 1;
      throw new Error('listener');
    };
    const listener = { up: fail, down: fail, service: fail, container: fail, counted: fail };
    const stream = streamTo(peer.url, { listener });
    await waitFor('all of them', () => calls >= 4);
    peer.sockets[0]?.terminate();
    await waitFor('the second connection', () => peer.sockets.length === 2);
    expect(stream.isUp).toBe(true);
  });

  test('pauses double up to the widest, with jitter; one after 401, 403 and 404 is the widest at once', () => {
    jest.useFakeTimers();
    try {
      let end: (why: string, status: number | null) => void = () => undefined;
      let attempts = 0;
      const statuses = [null, null, 503, 401, null];
      const stream = new EventStream({
        open: (listener) => {
          attempts += 1;
          end = listener.closed;
          return { close: () => undefined };
        },
        listener: new Told().listener,
        random: () => 0.5,
      });
      open.push(stream);
      const pauses = statuses.map((status) => {
        const before = attempts;
        end('why', status);
        let waited = 0;
        for (; attempts === before; waited += 250) jest.advanceTimersByTime(250);
        return waited;
      });
      expect(pauses).toEqual([750, 1_500, 3_000, 45_000, 12_000]);
      for (let more = 0; more < 3; more += 1) {
        end('why', null);
        jest.advanceTimersByTime(60_000);
      }
      const before = attempts;
      end('why', null);
      jest.advanceTimersByTime(44_750);
      expect(attempts).toBe(before);
      jest.advanceTimersByTime(250);
      expect(attempts).toBe(before + 1);
    } finally {
      jest.useRealTimers();
    }
  });

  test('reads the keys anew each time, and a failure to read them is one of the stream', async () => {
    const told = new Told();
    const peer = await peerWith((socket) => socket.send(PING));
    const secrets = ['first-secret', null, 'second-secret'];
    const stream = new EventStream({
      open: (listener) => {
        const secretKey = secrets.length > 1 ? secrets.shift() : secrets[0];
        if (secretKey === null || secretKey === undefined) throw new Error('the file does not exist');
        return new RancherClient({ url: peer.url, accessKey: 'access', secretKey }).openEvents('1a5', listener);
      },
      listener: told.listener,
      firstPauseMillis: 5,
    });
    open.push(stream);
    await waitFor('it to be up', () => told.kinds.length === 1);
    peer.sockets[0]?.terminate();
    await waitFor('it to be up again', () => told.kinds.length === 2);
    expect(peer.authorisations.map((one) => Buffer.from(one.slice(6), 'base64').toString())).toEqual([
      'access:first-secret',
      'access:second-secret',
    ]);
    expect(peer.paths[0]).toBe('/v2-beta/projects/1a5/subscribe?eventNames=resource.change');
  });
});

/** Cuts all streams that are open, by a request that is planned to. */
async function cut({ url, world }: Simulator): Promise<void> {
  world.planFaults({ seed: 'cut', rate: 0, refusalRate: 0, cutRate: 1 });
  await call(url, 'GET', WEB);
  world.planFaults(null);
}

describe("the simulated Rancher's stream", () => {
  test('tells an upgrade with its containers, comes back when streams are cut, and says 401 without the key', async () => {
    const simulator = await startSimulator({ speed: 20, seed: smallWorld() });
    const told = new Told();
    let secretKey = OWNER.secretKey;
    let refusals = 0;
    const stream = new EventStream({
      open: (listener) =>
        new RancherClient({
          ...{ url: simulator.url, accessKey: OWNER.accessKey, secretKey },
          onRefusedKey: () => {
            refusals += 1;
            return false;
          },
        }).openEvents('1a5', listener),
      listener: told.listener,
      firstPauseMillis: 5,
      widestPauseMillis: 5,
    });
    open.push(stream);
    try {
      await waitFor('it to be up', () => stream.isUp);
      await upgrade(simulator.url, 'docker:example/web:2');
      await waitFor('the end of the upgrade', () => told.services.some(({ state }) => state === 'upgraded'));
      const old = told.containers.filter(({ state, version }) => state === 'stopped' && version === '0');
      const started = told.containers.filter(({ state, version }) => state === 'running' && version !== '0');
      expect([old.length > 0, started.length > 0]).toEqual([true, true]);
      expect(new Set(started.map(({ config }) => config))).toEqual(
        new Set(['io.rancher.service.primary.launch.config']),
      );

      await cut(simulator);
      await waitFor('it to be up again', () => told.ups.length === 2);

      secretKey = 'another-secret';
      await cut(simulator);
      await waitFor('a refusal', () => refusals > 0);
      expect(stream.isUp).toBe(false);
      expect(told.downs.join()).not.toContain(OWNER.secretKey);
    } finally {
      stream.close();
      await simulator.close();
    }
  });
});
