import { RancherClient } from '../../../rancher/rancher-client';
import { EventStream } from '../../../rancher/event-stream';
import type { Simulator } from '../../../simulator/simulator';
import { startSimulator } from '../../../simulator/simulator';
import type { Nudge } from '../../../workflows/contract';
import { EnvironmentWatch } from '../../../worker/watch/environment-watch';
import type { StreamChange } from '../../../worker/watch/project-watch';
import { call, OWNER, smallWorld, upgrade, WEB } from '../../simulator/rancher-api';
import { waitFor } from '../wait-for';
import { follower, knownAs } from './watched';

const place = { projectId: '1a5', serviceId: '1s1' };
const active = knownAs({ state: 'active', transitioning: 'no', healthState: 'healthy' });

let simulator: Simulator;
let watch: EnvironmentWatch;
const sent: Nudge[] = [];
const changes: StreamChange['to'][] = [];

beforeEach(async () => {
  simulator = await startSimulator({ speed: 20, seed: smallWorld() });
  sent.length = changes.length = 0;
  const client = new RancherClient({ url: simulator.url, ...OWNER });
  watch = new EnvironmentWatch({
    client: () => client,
    send: (_, nudge) => {
      sent.push(nudge);
      return Promise.resolve('sent');
    },
    onChange: ({ to }) => void changes.push(to),
    tickMillis: 50,
    open: (projectId, listener) =>
      new EventStream({ open: (socket) => client.openEvents(projectId, socket), listener, firstPauseMillis: 50 }),
  });
});
afterEach(async () => {
  await watch.close();
  await simulator.close();
});

/** Cuts all streams that are open. @returns how many there were */
async function cut(): Promise<number> {
  const { url, world } = simulator;
  world.planFaults({ seed: 'cut', rate: 0, refusalRate: 0, cutRate: 1 });
  await call(url, 'GET', WEB);
  const { cutStreams } = world.faultCounts();
  world.planFaults(null);
  return cutStreams;
}

async function followed(): Promise<void> {
  await waitFor('the stream', () => watch.follow(place, follower('deploy')));
}

test('an upgrade wakes its deployment by each of its states once', async () => {
  await followed();
  watch.told(place, active, null);
  await upgrade(simulator.url, 'docker:example/web:2');
  const { launchConfig } = (await call(simulator.url, 'GET', WEB)).body as { launchConfig: { version: string } };
  watch.told(place, knownAs(), [{ config: 'io.rancher.service.primary.launch.config', version: launchConfig.version }]);
  await waitFor('the end', () => sent.some(({ state }) => state === 'upgraded'));
  expect(sent.filter(({ saw, state }) => saw === 'state' && state === 'upgraded')).toHaveLength(1);
  // They come together, or the containers just before.
  expect(sent.filter(({ saw }) => saw === 'nearly-done').length).toBeLessThanOrEqual(1);
  expect(sent.filter(({ saw }) => saw === 'message')).toEqual([]);
});

test('however many follow, there is one stream', async () => {
  await followed();
  for (let index = 0; index < 100; index += 1)
    watch.follow({ projectId: '1a5', serviceId: `1s${index}` }, follower(`deploy ${index}`));
  expect(await cut()).toBe(1);
});

test('what happened while the stream was away is found by a read; where nothing did, nobody is woken', async () => {
  await followed();
  watch.told(place, active, null);
  await cut();
  await waitFor('it to be back', () => changes.length === 2);
  const reads = (): number => simulator.world.requests().filter(({ path }) => path.endsWith('/services/1s1')).length;
  await waitFor('the read', () => reads() === 2);
  expect(sent).toEqual([]);

  simulator.world.addFault({ pathIncludes: '/subscribe', effect: { kind: 'reset-before' } });
  await cut();
  await simulator.world.act({ project: 'prod', stack: 'shop', service: 'web', action: 'deactivate' });
  await waitFor('the change', () => sent.some(({ state }) => state === 'inactive'));
  expect(sent.filter(({ saw }) => saw !== 'state')).toEqual([]);
});
