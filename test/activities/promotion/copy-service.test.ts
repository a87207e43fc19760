import type { CopyRequest } from '../../../activities/contract';
import type { Fault } from '../../../simulator/faults';
import type { JsonObject, ServiceSeed, StackSeed } from '../../../simulator/world-seed';
import { RELEASE, SHORT_MILLIS, STACK, TwoEnvironments } from './two-environments';

const CANARY = 'canary-9c41e7b2';
const IMAGE = 'registry.example.com:5000/team/web:2.1';

/** Everything that a configuration can have, and some things that nobody knows yet. */
const CONFIG: JsonObject = {
  imageUuid: `docker:${IMAGE}`,
  environment: { PASSWORD: CANARY, EMPTY: '' },
  labels: { team: 'shop', 'io.drover.deployment': 'd0.1', 'io.rancher.container.pull_image': 'always' },
  ports: ['8080:80/tcp'],
  command: ['nginx', '-g', 'daemon off;'],
  healthCheck: { port: 80, interval: 2000, someday: [1, { deep: null }] },
  fieldOfTheFuture: { nested: [1, 'two', { three: true }], none: null },
  dataVolumes: ['/data/web:/data:ro'],
};
const SIDEKICK: JsonObject = {
  name: 'logger',
  imageUuid: 'docker:example/fluentd:1',
  environment: { TOKEN: `${CANARY}-2` },
  anotherOfTheFuture: 7,
};

const web = (more: Partial<ServiceSeed> = {}): ServiceSeed => ({
  name: 'web',
  scale: 3,
  metadata: { owner: { secret: `${CANARY}-3` } },
  description: 'the shop',
  launchConfig: CONFIG,
  secondaryLaunchConfigs: [SIDEKICK],
  ...more,
});
const plain = (name: string, more: Partial<ServiceSeed> = {}): ServiceSeed => ({
  name,
  launchConfig: { imageUuid: `docker:example/${name}:1` },
  ...more,
});
const stack = (name: string, ...services: ServiceSeed[]): StackSeed => ({ name, services });

const COPY: CopyRequest = {
  releaseId: RELEASE,
  from: 'qa',
  to: 'prod',
  stack: STACK,
  service: 'web',
  image: null,
  sidekicks: {},
};

let two: TwoEnvironments;
const start = async (...options: Parameters<typeof TwoEnvironments.start>): Promise<void> => {
  two = await TwoEnvironments.start(...options);
};
const copy = (more: Partial<CopyRequest> = {}) =>
  two.attempt((activities) => activities.copyService({ ...COPY, ...more }));
const copyAtLast = (more: Partial<CopyRequest> = {}) =>
  two.attempts((activities) => activities.copyService({ ...COPY, ...more }));

afterEach(async () => {
  await two.close();
  expect(two.said).not.toEqual([]);
  expect(two.said.join('\n')).not.toContain(CANARY);
});

describe('a service that the target does not have', () => {
  test('is made as it is in the source, with its stack, and activated; nothing is written in the source', async () => {
    await start([web()]);
    const copied = await copy({
      image: 'registry.example.com:5000/team/web:2.2',
      sidekicks: { logger: 'example/fluentd:2' },
    });
    const { projectId, stackId, serviceId } = copied.target;
    expect(copied).toEqual({
      target: { environment: 'prod', projectId, stackId, serviceId },
      rancherUrl: `${two.prod.url}/env/${projectId}/apps/stacks/${stackId}/services/${serviceId}/containers`,
      state: 'activating',
      stackIsOurs: true,
      links: [],
      linksLeftOut: [],
    });
    expect(await two.there()).toEqual({ [STACK]: ['web'] });
    expect(two.accepted()).toEqual(['web: create', 'web: activate']);
    expect(two.acceptedIn(two.qa)).toEqual([]);
    expect(two.shown('web')).toMatchObject({
      ...{ id: serviceId, scale: 3, description: 'the shop', metadata: { owner: { secret: `${CANARY}-3` } } },
      launchConfig: { imageUuid: 'docker:registry.example.com:5000/team/web:2.2', environment: CONFIG['environment'] },
      secondaryLaunchConfigs: [
        { name: 'logger', imageUuid: 'docker:example/fluentd:2', environment: SIDEKICK['environment'] },
      ],
    });
  });

  test('what is posted equals what was read, unknown fields too, but for the images and Drover’s labels', async () => {
    await start([web()]);
    const read = two.shown('web', 'qa');
    await copy({ image: 'example/web:3' });
    const [posted] = two.acceptedIn(two.prod).map(({ body }) => body as JsonObject);
    const { 'io.drover.deployment': _former, ...labels } = read.launchConfig['labels'] as JsonObject;
    expect(posted?.['launchConfig']).toEqual({
      ...read.launchConfig,
      imageUuid: 'docker:example/web:3',
      labels: { ...labels, 'io.drover.created': RELEASE },
    });
    expect(posted?.['secondaryLaunchConfigs']).toEqual(read.secondaryLaunchConfigs);
    expect(JSON.stringify(posted)).toContain('fieldOfTheFuture');
    expect(JSON.stringify(posted)).toContain('anotherOfTheFuture');
  });

  test('keeps its images where none are asked, and an existing stack is not taken for our own', async () => {
    await start([web()], [stack(STACK, plain('other'))]);
    expect(await copy()).toMatchObject({ stackIsOurs: false });
    expect(two.shown('web').launchConfig).toMatchObject({ imageUuid: `docker:${IMAGE}` });
    expect(await two.there()).toEqual({ [STACK]: ['other', 'web'] });
  });

  test('a global service is copied with its label', async () => {
    const labels = { 'io.rancher.scheduler.global': 'true' };
    await start([plain('agent', { launchConfig: { imageUuid: 'docker:example/agent:1', labels } })]);
    await copy({ service: 'agent' });
    expect(two.shown('agent').launchConfig['labels']).toEqual({ ...labels, 'io.drover.created': RELEASE });
  });
});

describe('links', () => {
  const linked = web({ linkedServices: { database: '1s2', cache: '1s3', billing: '1s4' } });
  const source: Parameters<typeof TwoEnvironments.start>[0] = [linked, plain('db'), plain('redis')];
  const others = [stack('accounts', plain('billing'))];

  test('lead to the services of the same names, in the stacks of the same names; what is not there is told', async () => {
    await start(source, [stack(STACK, plain('redis'), plain('db')), stack('accounts', plain('billing'))], { others });
    expect(await copy()).toMatchObject({ links: ['billing', 'cache', 'database'], linksLeftOut: [] });
    expect(two.shown('web')['linkedServices']).toEqual({
      database: two.shown('db')['id'],
      cache: two.shown('redis')['id'],
      billing: two.shown('billing', 'prod', 'accounts')['id'],
    });
  });

  test('to services that are made later are set when it is asked again; those that somebody set besides stay', async () => {
    await start(source, [stack(STACK, plain('extra'))], { others });
    expect(await copy()).toMatchObject({ links: [], linksLeftOut: ['billing', 'cache', 'database'] });
    await two.prod.world.act({
      ...{ project: 'Production', stack: STACK, service: 'web', action: 'setservicelinks' },
      body: { serviceLinks: [{ name: 'by-hand', serviceId: two.shown('extra')['id'] }] },
    });
    await copy({ service: 'db' });
    expect(await copy()).toMatchObject({ links: ['database'], linksLeftOut: ['billing', 'cache'] });
    expect(two.shown('web')['linkedServices']).toEqual({
      'by-hand': two.shown('extra')['id'],
      database: two.shown('db')['id'],
    });
    expect(two.accepted().filter((one) => one.endsWith('create'))).toEqual(['web: create', 'db: create']);
  });
});

describe('asked again', () => {
  test('it finds what it made, and makes nothing', async () => {
    await start([web()]);
    const first = await copy();
    const again = await copy();
    expect(again).toEqual({ ...first, state: expect.stringMatching(/^activ/) });
    expect(two.accepted()).toEqual(['web: create', 'web: activate']);
  });

  const CREATE = { method: 'POST', pathIncludes: '/services' };
  const CREATE_STACK = { method: 'POST', pathIncludes: '/stacks' };
  const LINK = { action: 'setservicelinks' };
  const ACTIVATE = { action: 'activate' };
  const page = '<html>bad gateway</html>';
  const effects: Fault['effect'][] = [
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'hang-before' },
    { kind: 'hang-after' },
    { kind: 'status', status: 502, body: page },
    { kind: 'status-after', status: 502, body: page },
    { kind: 'status', status: 429, headers: { 'Retry-After': '0' } },
    { kind: 'truncated-json' },
    { kind: 'html' },
  ];
  const steps = { stack: CREATE_STACK, service: CREATE, links: LINK, activation: ACTIVATE };
  const cases = Object.entries(steps).flatMap(([step, request]) =>
    effects.map((effect) => ({
      step,
      request,
      effect,
      kind: `${effect.kind}${'status' in effect ? ` ${effect.status}` : ''}`,
    })),
  );

  test.each(cases)(
    'after $kind of the $step: one stack, one service, linked and active',
    async ({ request, effect }) => {
      await start([web({ linkedServices: { 'the-db': '1s2' } }), plain('db')], [stack('accounts', plain('db'))]);
      two.fault({ ...request, effect });
      if (request !== CREATE_STACK)
        await two.attempts((activities) => activities.copyService({ ...COPY, service: 'db' }));
      const { answer } = await copyAtLast();
      expect(two.prod.world.listFaults()).toEqual([]);
      await copyAtLast({ service: 'db' });
      const { answer: last } = await copyAtLast();
      expect(last.target).toEqual(answer.target);
      expect(await two.there()).toEqual({ accounts: ['db'], [STACK]: expect.arrayContaining(['web', 'db']) });
      const creations = two.accepted().filter((one) => one.endsWith('create'));
      expect(creations.sort()).toEqual(['db: create', 'web: create']);
      expect(two.shown('web')['linkedServices']).toEqual({ 'the-db': two.shown('db')['id'] });
      expect(['activating', 'active']).toContain(two.shown('web')['state']);
    },
  );

  test('two attempts at once, as after a frozen worker: one service', async () => {
    await start([web()]);
    two.fault({ ...CREATE, effect: { kind: 'delay', millis: 150 } });
    const [one, other] = await Promise.all([copyAtLast(), copyAtLast()]);
    expect(one.answer.target).toEqual(other.answer.target);
    expect(two.accepted().filter((entry) => entry === 'web: create')).toHaveLength(1);
    expect(await two.there()).toEqual({ [STACK]: ['web'] });
  });

  test('an attempt whose own time is nearly over sends nothing', async () => {
    await start([web()]);
    const limits = { startToCloseTimeoutMs: SHORT_MILLIS };
    const late = two.attempt((activities) => activities.copyService(COPY), 1, limits);
    await expect(late).rejects.toMatchObject({ type: 'LeaseOver', nonRetryable: false });
    expect(await two.there()).toEqual({});
  });
});

describe('it is refused, and nothing is made', () => {
  const nothing = async (): Promise<void> => {
    expect(two.accepted()).toEqual([]);
    expect(Object.keys(await two.there())).not.toContain('new');
  };

  test('by a worker that does not serve both environments', async () => {
    await start([web()], [], { servesBoth: false });
    await expect(copy()).rejects.toMatchObject({
      type: 'Configuration',
      nonRetryable: true,
      message: expect.stringMatching(
        /^This worker serves prod, but not qa: .* only within a worker that serves both\. Let every worker of prod serve qa too/,
      ),
    });
    expect(two.qa.world.requests()).toEqual([]);
    await nothing();
  });

  test('where a service of that name was made by somebody else', async () => {
    await start([web()], [stack(STACK, plain('web'))]);
    await expect(copy()).rejects.toMatchObject({
      type: 'AlreadyThere',
      nonRetryable: true,
      message: expect.stringMatching(/^storefront\/web is in prod already \(1s1\), and this release did not make it/),
    });
    await nothing();
  });

  test('where another release made it', async () => {
    await start([web()]);
    await copy({ releaseId: 'r-before' });
    await expect(copy()).rejects.toMatchObject({ type: 'AlreadyThere', nonRetryable: true });
    expect(two.accepted()).toEqual(['web: create', 'web: activate']);
  });

  test('where somebody upgraded meanwhile what it made', async () => {
    await start([web()]);
    await copy({ image: 'example/web:3' });
    await expect(copy({ image: 'example/web:4' })).rejects.toMatchObject({
      type: 'AlreadyThere',
      message: expect.stringContaining('runs other images by now'),
    });
  });

  test('where the name is spelled otherwise there: Rancher takes them for the same', async () => {
    await start([web()], [stack(STACK, plain('Web'))]);
    await expect(copy()).rejects.toMatchObject({
      type: 'NotFound',
      message: expect.stringContaining('it is spelled "Web"'),
    });
    await nothing();
  });

  test('where the source has no such stack or service', async () => {
    await start([web()]);
    await expect(copy({ service: 'wib' })).rejects.toMatchObject({
      type: 'NotFound',
      message: expect.stringContaining('Did you mean "web"?'),
    });
    await expect(copy({ stack: 'new' })).rejects.toMatchObject({ type: 'NotFound', nonRetryable: true });
    await nothing();
  });

  test.each([
    ['requestedHostId', '1h1'],
    ['registryCredentialId', '1c1'],
    ['dataVolumesFrom', ['1i7']],
    ['secrets', [{ secretId: '1se1', name: 'pw' }]],
  ])('where the configuration names things of its own environment: %s', async (field, value) => {
    await start([plain('pinned', { launchConfig: { imageUuid: 'docker:example/p:1', [field]: value } })]);
    await expect(copy({ service: 'pinned' })).rejects.toMatchObject({
      type: 'Invalid',
      nonRetryable: true,
      message: `The service "pinned" cannot be copied: ${field} in launchConfig names things of its own environment by their ids. Create the service by hand.`,
    });
    expect(await two.there()).toEqual({});
  });

  test('for a load balancer, whose rules name services by their ids', async () => {
    await start([plain('edge', { type: 'loadBalancerService' })]);
    await expect(copy({ service: 'edge' })).rejects.toMatchObject({
      type: 'Invalid',
      message: expect.stringContaining(
        'is a loadBalancerService: only services with containers of their own are copied',
      ),
    });
    await nothing();
  });

  test('for an image that is none, and a sidekick that is not there', async () => {
    await start([web()]);
    await expect(copy({ image: 'Not An Image' })).rejects.toMatchObject({ type: 'Invalid' });
    await expect(copy({ sidekicks: { loger: 'example/l:1' } })).rejects.toMatchObject({
      type: 'Invalid',
      message: expect.stringContaining('Did you mean "logger"?'),
    });
    expect(await two.there()).toEqual({});
  });

  test('by Rancher, for a key that may only read', async () => {
    await start([web()], [], { prodRole: 'readonly' });
    await expect(copy()).rejects.toMatchObject({
      type: 'NotPermitted',
      nonRetryable: true,
      message: expect.stringContaining('This key may not do that'),
    });
    expect(await two.there()).toEqual({});
  });

  test('by Rancher, in words that repeat the configuration: they are told without its values', async () => {
    await start([web()]);
    const body = JSON.stringify({
      type: 'error',
      status: 422,
      code: 'InvalidReference',
      fieldName: 'imageUuid',
      message: `bad ${CANARY}`,
      detail: `${CANARY}-3`,
    });
    two.fault({
      method: 'POST',
      pathIncludes: '/services',
      effect: { kind: 'status', status: 422, body, headers: { 'Content-Type': 'application/json' } },
    });
    await expect(copy()).rejects.toMatchObject({
      type: 'Invalid',
      message: expect.stringContaining('422 InvalidReference, field "imageUuid", bad [redacted]'),
    });
    two.fault({
      method: 'POST',
      pathIncludes: '/services',
      effect: { kind: 'status', status: 502, body: `<html>${CANARY} ${CANARY}-2</html>` },
    });
    await expect(copy()).rejects.toMatchObject({ type: 'RancherUnreachable', nonRetryable: false });
  });
});
