import type { DifferencesRequest } from '../../../activities/contract';
import type { JsonObject, ServiceSeed } from '../../../simulator/world-seed';
import { STACK, TwoEnvironments } from './two-environments';

const CANARIES = ['canary-3b9d', 'canary-88f1'] as const;
const [ONE, OTHER] = CANARIES;
const service = (name: string, config: JsonObject, more: Partial<ServiceSeed> = {}): ServiceSeed => ({
  name,
  launchConfig: { imageUuid: `docker:example/${name}:1`, ...config },
  ...more,
});

let two: TwoEnvironments;
const start = async (qa: ServiceSeed[], prod: ServiceSeed[], servesBoth = true): Promise<void> => {
  two = await TwoEnvironments.start(qa, [{ name: STACK, services: prod }], { servesBoth });
};
const compare = (more: Partial<DifferencesRequest> = {}) =>
  two.attempt((activities) => activities.differences({ from: 'qa', to: 'prod', stack: STACK, ...more }));

afterEach(async () => {
  await two.close();
  expect(two.said).not.toEqual([]);
  for (const canary of CANARIES) expect(two.said.join('\n')).not.toContain(canary);
});

test('images, scales, and the names of variables and labels that differ; Drover’s own labels do not count', async () => {
  const sidekick = { name: 'logger', imageUuid: 'docker:example/fluentd:1' };
  await start(
    [
      service(
        'web',
        {
          imageUuid: 'docker:example/web:2',
          environment: { SAME: ONE, CHANGED: ONE, ONLY_HERE: ONE },
          labels: { team: 'a', same: 'x', 'io.drover.deployment': 'd1.1' },
        },
        { scale: 3, secondaryLaunchConfigs: [{ ...sidekick, environment: { LEVEL: 'info' } }] },
      ),
    ],
    [
      service(
        'web',
        {
          environment: { SAME: ONE, CHANGED: OTHER, ONLY_THERE: OTHER },
          labels: { team: 'b', same: 'x', 'io.drover.created': 'r1' },
        },
        { scale: 2, secondaryLaunchConfigs: [sidekick, { name: 'extra', imageUuid: 'docker:example/extra:1' }] },
      ),
    ],
  );
  expect(await compare()).toEqual([
    {
      ...{ service: 'web', inSource: true, inTarget: true },
      scale: { inSource: 3, inTarget: 2 },
      configs: [
        {
          config: 'primary',
          image: { inSource: 'example/web:2', inTarget: 'example/web:1' },
          variables: ['CHANGED', 'ONLY_HERE', 'ONLY_THERE'],
          labels: ['team'],
        },
        { config: 'logger', image: null, variables: ['LEVEL'], labels: [] },
        { config: 'extra', image: { inSource: null, inTarget: 'example/extra:1' }, variables: [], labels: [] },
      ],
    },
  ]);
});

test('services that are missing on either side, those that are the same, and only those that are asked about', async () => {
  await start(
    [
      service('same', { environment: { A: ONE } }),
      service('new', {}),
      service('tagless', { imageUuid: 'docker:example/t' }),
    ],
    [
      service('same', { environment: { A: ONE } }),
      service('old', {}),
      service('tagless', { imageUuid: 'docker:example/t:latest' }),
    ],
  );
  const none = { scale: null, configs: [] };
  expect(await compare()).toEqual([
    { service: 'new', inSource: true, inTarget: false, ...none },
    { service: 'old', inSource: false, inTarget: true, ...none },
    { service: 'same', inSource: true, inTarget: true, ...none },
    { service: 'tagless', inSource: true, inTarget: true, ...none },
  ]);
  expect(await compare({ services: ['nowhere', 'new'] })).toEqual([
    { service: 'nowhere', inSource: false, inTarget: false, ...none },
    { service: 'new', inSource: true, inTarget: false, ...none },
  ]);
});

test('a stack that the target does not have: all of its services are missing there', async () => {
  two = await TwoEnvironments.start([service('web', { environment: { A: ONE } })]);
  expect(await compare()).toEqual([{ service: 'web', inSource: true, inTarget: false, scale: null, configs: [] }]);
});

test('a worker that does not serve both refuses, and asks nobody', async () => {
  await start([service('web', {})], [service('web', {})], false);
  await expect(compare()).rejects.toMatchObject({ type: 'Configuration', nonRetryable: true });
  expect([...two.qa.world.requests(), ...two.prod.world.requests()]).toEqual([]);
});

test('an environment is not compared with itself', async () => {
  await start([], []);
  await expect(compare({ from: 'prod' })).rejects.toMatchObject({
    type: 'Configuration',
    message: expect.stringContaining('prod and prod are the same environment of Rancher, "Production"'),
  });
});
