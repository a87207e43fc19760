import { RancherClient } from '../../rancher/rancher-client';
import { startSimulator } from '../../simulator/simulator';
import type { Simulator } from '../../simulator/simulator';

const PROJECT = '1a5';
const launchConfig = { imageUuid: 'docker:example/web:1', environment: { PASSWORD: 'canary-value' } };

let simulator: Simulator;
let client: RancherClient;
let reader: RancherClient;
beforeEach(async () => {
  simulator = await startSimulator({
    speed: 40,
    seed: {
      keys: [
        { accessKey: 'owner', secretKey: 'secret', role: 'owner' },
        { accessKey: 'reader', secretKey: 'secret', role: 'readonly' },
      ],
      projects: [
        {
          name: 'prod',
          id: PROJECT,
          stacks: [
            {
              name: 'shop',
              services: [
                { name: 'web', launchConfig },
                { name: 'db', launchConfig },
              ],
            },
            { name: 'other', services: [{ name: 'web', launchConfig }] },
          ],
        },
      ],
    },
  });
  const clientOf = (accessKey: string) => new RancherClient({ url: simulator.url, accessKey, secretKey: 'secret' });
  client = clientOf('owner');
  reader = clientOf('reader');
});
afterEach(async () => {
  client.close();
  reader.close();
  await simulator.close();
});

test('stacks and services are looked up by exact names; none of that name is no failure', async () => {
  const shop = await client.stacks.stackNamed(PROJECT, 'shop');
  expect(shop).toMatchObject({ id: '1st1', name: 'shop', description: null });
  expect(await client.stacks.stackNamed(PROJECT, 'nowhere')).toBeUndefined();
  await expect(client.stacks.stackNamed(PROJECT, 'Shop')).rejects.toThrow('it is spelled "shop"');
  expect(await client.stacks.serviceNamed(PROJECT, '1st1', 'web')).toMatchObject({ id: '1s1', stackId: '1st1' });
  expect(await client.stacks.serviceNamed(PROJECT, '1st2', 'db')).toBeUndefined();
  await expect(client.stacks.serviceNamed(PROJECT, '1st1', 'WEB')).rejects.toThrow('it is spelled "web"');
});

test('a stack and a service are made, linked, and removed', async () => {
  const stack = await client.stacks.createStack(PROJECT, { name: 'new', description: 'made by a test' });
  expect(stack).toMatchObject({ name: 'new', state: 'activating', description: 'made by a test' });
  const definition = { name: 'api', stackId: stack.id, launchConfig, startOnCreate: false };
  const made = await client.stacks.createService(PROJECT, definition);
  expect(made).toMatchObject({ name: 'api', stackId: stack.id, state: 'registering', scale: 1, launchConfig });

  const linked = await client.stacks.setServiceLinks(PROJECT, made.id, { database: '1s2' });
  expect(linked.linkedServices).toEqual({ database: '1s2' });
  const consumed = await client.stacks.consumedServices(PROJECT, made.id);
  expect(consumed.map(({ id, name }) => [id, name])).toEqual([['1s2', 'db']]);

  await client.stacks.removeService(PROJECT, made.id);
  expect(await client.stacks.serviceNamed(PROJECT, stack.id, 'api')).toBeUndefined();
  await client.stacks.removeStack(PROJECT, stack.id);
  expect((await client.stacks.stackNamed(PROJECT, 'new'))?.state ?? 'removing').toBe('removing');
});

test('a stack is exported whole, or some of its services', async () => {
  const whole = await client.stacks.exportConfig(PROJECT, '1st1');
  expect(whole.dockerComposeConfig).toContain('image: example/web:1');
  expect(whole.dockerComposeConfig).toContain('db:');
  const one = await client.stacks.exportConfig(PROJECT, '1st1', ['1s1']);
  expect(one.dockerComposeConfig).not.toContain('db:');
  expect(one.rancherComposeConfig).toContain('scale: 1');
});

test('a name that is taken is refused by Rancher, and nothing is made', async () => {
  const taken = { name: 'InvalidRequestError', code: 'NotUnique', fieldName: 'name' };
  await expect(client.stacks.createStack(PROJECT, { name: 'shop', description: '' })).rejects.toMatchObject(taken);
  const definition = { name: 'web', stackId: '1st1', launchConfig };
  const refused = client.stacks.createService(PROJECT, definition);
  await expect(refused).rejects.toMatchObject(taken);
  await expect(refused).rejects.not.toThrow('canary-value');
  expect(await client.listServices(PROJECT)).toHaveLength(3);
});

test('a read-only key may neither make nor remove anything', async () => {
  const may = { name: 'NotPermittedActionError', outcome: 'not-permitted', status: 405 };
  await expect(reader.stacks.createStack(PROJECT, { name: 'new', description: '' })).rejects.toMatchObject(may);
  const definition = { name: 'new', stackId: '1st1', launchConfig };
  await expect(reader.stacks.createService(PROJECT, definition)).rejects.toMatchObject(may);
  await expect(reader.stacks.removeService(PROJECT, '1s1')).rejects.toMatchObject(may);
  await expect(reader.stacks.removeStack(PROJECT, '1st1')).rejects.toMatchObject(may);
});

test('a removal is sent once, over a connection of its own, and its outcome is unknown when the answer is lost', async () => {
  await client.getService(PROJECT, '1s1');
  simulator.world.resetRequests();
  simulator.world.addFault({ method: 'DELETE', effect: { kind: 'reset-after' } });
  await expect(client.stacks.removeService(PROJECT, '1s1')).rejects.toMatchObject({ outcome: 'unknown-outcome' });
  expect(simulator.world.requests().map(({ method, path }) => `${method} ${path}`)).toEqual([
    `DELETE /v2-beta/projects/${PROJECT}/services/1s1`,
  ]);
  expect((await client.getService(PROJECT, '1s1')).state).toMatch(/^remov/);
});

test('an answer with another thing than what was asked for is not taken', async () => {
  const other = JSON.stringify({ id: '1st7', type: 'stack', name: 'else', state: 'active', accountId: PROJECT });
  const headers = { 'Content-Type': 'application/json' };
  simulator.world.addFault({ method: 'POST', effect: { kind: 'status', status: 201, body: other, headers } });
  await expect(client.stacks.createStack(PROJECT, { name: 'new', description: '' })).rejects.toMatchObject({
    outcome: 'not-rancher',
    message: expect.stringContaining('answered with the stack "else"'),
  });
});
