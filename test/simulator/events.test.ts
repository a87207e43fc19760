import WebSocket from 'ws';
import { startSimulator, type Simulator } from '../../simulator/simulator';
import { OWNER, smallWorld, until, untilState, upgrade } from './rancher-api';

interface Frame {
  name: string;
  resourceType: string | null;
  data: { resource?: { id: string; state: string } };
}

describe('events of the simulated Rancher', () => {
  let simulator: Simulator;
  const subscribe = (options: { auth?: string } = {}): WebSocket =>
    new WebSocket(
      `${simulator.url.replace('http', 'ws')}/v2-beta/projects/1a5/subscribe?eventNames=resource.change`,
      options,
    );
  const auth = `${OWNER.accessKey}:${OWNER.secretKey}`;

  beforeEach(async () => {
    simulator = await startSimulator({ speed: 20, seed: smallWorld() });
  });
  afterEach(() => simulator.close());

  it('tell of services, containers and logs, and ping in between', async () => {
    const frames: Frame[] = [];
    const socket = subscribe({ auth });
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
    await new Promise((resolve) => socket.once('open', resolve));
    await upgrade(simulator.url, 'docker:example/web:2');
    await untilState(simulator, 'upgraded');
    await until(
      () => frames.filter(({ resourceType }) => resourceType === 'service').at(-1)?.data.resource?.state,
      (state) => state === 'upgraded',
    );
    await until(
      () => frames.some(({ name }) => name === 'ping'),
      (pinged) => pinged,
    );
    expect(new Set(frames.map(({ resourceType }) => resourceType))).toEqual(
      new Set(['service', 'container', 'serviceLog', null]),
    );
    socket.terminate();
  });

  it('are refused without a key, and cut by a fault', async () => {
    const failure = (socket: WebSocket): Promise<string> =>
      new Promise((resolve) => socket.once('error', (error) => resolve(error.message)));
    expect(await failure(subscribe())).toContain('401');
    simulator.world.addFault({ pathIncludes: '/subscribe', effect: { kind: 'reset-before' } });
    expect(await failure(subscribe({ auth }))).toMatch(/hang up|ECONNRESET/);
  });
});
