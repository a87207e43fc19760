import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Configuration } from '../../worker/config/configuration';
import { ConfigurationError } from '../../worker/config/configuration-error';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { prepareEnvironments } from '../../worker/config/prepare-environment';
import { resolvePolicy } from '../../worker/config/resolve-policy';
import { BAD_CONFIGURATIONS } from './bad-configurations';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'drover-configuration-'));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function load(yaml: string | undefined, env: NodeJS.ProcessEnv = {}, file?: string): Configuration {
  if (yaml !== undefined) writeFileSync(join(cwd, 'drover.yaml'), yaml);
  return loadConfiguration({ env: { HOME: join(cwd, 'home'), ...env }, cwd, ...(file === undefined ? {} : { file }) });
}

function problemsOf(work: () => unknown): ConfigurationError['problems'] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('expected a ConfigurationError');
}

describe('a bad drover.yaml is refused with its lines and the fix:', () => {
  test('the table holds 25 kinds at least, each one different', () => {
    expect(new Set(BAD_CONFIGURATIONS.map(({ yaml }) => yaml)).size).toBe(BAD_CONFIGURATIONS.length);
    expect(BAD_CONFIGURATIONS.length).toBeGreaterThanOrEqual(25);
  });

  test.each(BAD_CONFIGURATIONS)('$what', ({ yaml, problems }) => {
    const found = problemsOf(() => load(yaml));
    expect(found.map(({ where }) => where)).toEqual(
      problems.map(([place]) => (place === '' ? 'drover.yaml' : `drover.yaml:${place}`)),
    );
    for (const [index, [, message]] of problems.entries())
      expect(found[index]?.message).toEqual(expect.stringMatching(escape(message)));
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

function escape(message: string | RegExp): RegExp {
  return message instanceof RegExp ? message : new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

test('one problem is one line; several are counted and listed', () => {
  expect(() => load('rancher: { url: x }\n')).toThrow(
    /^drover\.yaml:1:17: rancher\.url: The Rancher URL "x" must begin with/,
  );
  expect(() => load('rancher: { url: x }\nx: 1\n')).toThrow(
    /^The configuration has 2 problems:\n {2}drover\.yaml:1:17: .*\n {2}drover\.yaml:2:1: /,
  );
});

describe('where the file is looked for', () => {
  const withUrl = (host: string): string => `rancher: { url: https://${host} }\nenvironments: { prod: {} }\n`;
  const hostOf = (configuration: Configuration): string | undefined => configuration.environment('prod').url?.value;

  test('--config, then DROVER_CONFIG, then ./drover.yaml, then ~/.config', () => {
    mkdirSync(join(cwd, 'home/.config/drover'), { recursive: true });
    writeFileSync(join(cwd, 'home/.config/drover/drover.yaml'), withUrl('home'));
    expect(hostOf(load(undefined))).toBe('https://home');
    expect(hostOf(load(withUrl('here')))).toBe('https://here');
    writeFileSync(join(cwd, 'variable.yaml'), withUrl('variable'));
    expect(hostOf(load(undefined, { DROVER_CONFIG: 'variable.yaml' }))).toBe('https://variable');
    writeFileSync(join(cwd, 'flag.yaml'), withUrl('flag'));
    expect(hostOf(load(undefined, { DROVER_CONFIG: 'variable.yaml' }, 'flag.yaml'))).toBe('https://flag');
  });

  test('a file that was named and is not there is an error, and says who named it', () => {
    expect(() => load(undefined, {}, 'missing.yaml')).toThrow(
      'missing.yaml: there is no such file (named by --config)',
    );
    expect(() => load(undefined, { DROVER_CONFIG: 'gone.yaml' })).toThrow(
      'gone.yaml: there is no such file (named by DROVER_CONFIG)',
    );
    expect(() => load(undefined, {}, '.')).toThrow('it is a folder (named by --config)');
  });

  test('a file that is no text is an error', () => {
    writeFileSync(join(cwd, 'drover.yaml'), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
    expect(() => load(undefined)).toThrow('drover.yaml: it is not UTF-8 text');
  });
});

const FULL = `
temporal: { address: temporal.example.com:7233, namespace: deployments, webUrl: https://temporal.example.com/ }
rancher:
  url: https://rancher.example.com/v1
  accessKey: { env: RANCHER_ACCESS_KEY }
  secretKey: { file: secrets/rancher }
defaults: { onPending: wait, stallLimit: 20m, batchSize: 2 }
environments:
  prod:
    project: Production
    policy: { batchSize: 1, soak: 90s, batchInterval: 500ms }
    variables:
      web-db-password: { env: WEB_DB_PASSWORD }
    labels: false
  qa:
    rancher: { url: https://qa.example.com, secretKey: { env: QA_SECRET } }
    policy:
worker: { environments: [qa], shutdownGraceTime: 1m, maxConcurrentActivities: 7 }
`;
const ENV = { RANCHER_ACCESS_KEY: 'canary-access', WEB_DB_PASSWORD: 'canary-password', QA_SECRET: 'canary-qa' };

function loadFull(): Configuration {
  mkdirSync(join(cwd, 'secrets'));
  writeFileSync(join(cwd, 'secrets/rancher'), 'canary-secret\n');
  return load(FULL, ENV);
}

describe('a good drover.yaml', () => {
  test('defaults, overrides and everything else end up where they belong', () => {
    const configuration = loadFull();
    expect(configuration.temporal).toMatchObject({
      address: 'temporal.example.com:7233',
      namespace: 'deployments',
      webUrl: 'https://temporal.example.com',
    });
    const prod = configuration.environment('prod');
    expect(prod.project).toBe('Production');
    expect(prod.policy).toEqual({
      ...DEFAULT_POLICY,
      onPending: 'wait',
      strategy: { batchSize: 1, batchIntervalMillis: 500, startFirst: false },
      stallLimitMillis: 20 * 60_000,
      soakMillis: 90_000,
      label: false,
    });
    expect(prod.variables.get('web-db-password')?.read()).toBe('canary-password');
    const qa = configuration.environment('qa');
    expect(qa.project).toBe('qa');
    expect(qa.policy).toMatchObject({ onPending: 'wait', label: true, strategy: { batchSize: 2 } });
    expect(configuration.worker).toMatchObject({
      environments: ['qa'],
      shutdownGraceMillis: 60_000,
      maxConcurrentActivities: 7,
    });
  });

  test("Rancher's event stream is listened to, unless all environments or one of them say otherwise", () => {
    const eventsOf = (yaml: string): unknown[] => [...load(yaml).environments.values()].map(({ events }) => events);
    const environments =
      'environments: { prod: {}, dev: { rancher: { events: true } }, qa: { rancher: { events: false } } }';
    expect(eventsOf(environments)).toEqual([true, true, false]);
    expect(eventsOf(`rancher: { events: false }\n${environments}`)).toEqual([false, true, false]);
  });

  test('each environment has its own keys; a line break at the end of a file is no part of the key', () => {
    const prepared = prepareEnvironments(loadFull(), ['prod', 'qa']);
    expect(prepared.map(({ alias, url, webUrl }) => [alias, url, webUrl])).toEqual([
      ['prod', 'https://rancher.example.com/v1', 'https://rancher.example.com'],
      ['qa', 'https://qa.example.com', 'https://qa.example.com'],
    ]);
    expect(prepared.map(({ accessKey, secretKey }) => [accessKey.read(), secretKey.read()])).toEqual([
      ['canary-access', 'canary-secret'],
      ['canary-access', 'canary-qa'],
    ]);
  });

  test('a key that changes is read anew', () => {
    const [qa] = prepareEnvironments(loadFull(), ['prod']);
    writeFileSync(join(cwd, 'secrets/rancher'), 'rotated');
    expect(qa?.secretKey.read()).toBe('rotated');
  });

  test('the request sets its own over the environment, and nothing else', () => {
    const configuration = loadFull();
    const policy = resolvePolicy(configuration, 'prod', {
      onPending: 'abort',
      batchSize: 5,
      startFirst: true,
      timeoutMillis: 1000,
    });
    expect(policy).toEqual({
      ...configuration.environment('prod').policy,
      onPending: 'abort',
      timeoutMillis: 1000,
      strategy: { batchSize: 5, batchIntervalMillis: 500, startFirst: true },
    });
    expect(() => resolvePolicy(configuration, 'pord', {})).toThrow(
      'unknown environment "pord"; did you mean prod? configured: prod, qa',
    );
  });

  test('no secret shows, whichever way the configuration is printed', () => {
    const configuration = loadFull();
    const prepared = prepareEnvironments(configuration, ['prod', 'qa']);
    const printed = [
      ...configuration.describe(),
      inspect(configuration, { depth: 20, showHidden: true }),
      JSON.stringify([...configuration.environments.values()]),
      inspect(prepared, { depth: 20 }),
      JSON.stringify(prepared),
      String(prepared[0]?.secretKey),
    ].join('\n');
    expect(printed).not.toContain('canary');
    expect(printed).toContain('***');
  });

  test('it describes itself: what is set, and where each secret comes from', () => {
    const text = loadFull().describe().join('\n');
    expect(text).toContain(
      'Temporal: temporal.example.com:7233, namespace deployments, Web UI https://temporal.example.com',
    );
    expect(text).toContain(
      `access key: environment variable RANCHER_ACCESS_KEY (another one takes a restart); secret key: file ${join(cwd, 'secrets/rancher')}`,
    );
    expect(text).toContain('policy: onPending wait, label false, stallLimit 20m, soak 90s, batchInterval 500ms');
    expect(text).toContain('variables: web-db-password (environment variable WEB_DB_PASSWORD)');
  });

  test('merge keys share what environments have in common', () => {
    const configuration = load(
      'environments:\n  a: &common\n    policy: { soak: 5s }\n  b:\n    <<: *common\n    project: Other\n',
    );
    expect(configuration.environment('b').policy.soakMillis).toBe(5000);
  });
});

describe('environment variables that people already use', () => {
  const KEYS = { RANCHER_ACCESS_KEY: 'a', RANCHER_SECRET_KEY: 's' };

  test('without a file they make an environment', () => {
    const configuration = load(undefined, { RANCHER_URL: 'https://h', RANCHER_ENVIRONMENT: 'Production', ...KEYS });
    expect(prepareEnvironments(configuration, ['Production'])).toMatchObject([
      { alias: 'Production', project: 'Production', url: 'https://h' },
    ]);
  });

  test.each([
    ['a project id in the URL counts', { RANCHER_URL: 'https://h/v1/projects/1a7' }, 'default', '1a7'],
    [
      'an id goes before a name',
      { RANCHER_URL: 'https://h', RANCHER_ENVIRONMENT: 'prod', RANCHER_ENV_ID: '1a9' },
      'prod',
      '1a9',
    ],
    ['CATTLE_URL does too', { CATTLE_URL: 'https://h/v2-beta/projects/1a5/schemas' }, 'default', '1a5'],
  ])('%s', (_, env, alias, project) => {
    expect(prepareEnvironments(load(undefined, { ...env, ...KEYS }), [alias])).toMatchObject([{ alias, project }]);
  });

  test('keys come from RANCHER_*, RANCHER_*_FILE, or CATTLE_*, in this order', () => {
    writeFileSync(join(cwd, 'key'), 'from-file\n');
    const env = {
      RANCHER_URL: 'https://h',
      RANCHER_ENV_ID: '1a5',
      CATTLE_ACCESS_KEY: 'cattle',
      CATTLE_SECRET_KEY: 'cattle',
    };
    const read = (more: NodeJS.ProcessEnv): string | undefined =>
      prepareEnvironments(load(undefined, { ...env, ...more }), ['default'])[0]?.secretKey.read();
    expect(read({})).toBe('cattle');
    expect(read({ RANCHER_SECRET_KEY_FILE: 'key' })).toBe('from-file');
    expect(read({ RANCHER_SECRET_KEY_FILE: 'key', RANCHER_SECRET_KEY: 'plain' })).toBe('plain');
  });

  test('they fill what the file leaves out, and do not win over it', () => {
    const file = 'rancher: { secretKey: { env: OWN } }\nenvironments: { prod: { project: P } }\n';
    const configuration = load(file, { RANCHER_URL: 'https://h', RANCHER_ENVIRONMENT: 'ignored', ...KEYS, OWN: 'own' });
    expect([...configuration.environments.keys()]).toEqual(['prod']);
    const [prod] = prepareEnvironments(configuration, ['prod']);
    expect([prod?.url, prod?.accessKey.read(), prod?.secretKey.read()]).toEqual(['https://h', 'a', 'own']);
  });

  test('a file without environments takes the one that they describe', () => {
    const configuration = load('defaults: { soak: 3s }\n', { RANCHER_URL: 'https://h', RANCHER_ENVIRONMENT: 'qa' });
    expect(configuration.environment('qa').policy.soakMillis).toBe(3000);
  });

  test('with nothing at all there is no environment, and that is no error until somebody needs one', () => {
    const configuration = load(undefined);
    expect(configuration.environments.size).toBe(0);
    expect(configuration.temporal).toMatchObject({
      address: '127.0.0.1:7233',
      namespace: 'default',
      webUrl: 'http://127.0.0.1:8233',
    });
    expect(() => configuration.environment('prod')).toThrow(
      'unknown environment "prod": none is configured. Write a drover.yaml',
    );
  });

  test('DROVER_WORKER_ENVIRONMENTS goes before the file, and is checked', () => {
    const file = 'environments: { a: {}, b: {} }\nworker: { environments: [a] }\n';
    expect(load(file, { DROVER_WORKER_ENVIRONMENTS: 'b, a' }).worker.environments).toEqual(['b', 'a']);
    expect(() => load(file, { DROVER_WORKER_ENVIRONMENTS: 'c' })).toThrow(
      'DROVER_WORKER_ENVIRONMENTS: unknown environment "c"',
    );
  });

  test.each([
    ['DROVER_METRICS_ADDRESS', 'metricsAddress'],
    ['DROVER_HEALTH_ADDRESS', 'healthAddress'],
  ] as const)('%s goes before the file, and is checked', (name, key) => {
    const file = `environments: { a: {} }\nworker: { ${key}: "127.0.0.1:1" }\n`;
    expect(load(file, {}).worker[key]).toBe('127.0.0.1:1');
    expect(load(file, { [name]: '' }).worker[key]).toBe('127.0.0.1:1');
    expect(load(file, { [name]: '[::1]:2' }).worker[key]).toBe('[::1]:2');
    expect(() => load(file, { [name]: '9464' })).toThrow(`${name}: "9464" is no address to listen on`);
    expect(() => load(file, { [name]: 'http://h/?token=canary' })).toThrow(
      `${name}: the text is no address to listen on`,
    );
    expect(load('environments: { a: {} }\n', {}).worker[key]).toBeUndefined();
  });

  test('a name that cannot be an alias is refused', () => {
    expect(() => load(undefined, { RANCHER_URL: 'https://h', RANCHER_ENVIRONMENT: 'a/b' })).toThrow(
      'RANCHER_ENVIRONMENT: "a/b" cannot name an environment',
    );
  });
});

describe('what an environment lacks is told when it is to be served', () => {
  test('everything that is missing, at once, with its place', () => {
    const configuration = load('environments:\n  prod: {}\n');
    expect(problemsOf(() => prepareEnvironments(configuration, ['prod', 'qa']))).toEqual([
      {
        where: 'drover.yaml:2:3',
        message: "environment prod: Rancher's address is missing; set rancher.url, or RANCHER_URL",
      },
      {
        where: 'drover.yaml:2:3',
        message:
          'environment prod: the access key is missing; set rancher.accessKey, or RANCHER_ACCESS_KEY or RANCHER_ACCESS_KEY_FILE',
      },
      {
        where: 'drover.yaml:2:3',
        message:
          'environment prod: the secret key is missing; set rancher.secretKey, or RANCHER_SECRET_KEY or RANCHER_SECRET_KEY_FILE',
      },
      { where: undefined, message: 'unknown environment "qa"; configured: prod' },
    ]);
  });

  test('secrets that cannot be read: a variable that is not set, an empty file, a missing one, a folder', () => {
    writeFileSync(join(cwd, 'empty'), '\n');
    const configuration = load(`
rancher: { url: https://h, accessKey: { env: NOT_SET }, secretKey: { file: empty } }
environments:
  prod: { variables: { one: { file: missing }, two: { file: . } } }
`);
    expect(problemsOf(() => prepareEnvironments(configuration, ['prod'])).map(({ message }) => message)).toEqual([
      'environment prod: the access key: environment variable NOT_SET is not set',
      `environment prod: the secret key: file ${join(cwd, 'empty')} is empty`,
      `environment prod: variable one: file ${join(cwd, 'missing')} does not exist`,
      `environment prod: variable two: file ${cwd} is a folder`,
    ]);
  });

  test('a CA that is not there, or is none, with its line', () => {
    writeFileSync(join(cwd, 'ca.pem'), 'no certificate');
    const file = (ca: string): string =>
      `rancher:\n  url: https://h\n  ca: ${ca}\n  accessKey: { env: A }\n  secretKey: { env: A }\nenvironments: { prod: {} }\n`;
    const attempt = (ca: string) => problemsOf(() => prepareEnvironments(load(file(ca), { A: 'a' }), ['prod']));
    expect(attempt('ca.pem')).toEqual([
      { where: 'drover.yaml:3:7', message: expect.stringContaining('holds no PEM certificate') },
    ]);
    expect(attempt('gone.pem')).toEqual([
      { where: 'drover.yaml:3:7', message: expect.stringContaining('gone.pem does not exist') },
    ]);
  });

  test('a bad RANCHER_URL, and no project to go to', () => {
    const env = { RANCHER_ACCESS_KEY: 'a', RANCHER_SECRET_KEY: 's' };
    expect(
      problemsOf(() =>
        prepareEnvironments(load(undefined, { ...env, RANCHER_URL: 'h', RANCHER_ENVIRONMENT: 'p' }), ['p']),
      ),
    ).toEqual([{ where: 'RANCHER_URL', message: expect.stringContaining('must begin with http:// or https://') }]);
    expect(
      problemsOf(() => prepareEnvironments(load(undefined, { ...env, RANCHER_URL: 'https://h' }), ['default'])),
    ).toEqual([
      {
        where: 'environment variables',
        message: expect.stringContaining('which environment of Rancher? Set RANCHER_ENVIRONMENT'),
      },
    ]);
    const leaky = load(undefined, { ...env, RANCHER_URL: 'https://u:hunter2@h', RANCHER_ENVIRONMENT: 'p' });
    expect(leaky.describe().join()).not.toContain('hunter2');
    expect(JSON.stringify(problemsOf(() => prepareEnvironments(leaky, ['p'])))).not.toContain('hunter2');
  });
});

describe('Temporal', () => {
  const FILE = 'temporal: { address: file:7233, namespace: from-file, webUrl: https://web }\n';

  test("Temporal's own variables win over the file, and then the file's Web UI is another server's", () => {
    expect(load(FILE).temporal).toMatchObject({ address: 'file:7233', namespace: 'from-file', webUrl: 'https://web' });
    expect(load(FILE, { TEMPORAL_ADDRESS: '127.0.0.1:9', TEMPORAL_NAMESPACE: 'n' }).temporal).toMatchObject({
      address: '127.0.0.1:9',
      namespace: 'n',
      webUrl: 'http://127.0.0.1:1009',
    });
    expect(load(FILE, { TEMPORAL_ADDRESS: 'other:7233' }).temporal.webUrl).toBeUndefined();
    expect(load(FILE, { TEMPORAL_ADDRESS: 'o:1', DROVER_TEMPORAL_WEB_URL: 'https://o' }).temporal.webUrl).toBe(
      'https://o',
    );
  });

  test('a profile of its configuration file counts, with TLS and API key, which show nowhere', () => {
    const toml = '[profile.team]\naddress = "cloud:7233"\nnamespace = "team"\napi_key = "canary-key"\n';
    writeFileSync(join(cwd, 'temporal.toml'), toml);
    const env = { TEMPORAL_CONFIG_FILE: join(cwd, 'temporal.toml'), TEMPORAL_PROFILE: 'team' };
    const { temporal } = load(FILE, env);
    expect(temporal).toMatchObject({ address: 'cloud:7233', namespace: 'team' });
    expect(temporal.connectionOptions()).toEqual(
      expect.objectContaining({ address: 'cloud:7233', apiKey: 'canary-key', tls: true }),
    );
    expect(temporal.describe()).toContain('cloud:7233 (TLS, API key)');
    expect(inspect(temporal, { depth: 9, showHidden: true }) + JSON.stringify(temporal)).not.toContain('canary');
    expect(() => load(FILE, { ...env, TEMPORAL_PROFILE: 'tema' })).toThrow(
      /Temporal's own environment configuration .* 'tema' not found/,
    );
  });
});

test('a file that may not be read says so', () => {
  writeFileSync(join(cwd, 'drover.yaml'), 'environments: {}\n');
  chmodSync(join(cwd, 'drover.yaml'), 0);
  const attempt = (): unknown => load(undefined);
  // The superuser reads everything: for it there is nothing to refuse.
  if (process.getuid?.() === 0) expect(attempt).not.toThrow();
  else expect(attempt).toThrow('drover.yaml: it may not be read by this user');
});
