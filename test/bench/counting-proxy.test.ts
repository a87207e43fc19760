import { WebSocket } from 'ws';
import { byKind, CountingProxy, kindOf } from '../../bench/counting-proxy';
import type { Simulator } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/simulator';
import { seedOf } from '../support/seeds';

describe('the counting proxy of a benchmark', () => {
  let [simulator, proxy]: [Simulator | undefined, CountingProxy | undefined] = [undefined, undefined];
  const authorization = `Basic ${Buffer.from('ACCESS:SECRET').toString('base64')}`;
  const running = (): CountingProxy => proxy ?? fail();
  const fail = (): never => {
    throw new Error('it did not start');
  };

  beforeAll(async () => {
    simulator = await startSimulator({
      seed: seedOf({ name: 'web', launchConfig: { imageUuid: 'docker:example/web:1' } }),
    });
    proxy = await CountingProxy.start();
    proxy.target = simulator.url;
  });
  afterAll(async () => {
    await proxy?.close();
    await simulator?.close();
  });

  const get = async (path: string): Promise<Response> => {
    const response = await fetch(`${running().url}${path}`, { headers: { authorization, accept: 'application/json' } });
    await response.arrayBuffer();
    return response;
  };

  test('lets answers through as they are, and counts requests and bytes since the last reset', async () => {
    await get('/v2-beta/projects');
    running().reset();
    expect((await get('/v2-beta/projects/1a5/services?name=web')).status).toBe(200);
    expect((await get('/v2-beta/projects/1a5/services/1s99')).status).toBe(404);
    const { requests, bytesSent, bytesReceived } = running().traffic();
    expect(requests).toEqual([
      expect.objectContaining({ method: 'GET', path: '/v2-beta/projects/1a5/services?name=web', status: 200 }),
      expect.objectContaining({ method: 'GET', path: '/v2-beta/projects/1a5/services/1s99', status: 404 }),
    ]);
    expect(bytesSent).toBeGreaterThan(100);
    expect(bytesReceived).toBeGreaterThan(1000);
  });

  test('passes a websocket, and tells of it as one request', async () => {
    running().reset();
    const url = running().url.replace('http', 'ws');
    const socket = new WebSocket(`${url}/v2-beta/projects/1a5/subscribe?eventNames=resource.change`, {
      headers: { authorization },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    expect(running().openWebsockets).toBe(1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await closed;
    expect(running().traffic()).toMatchObject({ websockets: 1, requests: [expect.objectContaining({ status: 101 })] });
    expect(byKind(running().traffic().requests)).toEqual([['websocket', 1]]);
  });

  test.each([
    ['GET', '/v2-beta/projects/1a5/services?stackId=1st2&name=web', 200, 'GET /projects/…/services'],
    ['POST', '/v1/projects/1a5/services/1s2/?action=upgrade', 202, 'POST /projects/…/services/…?action=upgrade'],
    ['GET', '/v1/projects/1a5/environments/1e3/services', 200, 'GET /projects/…/environments/…/services'],
    ['GET', '/v1', 200, 'GET /'],
    ['GET', '/v2-beta/projects/1a5/subscribe', 101, 'websocket'],
  ])('%s %s is of the kind %s', (method, path, status, kind) => {
    expect(kindOf({ method, path, status })).toBe(kind);
  });
});
