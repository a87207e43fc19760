import type { ServiceSeed } from '../../../simulator/world-seed';
import { STACK, TwoEnvironments } from './two-environments';

const CANARIES = ['canary-3b9d77', 'canary-88f102', 'canary-c0ffee', 'canary-51ab02', 'canary-77e9d1'] as const;
const [VARIABLE, LABEL, COMMAND, OPTION, LINE] = CANARIES;

const WEB: ServiceSeed = {
  name: 'web',
  scale: 3,
  launchConfig: {
    imageUuid: 'docker:example/web:2',
    environment: { DB_PASSWORD: VARIABLE },
    labels: { team: LABEL, 'io.rancher.container.pull_image': 'always' },
    command: ['serve', `--token=${COMMAND}`],
    ports: ['8080:80/tcp'],
    logConfig: { driver: 'syslog', config: { 'syslog-token': OPTION } },
    healthCheck: { port: 80, interval: 2000, requestLine: `GET "/health?key=${LINE}" "HTTP/1.0"` },
    dataVolumes: [`/data/${VARIABLE}:/data`],
  },
  secondaryLaunchConfigs: [{ name: 'logger', imageUuid: 'docker:example/logger:3', environment: { KEY: VARIABLE } }],
};

let two: TwoEnvironments;
beforeAll(async () => {
  const other = { name: 'api', launchConfig: { imageUuid: 'docker:example/api:7' } };
  two = await TwoEnvironments.start([], [{ name: STACK, services: [WEB, other] }]);
});
afterAll(async () => {
  await two.close();
  expect(two.said.join('\n')).toContain('DB_PASSWORD');
  for (const canary of CANARIES) expect(two.said.join('\n')).not.toContain(canary);
});

test('the whole of a stack is shown, each setting by its name, and no value that may be a secret', async () => {
  const { dockerCompose, rancherCompose } = await two.attempt((activities) =>
    activities.showConfig({ environment: 'prod', stack: STACK }),
  );
  expect(dockerCompose).toContain('image: example/web:2');
  expect(dockerCompose).toContain('image: example/logger:3');
  expect(dockerCompose).toContain('image: example/api:7');
  expect(dockerCompose).toContain('DB_PASSWORD: (not shown)');
  expect(dockerCompose).toContain('team: (not shown)');
  expect(dockerCompose).toContain('io.rancher.container.pull_image: always');
  expect(dockerCompose).toMatch(/command:\n +- \(not shown\)\n +- \(not shown\)/);
  expect(dockerCompose).toContain('8080:80/tcp');
  expect(dockerCompose).toMatch(/logging:\n +driver: \(not shown\)\n +options: \(not shown\)/);
  expect(dockerCompose).toContain('/data/[redacted]:/data');
  expect(rancherCompose).toMatch(/scale: 3/);
  expect(rancherCompose).toMatch(/health_check:\n(.*\n)*? +request_line: \(not shown\)/);
});

test('only the services that are asked for; one that is not there is told', async () => {
  const { dockerCompose } = await two.attempt((activities) =>
    activities.showConfig({ environment: 'prod', stack: STACK, services: ['api'] }),
  );
  expect(dockerCompose).toContain('example/api:7');
  expect(dockerCompose).not.toContain('example/web');
  await expect(
    two.attempt((activities) => activities.showConfig({ environment: 'prod', stack: STACK, services: ['nobody'] })),
  ).rejects.toMatchObject({ type: 'NotFound', message: `${STACK} in prod has no service nobody` });
});
