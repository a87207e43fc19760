import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator';
import { call, IMAGE, READONLY, smallWorld, until, untilState, upgrade, WEB } from './rancher-api';

describe('the simulated Rancher', () => {
  let simulator: Simulator;

  const start = async (options: SimulatorOptions): Promise<void> => {
    simulator = await startSimulator({ speed: 40, ...options });
  };

  afterEach(() => simulator.close());

  const actions = (): string[] =>
    simulator.world
      .journal()
      .filter((entry) => entry.kind === 'action')
      .map((entry) => `${entry.action} by ${entry.by}`);

  it('upgrades batch by batch, finishes, and journals what was accepted', async () => {
    await start({ seed: smallWorld() });
    const accepted = await upgrade(simulator.url, 'docker:example/web:2');
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ state: 'upgrading', launchConfig: { imageUuid: 'docker:example/web:2' } });
    const { service, instances } = await untilState(simulator, 'upgraded');
    const version = (service['launchConfig'] as Record<string, unknown>)['version'];
    expect(instances.map((one) => [one['state'], one['version']]).sort()).toEqual(
      [
        ['running', version],
        ['running', version],
        ['stopped', '0'],
        ['stopped', '0'],
      ].sort(),
    );
    expect((await call(simulator.url, 'POST', `${WEB}/?action=finishupgrade`)).status).toBe(202);
    const finished = await untilState(simulator, 'active');
    expect(finished.instances.map((one) => one['version'])).toEqual([version, version]);
    expect(actions()).toEqual(['upgrade by owner', 'finishupgrade by owner']);
    const states = simulator.world.journal().flatMap((entry) => entry.to ?? []);
    expect(states).toEqual(['upgrading', 'upgraded', 'finishing-upgrade', 'active']);
  });

  it('restores the former containers and version on a rollback', async () => {
    await start({ seed: smallWorld() });
    const before = simulator.world.service('prod', 'shop', 'web').instances.map((one) => one['id']);
    await upgrade(simulator.url, 'docker:example/web:2');
    await untilState(simulator, 'upgraded');
    const back = await call(simulator.url, 'POST', `${WEB}/?action=rollback`);
    expect(back.body).toMatchObject({ state: 'rolling-back', launchConfig: { imageUuid: IMAGE, version: '0' } });
    const { service, instances } = await untilState(simulator, 'active');
    expect(instances.map((one) => one['id'])).toEqual(before);
    expect(JSON.stringify(service['upgrade'])).toContain('example/web:2');
  });

  it('makes no container more when it is rolled back right between a failed start and the next', async () => {
    await start({
      speed: 4,
      seed: { ...smallWorld({ scale: 1 }), behaviours: [{ image: 'example/web:2', startFails: true }] },
    });
    await upgrade(simulator.url, 'docker:example/web:2', { startFirst: true });
    const states = (): unknown[] => simulator.world.service('prod', 'shop', 'web').instances.map((one) => one['state']);
    await until(states, (now) => now.includes('error'));
    await until(states, (now) => now.length === 1);
    await call(simulator.url, 'POST', `${WEB}/?action=rollback`);
    await untilState(simulator, 'active');
    expect(states()).toEqual(['running']);
  });

  it('goes on by itself once the reason of a failing start is lifted', async () => {
    await start({ seed: { ...smallWorld(), behaviours: [{ image: 'example/web:2', startFails: true }] } });
    await upgrade(simulator.url, 'docker:example/web:2');
    const failing = await until(
      () => simulator.world.service('prod', 'shop', 'web').service,
      (service) => service['transitioning'] === 'error',
    );
    expect(failing['state']).toBe('upgrading');
    expect(failing['transitioningMessage']).toContain('Failing [compute.instance.activate]');
    simulator.world.removeBehaviour('docker:example/web:2');
    expect((await untilState(simulator, 'upgraded')).service['transitioning']).toBe('no');
  });

  it('stays in upgrading while a container does not get healthy, and goes on when it does', async () => {
    const healthCheck = { port: 80, initializingTimeout: 60_000 };
    await start({
      seed: {
        ...smallWorld({ launchConfig: { imageUuid: IMAGE, healthCheck } }),
        behaviours: [{ image: 'example/web:2', neverHealthy: true }],
      },
    });
    await upgrade(simulator.url, 'x', { launchConfig: { imageUuid: 'docker:example/web:2', healthCheck } });
    const waiting = await until(
      () => simulator.world.service('prod', 'shop', 'web').service,
      (service) => String(service['transitioningMessage']).startsWith('Waiting: healthy [container:1i'),
    );
    expect(waiting).toMatchObject({ state: 'upgrading', transitioning: 'yes', healthState: 'initializing' });
    simulator.world.removeBehaviour('example/web:2');
    await untilState(simulator, 'upgraded');
  });

  it('accepts two upgrades that are posted at the same moment, and churns until a rollback', async () => {
    await start({ seed: smallWorld() });
    const replies = await Promise.all([
      upgrade(simulator.url, 'docker:example/web:2'),
      upgrade(simulator.url, 'docker:example/web:3'),
    ]);
    expect(replies.map((reply) => reply.status)).toEqual([202, 202]);
    expect(replies.map(({ body }) => (body['launchConfig'] as Record<string, unknown>)['imageUuid'])).toEqual([
      'docker:example/web:2',
      'docker:example/web:3',
    ]);
    const made = (): number => Number(simulator.world.service('prod', 'shop', 'web').service['createIndex']);
    await until(made, (count) => count > 8);
    const { service } = simulator.world.service('prod', 'shop', 'web');
    const strategy = (service['upgrade'] as { inServiceStrategy: { launchConfig: { version: string } } })
      .inServiceStrategy;
    expect(service['state']).toBe('upgrading');
    expect(strategy.launchConfig.version).not.toBe((service['launchConfig'] as { version: string }).version);
    await call(simulator.url, 'POST', `${WEB}/?action=rollback`);
    const restored = await untilState(simulator, 'active');
    expect(restored.instances.map((one) => [one['state'], one['version']])).toEqual([
      ['running', '0'],
      ['running', '0'],
    ]);
  });

  it('refuses a second upgrade that is posted after the first was answered', async () => {
    await start({ seed: smallWorld() });
    await upgrade(simulator.url, 'docker:example/web:2');
    const second = await upgrade(simulator.url, 'docker:example/web:3');
    expect(second.status).toBe(422);
    expect(second.body).toMatchObject({ code: 'ActionNotAvailable', fieldName: 'action', message: null });
    expect(actions()).toEqual(['upgrade by owner']);
  });

  it('lets a read-only key read and nothing else', async () => {
    await start({ seed: smallWorld() });
    expect((await call(simulator.url, 'GET', WEB, { key: READONLY })).body['actions']).toEqual({});
    const refused = await call(simulator.url, 'POST', `${WEB}/?action=upgrade`, {
      key: READONLY,
      body: { inServiceStrategy: { launchConfig: { imageUuid: IMAGE } } },
    });
    expect([refused.status, refused.body['code']]).toEqual([422, 'InvalidAction']);
    expect((await call(simulator.url, 'GET', WEB, { key: null })).status).toBe(401);
    expect((await call(simulator.url, 'GET', '/v2-beta/projects/1a9/services')).status).toBe(403);
  });

  it('pages listings and answers a browser with HTML', async () => {
    const services = Array.from({ length: 150 }, (_, index) => ({
      name: `s${index}`,
      launchConfig: { imageUuid: IMAGE },
    }));
    const seed = smallWorld();
    await start({ seed: { ...seed, projects: [{ name: 'prod', id: '1a5', stacks: [{ name: 'shop', services }] }] } });
    const first = await call(simulator.url, 'GET', '/v2-beta/projects/1a5/services');
    const { next } = first.body['pagination'] as { next: string };
    const second = await call(simulator.url, 'GET', next.slice(simulator.url.length));
    expect([first, second].map(({ body }) => (body['data'] as unknown[]).length)).toEqual([100, 50]);
    expect((second.body['pagination'] as { next: unknown }).next).toBeNull();
    const page = await call(simulator.url, 'GET', '/v2-beta/projects', {
      headers: { Accept: '*/*', 'User-Agent': 'Mozilla/5.0' },
    });
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('lets a person act beside the API', async () => {
    await start({ seed: smallWorld() });
    const response = await fetch(`${simulator.url}/_simulator/actions`, {
      method: 'POST',
      body: JSON.stringify({
        project: 'prod',
        stack: 'shop',
        service: 'web',
        action: 'upgrade',
        body: { inServiceStrategy: { launchConfig: { imageUuid: 'docker:example/web:9' } } },
      }),
    });
    expect(response.status).toBe(202);
    expect(actions()).toEqual(['upgrade by person']);
    const shown = await fetch(`${simulator.url}/_simulator/services/prod/shop/web`);
    expect(await shown.json()).toMatchObject({ service: { state: 'upgrading' } });
  });

  it('upgrades a thousand services at once', async () => {
    const services = Array.from({ length: 1000 }, (_, index) => ({
      name: `s${index}`,
      launchConfig: { imageUuid: IMAGE },
    }));
    const seed = smallWorld();
    await start({
      speed: 10,
      seed: { ...seed, projects: [{ name: 'prod', id: '1a5', stacks: [{ name: 'shop', services }] }] },
    });
    const body = { inServiceStrategy: { launchConfig: { imageUuid: 'docker:example/web:2' } } };
    await Promise.all(
      services.map(({ name: service }) =>
        simulator.world.act({ project: 'prod', stack: 'shop', service, action: 'upgrade', body }),
      ),
    );
    await until(
      () => simulator.world.journal().filter((entry) => entry.to === 'upgraded').length,
      (count) => count === 1000,
    );
  });
});
