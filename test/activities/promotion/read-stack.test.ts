import { MOST_SERVICES } from '../../../activities/read-stack';
import type { ServiceSeed, StackSeed } from '../../../simulator/world-seed';
import { STACK, TwoEnvironments } from './two-environments';

const CANARY = 'canary-c8ab6f10';
const environment = { PASSWORD: CANARY };
const service = (name: string, more: Partial<ServiceSeed> = {}): ServiceSeed => ({
  name,
  launchConfig: { imageUuid: `docker:example/${name}:1`, environment },
  metadata: { secret: CANARY },
  ...more,
});

let two: TwoEnvironments;
const start = async (...stacks: StackSeed[]): Promise<void> => {
  two = await TwoEnvironments.start([], stacks);
};
const read = (stack = STACK) => two.attempt((activities) => activities.readStack({ environment: 'prod', stack }));

afterEach(async () => {
  await two.close();
  expect(two.said.join('\n')).not.toContain(CANARY);
});

test('names, kinds, images by configuration, versions and scales, and that they are proven to run', async () => {
  await start({
    name: STACK,
    services: [
      service('web', {
        scale: 3,
        launchConfig: {
          imageUuid: 'docker:registry.example.com:5000/web:2',
          environment,
          labels: { 'io.drover.created': 'r1' },
        },
        secondaryLaunchConfigs: [
          { name: 'logger', imageUuid: 'docker:example/fluentd:1', environment },
          { name: 'init', imageUuid: 'docker:example/init:1', labels: { 'io.rancher.container.start_once': 'true' } },
        ],
        linkedServices: { database: '1s2' },
      }),
      service('db'),
      service('agent', {
        launchConfig: { imageUuid: 'docker:example/agent:1', labels: { 'io.rancher.scheduler.global': 'true' } },
      }),
      service('alias', { type: 'dnsService', launchConfig: {} }),
    ],
  });
  const { services, ...stack } = await read();
  expect(stack).toEqual({ exists: true });
  expect(services.map(({ name }) => name)).toEqual(['agent', 'alias', 'db', 'web']);
  const [agent, alias, db, web] = services;
  expect(web).toEqual({
    ...{ name: 'web', serviceId: '1s1', type: 'service', state: 'active', scale: 3, isGlobal: false },
    images: [
      { config: 'io.rancher.service.primary.launch.config', image: 'docker:registry.example.com:5000/web:2' },
      { config: 'logger', image: 'docker:example/fluentd:1' },
      { config: 'init', image: 'docker:example/init:1' },
    ],
    versions: ['io.rancher.service.primary.launch.config', 'logger', 'init'].map((config) => ({
      config,
      version: '0',
    })),
    ...{ isProven: true, unproven: [], links: ['database'], createdBy: 'r1' },
  });
  expect(db).toMatchObject({ images: [{ image: 'docker:example/db:1' }], isProven: true, createdBy: null });
  expect(agent).toMatchObject({ isGlobal: true, isProven: true });
  expect(alias).toMatchObject({ type: 'dnsService', images: [{ image: null }], scale: null });
});

test('what does not run, or is on its way to something else, is not proven, and why is told', async () => {
  await start({
    name: STACK,
    services: [
      service('idle', { startOnCreate: false }),
      service('pending', {
        state: 'upgraded',
        pendingLaunchConfig: { imageUuid: 'docker:example/pending:2', environment },
      }),
      service('crashing', { launchConfig: { imageUuid: 'docker:example/crashing:1', environment } }),
    ],
  });
  two.prod.world.addBehaviour({ image: 'docker:example/crashing:1', startFails: true });
  await two.prod.world.act({
    project: 'Production',
    stack: STACK,
    service: 'crashing',
    action: 'update',
    body: { scale: 2 },
  });
  const { services } = await read();
  const proven = services.map(({ name, isProven, unproven }) => [name, isProven, unproven[0]]);
  expect(proven).toEqual([
    ['crashing', false, 'the service is updating-active'],
    ['idle', false, 'the service is inactive'],
    ['pending', false, 'the service is upgraded'],
  ]);
  expect(services[2]).toMatchObject({ images: [{ image: 'docker:example/pending:2' }] });
});

test('a stack that is not there is no failure; one that is spelled otherwise is', async () => {
  await start({ name: STACK, services: [] });
  expect(await read('other')).toEqual({ exists: false, services: [] });
  expect(await read()).toEqual({ exists: true, services: [] });
  await expect(read('Storefront')).rejects.toMatchObject({
    type: 'NotFound',
    message: expect.stringContaining('it is spelled "storefront"'),
  });
});

test('services of other stacks and removed ones are left out', async () => {
  await start(
    { name: STACK, services: [service('web'), service('gone')] },
    { name: 'other', services: [service('web')] },
  );
  await two.prod.world.act({ project: 'Production', stack: STACK, service: 'gone', action: 'remove' });
  const { services } = await read();
  expect(services.map(({ name, serviceId }) => [name, serviceId])).toEqual([['web', '1s1']]);
});

test('more than an answer can carry is refused, not left out', async () => {
  const many = Array.from({ length: MOST_SERVICES + 1 }, (_, index) => service(`s-${String(index)}`));
  await start({ name: STACK, services: many });
  await expect(read()).rejects.toMatchObject({
    type: 'Invalid',
    message: expect.stringContaining(`has ${many.length} services`),
  });
});

test('a Rancher that does not answer is tried again', async () => {
  await start({ name: STACK, services: [service('web')] });
  two.fault({ method: 'GET', pathIncludes: '/instances', effect: { kind: 'reset-before' }, times: 2 });
  await expect(read()).rejects.toMatchObject({ type: 'RancherUnreachable', nonRetryable: false });
});
