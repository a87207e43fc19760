import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActivityDependencies } from '../../activities/dependencies';
import type { Configuration } from '../../worker/config/configuration';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { prepareEnvironments } from '../../worker/config/prepare-environment';
import { secretFromVariable } from '../../credentials/secret-source';
import { headersOfProbe } from '../../worker/config/probes';
import { policyFor } from '../../worker/config/resolve-policy';
import { dependenciesOf } from '../../worker/environment-access';

let cwd: string;
let rancher: Server;
let url: string;
const authorisations: string[] = [];

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'drover-access-'));
  authorisations.length = 0;
  rancher = createServer((request, response) => {
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    authorisations.push(Buffer.from(basic, 'base64').toString());
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"collection","data":[]}');
  });
  await new Promise<void>((resolve) => rancher.listen(0, '127.0.0.1', resolve));
  const address = rancher.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/projects/1a5`;
});

afterEach(async () => {
  rmSync(cwd, { recursive: true, force: true });
  rancher.closeAllConnections();
  await new Promise((resolve) => rancher.close(resolve));
});

function configured(env: NodeJS.ProcessEnv = { ACCESS: 'access', DB: 'canary-db' }): Configuration {
  writeFileSync(join(cwd, 'secret'), 'first\n');
  writeFileSync(
    join(cwd, 'drover.yaml'),
    `
rancher: { url: ${url}, accessKey: { env: ACCESS }, secretKey: { file: secret }, requests: { concurrent: 2 } }
environments:
  prod:
    policy: { soak: 5s, requestTimeout: 7s }
    variables: { db-password: { env: DB } }
  qa: { project: Quality }
`,
  );
  return loadConfiguration({ env: { HOME: cwd, ...env }, cwd });
}

function dependencies(env?: NodeJS.ProcessEnv): ActivityDependencies {
  const configuration = configured(env);
  const [prod] = prepareEnvironments(configuration, ['prod']);
  if (prod === undefined) throw new Error('prod was not prepared');
  return dependenciesOf(configuration, prod, new Uint8Array([1, 2, 3]));
}

test('the activities of a queue get their environment, and no other', () => {
  const served = dependencies();
  expect(served.environment('prod')).toMatchObject({
    alias: 'prod',
    project: '1a5',
    webUrl: url.replace('/v1/projects/1a5', ''),
  });
  expect([...served.digestKey]).toEqual([1, 2, 3]);
  expect(() => served.environment('qa')).toThrow('this queue serves the environment prod, not "qa"');
});

test('another environment is reached only where the worker serves it too, and by the same client as its own queue', () => {
  expect(dependencies().alsoServed?.('qa')).toBeUndefined();

  const configuration = configured();
  const served = new Map<string, ActivityDependencies>();
  for (const environment of prepareEnvironments(configuration, ['prod', 'qa']))
    served.set(
      environment.alias,
      dependenciesOf(configuration, environment, new Uint8Array([1]), {}, (alias) =>
        served.get(alias)?.environment(alias),
      ),
    );
  const prod = served.get('prod');
  const qa = prod?.alsoServed?.('qa');
  expect(qa).toMatchObject({ alias: 'qa', project: 'Quality' });
  expect(qa?.client()).toBe(served.get('qa')?.environment('qa').client());
  expect(prod?.alsoServed?.('dev')).toBeUndefined();
  // What is only to be read stays out of reach by the queue's own door.
  expect(() => prod?.environment('qa')).toThrow('this queue serves the environment prod, not "qa"');
});

test('the policy is the environment’s, with what the request sets', () => {
  const policy = dependencies()
    .environment('prod')
    .policy({ overrides: { batchSize: 3 }, stack: 's', service: 'w' });
  expect(policy).toMatchObject({ soakMillis: 5000, requestTimeoutMillis: 7000, strategy: { batchSize: 3 } });
});

test('the address of a gate is told as it is asked: with the names, and without its query', () => {
  writeFileSync(
    join(cwd, 'drover.yaml'),
    `
rancher: { url: ${url}, accessKey: { env: ACCESS }, secretKey: { env: ACCESS } }
environments:
  prod:
    gates:
      smoke: { http: { url: 'https://{environment}.example.com/{stack}/health/{service}?token=canary' } }
`,
  );
  const configuration = loadConfiguration({ env: { HOME: cwd, ACCESS: 'access' }, cwd });
  expect(policyFor(configuration, 'prod', { overrides: {}, stack: 'shop', service: 'db' }).gates).toMatchObject([
    { name: 'smoke', asks: 'https://prod.example.com/shop/health/db' },
  ]);
});

test('a variable is read by its reference; an unknown one is refused with the known ones and no value', () => {
  const prod = dependencies().environment('prod');
  expect(prod.variable('db-password')).toBe('canary-db');
  const attempt = (): string => prod.variable('db-pasword');
  expect(attempt).toThrow(
    'drover.yaml:4:3: environment prod has no variable of the name that the request refers to (--variable KEY=REFERENCE); did you mean db-password? configured: db-password',
  );
  expect(attempt).not.toThrow('db-pasword');
  expect(() => prod.variable('secretvalue1234')).toThrow(/refers to .*; configured: db-password$/);
  expect(() => prod.variable('secretvalue1234')).not.toThrow('secretvalue1234');
  expect(attempt).not.toThrow('canary');
});

test('the client has the keys as they are now: rotated ones are used, unchanged ones keep the client', async () => {
  const prod = dependencies().environment('prod');
  await prod.client().listProjects();
  expect(prod.client()).toBe(prod.client());
  writeFileSync(join(cwd, 'secret'), 'second\n');
  await prod.client().listProjects();
  expect(authorisations).toEqual(['access:first', 'access:second']);
  rmSync(join(cwd, 'secret'));
  expect(() => prod.client()).toThrow(`file ${join(cwd, 'secret')} does not exist`);
});

test('one gate bounds what is asked of an environment, whichever key is in use', async () => {
  const waiting: (() => void)[] = [];
  const mostWaiting: number[] = [];
  rancher.removeAllListeners('request');
  rancher.on('request', (_, response) => {
    waiting.push(() =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"collection","data":[]}'),
    );
    mostWaiting.push(waiting.length);
    if (waiting.length === 2) setImmediate(() => waiting.splice(0).forEach((answer) => answer()));
  });
  const prod = dependencies().environment('prod');
  const former = prod.client();
  writeFileSync(join(cwd, 'secret'), 'second\n');
  const current = prod.client();
  expect(current).not.toBe(former);
  const reads = Array.from({ length: 10 }, (_, index) =>
    [former, current].map((one) => one.listServices('1a5', `1st${index}`)),
  );
  await Promise.all(reads.flat());
  expect(mostWaiting).toHaveLength(20);
  expect(Math.max(...mostWaiting)).toBe(2);
});

describe('what releases may probe', () => {
  const probes = {
    to: ['https://*.qa.example.com', 'http://shop:8080', 'https://shop.example.com:443'],
    secrets: new Map([['shop-token', secretFromVariable('TOKEN', { TOKEN: 'canary-probe' })]]),
  };
  const headers = { Authorization: 'shop-token' };

  test.each([
    'https://a.qa.example.com/x',
    'https://A.b.QA.example.com/',
    'http://shop:8080/?x=1',
    'https://shop.example.com/',
  ])('%s is sent its secret', (url) => {
    expect(headersOfProbe('qa', probes, url, headers)).toEqual({ Authorization: 'canary-probe' });
  });

  test.each([
    'https://qa.example.com/',
    'https://a.qa.example.com.evil.org/',
    'https://evil.org/.qa.example.com',
    'https://a.qa.example.com:8443/',
    'http://a.qa.example.com/',
    'http://shop/',
    'http://shopX8080/',
  ])('%s is not asked', (url) => {
    expect(() => headersOfProbe('qa', probes, url, headers)).toThrow(
      /is none of the servers that releases may probe from here/,
    );
    expect(() => headersOfProbe('qa', probes, url, {})).toThrow(/probes\.to/);
  });

  test('where nothing is said no server is asked, and the key to set is named', () => {
    const nothing = { to: [], secrets: new Map() };
    expect(() => headersOfProbe('qa', nothing, 'http://anywhere/', {})).toThrow(
      'http://anywhere is none of the servers that releases may probe from here (environments.qa.probes.to names none); ' +
        'whoever runs the worker can add it in drover.yaml',
    );
  });
});
