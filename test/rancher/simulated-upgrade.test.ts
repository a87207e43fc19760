import { composeUpgrade, DEPLOYMENT_LABEL, versionOf } from '../../rancher/launch-config';
import { RancherClient } from '../../rancher/rancher-client';
import type { ServiceResource } from '../../rancher/resources';
import { startSimulator } from '../../simulator/simulator';
import type { Simulator } from '../../simulator/simulator';

const launchConfig = {
  imageUuid: 'docker:example/app:1',
  environment: { A: '1' },
  labels: { keep: 'me' },
  memory: 67108864,
};

describe('one upgrade by hand, against the simulator', () => {
  let simulator: Simulator;
  const clients: RancherClient[] = [];
  const clientOf = (accessKey: string, secretKey = 'secret'): RancherClient => {
    const client = new RancherClient({ url: `${simulator.url}/v2-beta/schemas`, accessKey, secretKey });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    simulator = await startSimulator({
      speed: 50,
      seed: {
        keys: [
          { accessKey: 'owner', secretKey: 'secret', role: 'owner' },
          { accessKey: 'reader', secretKey: 'secret', role: 'readonly' },
          { accessKey: 'qa-only', secretKey: 'secret', role: 'owner', projects: ['qa'] },
        ],
        projects: [
          { name: 'prod', stacks: [{ name: 'shop', services: [{ name: 'web', scale: 2, launchConfig }] }] },
          { name: 'qa', stacks: [{ name: 'other', services: [{ name: 'web', launchConfig }] }] },
        ],
      },
    });
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await simulator.close();
  });

  async function reaches(client: RancherClient, service: ServiceResource, state: string): Promise<ServiceResource> {
    for (;;) {
      const read = await client.getService(service.accountId, service.id);
      if (read.state === state) return read;
    }
  }

  it('finds, upgrades, proves by version and finishes', async () => {
    const client = clientOf('owner');
    const project = await client.findProject('prod');
    const stack = await client.findStack(project.id, 'shop');
    const before = await client.findService(project.id, stack.id, 'web');
    const body = composeUpgrade(before, {
      image: 'example/app:2',
      sidekickImages: {},
      variables: { B: '2' },
      labels: {},
      deploymentLabel: 'd1.1',
      strategy: { batchSize: 2, intervalMillis: 100, startFirst: false },
    });
    const accepted = await client.act(project.id, before.id, 'upgrade', body);
    expect(accepted.state).toBe('upgrading');
    expect(accepted.launchConfig).toMatchObject({
      imageUuid: 'docker:example/app:2',
      environment: { A: '1', B: '2' },
      labels: { keep: 'me', [DEPLOYMENT_LABEL]: 'd1.1' },
      memory: 67108864,
    });
    expect(versionOf(accepted.launchConfig)).not.toBe(versionOf(before.launchConfig));

    await expect(client.act(project.id, before.id, 'upgrade', body)).rejects.toMatchObject({
      outcome: 'refused-by-state',
      code: 'ActionNotAvailable',
    });
    await reaches(client, before, 'upgraded');
    const instances = await client.listInstances(project.id, before.id);
    const running = instances.filter((instance) => instance.state === 'running');
    expect(running.map((instance) => instance.version)).toEqual(Array(2).fill(versionOf(accepted.launchConfig)));
    await client.act(project.id, before.id, 'finishupgrade');
    const after = await reaches(client, before, 'active');
    expect(versionOf(after.launchConfig)).toBe(versionOf(accepted.launchConfig));
  });

  it('names what a key may not do', async () => {
    const owner = clientOf('owner');
    const { id } = await owner.findProject('prod');
    const stack = await owner.findStack(id, 'shop');
    const service = await owner.findService(id, stack.id, 'web');
    const body = { inServiceStrategy: { launchConfig: service.launchConfig } };
    await expect(clientOf('reader').act(id, service.id, 'upgrade', body)).rejects.toMatchObject({
      outcome: 'not-permitted',
    });
    await expect(clientOf('owner', 'wrong').listProjects()).rejects.toMatchObject({ outcome: 'unauthorised' });
    await expect(clientOf('qa-only').getService(id, service.id)).rejects.toMatchObject({ outcome: 'forbidden' });
    await expect(clientOf('qa-only').findProject('prod')).rejects.toThrow(/This key can see "qa"/);
    await expect(owner.getService(id, '1s999')).rejects.toMatchObject({ outcome: 'not-found' });
    await expect(owner.act(id, service.id, 'upgrade', {})).rejects.toMatchObject({
      outcome: 'invalid',
      code: 'MissingRequired',
    });
  });
});
