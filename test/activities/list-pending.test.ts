import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/create-activities';
import { PENDING_LIMIT } from '../../activities/list-pending';
import { DEFAULT_POLICY } from '../../decision/policy';
import { RancherClient } from '../../rancher/rancher-client';
import type { Simulator } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/simulator';
import type { ServiceSeed } from '../../simulator/world-seed';
import type { PendingUpgrades } from '../../workflows/contract';

const CANARY = 'canary-5e2d9a10';
const LABELLED = PENDING_LIMIT + 20;
const SETTLED = 700;
const labels = { 'io.drover.deployment': 'd1.1' };
const environment = { PASSWORD: CANARY };

const named = (count: number, name: string, more: Partial<ServiceSeed>): ServiceSeed[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${name}-${String(index)}`,
    scale: 1,
    ...more,
    launchConfig: { imageUuid: 'docker:example/web:1', environment, ...more.launchConfig },
  }));

describe('what is pending in a large environment', () => {
  let simulator: Simulator;
  let client: RancherClient;
  beforeAll(async () => {
    simulator = await startSimulator({
      seed: {
        keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'readonly' }],
        projects: [
          {
            name: 'Large',
            stacks: [
              {
                name: 'storefront',
                services: [
                  // A finished upgrade leaves its label.
                  ...named(SETTLED, 'settled', { launchConfig: { labels } }),
                  ...named(LABELLED, 'labelled', {
                    state: 'upgraded',
                    pendingLaunchConfig: { imageUuid: 'docker:example/web:2', labels, environment },
                  }),
                  ...named(3, 'foreign', {
                    state: 'upgraded',
                    pendingLaunchConfig: { imageUuid: 'docker:example/web:2', environment },
                  }),
                ],
              },
            ],
          },
          { name: 'Empty', stacks: [] },
        ],
      },
    });
    client = new RancherClient({ url: simulator.url, accessKey: 'ACCESS', secretKey: 'SECRET' });
  });
  afterAll(async () => {
    client.close();
    await simulator.close();
  });

  const listPending = (project: string): Promise<PendingUpgrades> => {
    const activities = createActivities({
      digestKey: new Uint8Array([1]),
      environment: (alias) => ({
        ...{ alias, project, webUrl: simulator.url },
        client: () => client,
        policy: () => DEFAULT_POLICY,
        gate: () => {
          throw new Error('no gates here');
        },
        variable: () => '',
      }),
    });
    return new MockActivityEnvironment().run((input: { environment: string }) => activities.listPending(input), {
      environment: 'prod',
    });
  };

  it('is told as far as an answer can carry it, the rest is counted; without a value, and small enough', async () => {
    const found = await listPending('Large');
    expect(found).toMatchObject({ environment: 'prod', unlabelled: 3, leftOut: LABELLED - PENDING_LIMIT });
    expect(found.labelled).toHaveLength(PENDING_LIMIT);
    expect(new Set(found.labelled.map(({ serviceId }) => serviceId)).size).toBe(PENDING_LIMIT);
    for (const one of found.labelled)
      expect(one).toMatchObject({
        stack: 'storefront',
        service: expect.stringMatching(/^labelled-/),
        state: 'upgraded',
        configs: [{ config: 'primary', image: 'example/web:2', formerImage: 'example/web:1', deploymentLabel: 'd1.1' }],
      });
    const told = JSON.stringify(found);
    expect(told).not.toContain(CANARY);
    // Temporal warns from 512 KB on.
    expect(told.length).toBeLessThan(512 * 1024);
  }, 60_000);

  it('costs four requests where there is nothing', async () => {
    simulator.world.resetRequests();
    expect(await listPending('Empty')).toMatchObject({ labelled: [], unlabelled: 0, leftOut: 0 });
    const asked = simulator.world.requests().map(({ path }) => path.replace(/.*\/(?=\w+\?)/, ''));
    expect(asked).toEqual([
      'projects?limit=1000',
      ...['upgrading', 'upgraded', 'canceled-upgrade'].map((state) => `services?state=${state}&limit=200`),
    ]);
  });
});
