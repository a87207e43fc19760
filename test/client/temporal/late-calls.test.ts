import { connect as connectTo, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { DroverClient } from '../../../client/drover-client';
import { temporalAddress } from '../../support/temporal-cli';

describe('a connection that is closed while a call waits for its next attempt', () => {
  let proxy: Server;
  const sockets = new Set<Socket>();
  const cutOff = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  beforeAll(async () => {
    const [host, port] = temporalAddress().split(':');
    proxy = createServer((socket) => {
      const onwards = connectTo(Number(port), host);
      for (const one of [socket, onwards]) sockets.add(one.on('error', () => undefined));
      socket.pipe(onwards).pipe(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    cutOff();
    proxy.close();
  });

  test('the call fails, and nothing is thrown where nobody can catch it', async () => {
    const { port } = proxy.address() as AddressInfo;
    const client = await DroverClient.connect({ address: `127.0.0.1:${port}`, env: {} });
    proxy.close();
    cutOff();
    const listing = client.list().then(
      () => 'answered',
      () => 'failed',
    );
    // The first attempt fails at once; the SDK makes the next one a tenth of a second later at the soonest.
    await delay(50);
    await client.close();
    await expect(listing).resolves.toBe('failed');
  });
});
