import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import { until } from './patiently';
import { RancherFront } from './rancher-front';

const UPGRADE = '/v2-beta/projects/1a5/services/1s2/?action=upgrade';

describe('the front before Rancher', () => {
  let rancher: Server;
  let front: RancherFront;
  const seen: string[] = [];
  beforeEach(async () => {
    seen.length = 0;
    rancher = createServer((request, response) => {
      request.resume().on('end', () => {
        seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
        response.writeHead(202).end('taken');
      });
    });
    await once(rancher.listen(0, '127.0.0.1'), 'listening');
    front = await RancherFront.start(`http://127.0.0.1:${(rancher.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    await front.shut();
    rancher.closeAllConnections();
    rancher.close();
  });

  const post = async (): Promise<string> =>
    (await fetch(`${front.url}${UPGRADE}`, { method: 'POST', body: '{}' })).text();

  test('lets everything pass, and knows the actions by service, action and status', async () => {
    expect(await post()).toBe('taken');
    expect(await (await fetch(`${front.url}/v2-beta/projects`)).text()).toBe('taken');
    expect(seen).toEqual([`POST ${UPGRADE}`, 'GET /v2-beta/projects']);
    expect(front.passed).toMatchObject([{ service: '1s2', action: 'upgrade', status: 202 }]);
  });

  test('holds a request back before Rancher has it', async () => {
    front.intercept({ service: '1s2', action: 'upgrade', moment: 'sent', run: async () => void seen.push('held') });
    await post();
    expect(seen).toEqual(['held', `POST ${UPGRADE}`]);
  });

  test('holds an answer back after Rancher has acted; once, and only the one that was meant', async () => {
    const run = async (): Promise<void> => void seen.push('held');
    front.intercept({ service: '1s2', action: 'upgrade', moment: 'answered', run });
    front.intercept({ service: '1s9', action: 'upgrade', moment: 'sent', run });
    front.intercept({ service: '1s2', action: 'rollback', moment: 'sent', run });
    await post();
    await post();
    expect(seen).toEqual([`POST ${UPGRADE}`, 'held', `POST ${UPGRADE}`]);
  });

  test('holds the lookup of a stack back, once', async () => {
    front.interceptLookup('shop', async () => void seen.push('held'));
    const ask = async (name: string): Promise<unknown> =>
      (await fetch(`${front.url}/v2-beta/projects/1a5/stacks?limit=5&name=${name}`)).text();
    for (const name of ['other', 'shop', 'shop']) await ask(name);
    expect(seen.map((line) => line.replace(/.*name=/, ''))).toEqual(['other', 'held', 'shop', 'shop']);
  });

  test('what was sent reaches Rancher although its sender is gone', async () => {
    const socket = connect(Number(new URL(front.url).port), '127.0.0.1');
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    front.intercept({ service: '1s2', action: 'upgrade', moment: 'sent', run: () => held });
    socket.write(`POST ${UPGRADE} HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}`);
    await until('it was seen', () => front.passed.length === 1);
    socket.resetAndDestroy();
    await once(socket, 'close');
    letGo();
    await until('it arrives', () => seen.length === 1);
    expect(seen).toEqual([`POST ${UPGRADE}`]);
  });

  test('shut, it refuses; opened again, it is on the same port', async () => {
    const { url } = front;
    await front.shut();
    await expect(post()).rejects.toThrow(/fetch failed/);
    await front.open();
    expect(front.url).toBe(url);
    expect(await post()).toBe('taken');
  });
});
