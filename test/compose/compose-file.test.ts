import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { METRICS } from '../../workflows/metric-table';
import { parseDuration } from '../../client/input/duration';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { ROOT } from '../support/root';
import type { ComposeService } from './compose-file';
import { COMPOSE_TEXT, demoVariables, millisOf, renderComposeFile, renderedTree } from './compose-file';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

// Docker is not at hand where the tests run: what can be held without it is held here, and by `npm run compose`.
const team = renderComposeFile(COMPOSE_TEXT, {});
const demo = renderComposeFile(COMPOSE_TEXT, demoVariables());
const services = Object.entries(team.services);
const named = (name: string): ComposeService => {
  const found = team.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};
const isOurs = (service: ComposeService): boolean => service.image.startsWith('drover:');

describe("the Compose specification's schema", () => {
  // Unknown keywords and formats are errors: nothing of the schema is passed over but these, which are annotations or no formats of JSON Schema.
  const ajv = new Ajv({
    allErrors: true,
    strictKeywords: true,
    unknownFormats: ['duration', 'expose', 'ports', 'subnet_ip_address'],
  });
  for (const annotation of ['deprecated', '$defs']) ajv.addKeyword(annotation, {});
  const { $schema, ...schema } = JSON.parse(read('test', 'fixtures', 'compose-spec', 'compose-spec.json')) as {
    $schema: string;
  };
  const validate = ajv.compile(schema);
  const errors = (tree: unknown): string[] => {
    void validate(tree);
    return (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ''}`);
  };

  test('takes the file for a team and for the demo', () => {
    expect($schema).toContain('draft-07');
    expect(errors(renderedTree(COMPOSE_TEXT, {}))).toEqual([]);
    expect(errors(renderedTree(COMPOSE_TEXT, demoVariables()))).toEqual([]);
  });

  test.each([
    ['a key that there is not', (worker: Record<string, unknown>) => (worker.heathcheck = {}), 'additional properties'],
    ['a list for a number', (worker: Record<string, unknown>) => (worker.read_only = []), "['worker'].read_only"],
    [
      'a health check without a command',
      (worker: Record<string, unknown>) => (worker.healthcheck = { tests: [] }),
      'healthcheck',
    ],
  ])('refuses %s', (_, spoil, expected) => {
    const tree = renderedTree(COMPOSE_TEXT, {}) as { services: { worker: Record<string, unknown> } };
    spoil(tree.services.worker);
    expect(errors(tree).join('\n')).toContain(expected);
  });
});

test('what a service waits for is there, belongs to its profiles, and can be waited for in that way', () => {
  const waits = services.flatMap(([, service]) =>
    Object.entries(service.depends_on).map((wait) => ({ service, wait })),
  );
  expect(waits.length).toBeGreaterThanOrEqual(6);
  for (const { service, wait } of waits) {
    const [name, { condition }] = wait;
    const awaited = named(name);
    for (const profile of awaited.profiles) expect(service.profiles).toContain(profile);
    if (condition === 'service_healthy') expect(awaited.healthcheck).toBeDefined();
    // A job that ends must not be started again.
    if (condition === 'service_completed_successfully') expect(awaited.restart).toBeUndefined();
    else expect(awaited.restart).toBe('unless-stopped');
  }
});

test('"up --wait" comes back: a job that ends is waited for by something that stays', () => {
  const jobs = services.filter(([, { restart }]) => restart === undefined).map(([name]) => name);
  const awaited = services.flatMap(([, { depends_on: on }]) =>
    Object.keys(on).filter((name) => on[name]?.condition === 'service_completed_successfully'),
  );
  expect(jobs).toEqual(['temporal-schema', 'temporal-setup']);
  expect(awaited.sort()).toEqual(jobs);
});

test('without a profile there is what a team needs; the simulator and the metrics come with theirs', () => {
  const of = (profile: string | null): string[] =>
    services
      .filter(([, { profiles }]) => (profile === null ? profiles.length === 0 : profiles.includes(profile)))
      .map(([name]) => name);
  expect(of(null)).toEqual(['postgresql', 'temporal-schema', 'temporal', 'temporal-setup', 'temporal-ui', 'worker']);
  expect(of('demo')).toEqual(['simulator']);
  expect(of('metrics')).toEqual(['prometheus', 'grafana']);
});

test('images have versions, none is the deprecated auto-setup, and what is ours is built from one image', () => {
  const images = services.filter(([, service]) => !isOurs(service)).map(([, { image }]) => image);
  for (const image of images) expect(image).toMatch(/:v?\d+(\.\d+)+(-bookworm)?$/);
  expect(images.join()).not.toContain('auto-setup');
  expect(named('temporal-schema').image.split(':')[1]).toBe(named('temporal').image.split(':')[1]);
  const ours = services.filter(([, service]) => isOurs(service));
  expect(ours.map(([name]) => name)).toEqual(['temporal-setup', 'worker', 'simulator']);
  expect(new Set(ours.map(([, { image }]) => image)).size).toBe(1);
  // Several that build one tag get into each other's way; the others must not ask a registry for what is built here.
  expect(ours.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['temporal-setup']);
  for (const [name, one] of ours.slice(1)) expect([name, one.pull_policy]).toEqual([name, 'never']);
});

test('every service is contained: no way to more rights, no capability but those of PostgreSQL, no file system to write to', () => {
  for (const [name, service] of services) {
    expect([name, service.security_opt, service.cap_drop]).toEqual([name, ['no-new-privileges:true'], ['ALL']]);
    expect([name, service.cap_add]).toEqual([
      name,
      name === 'postgresql' ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] : [],
    ]);
    // Grafana writes beside its data.
    expect([name, service.read_only]).toEqual([name, name !== 'grafana']);
    expect([name, service.logging]).toEqual([
      name,
      { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
    ]);
  }
});

test('secrets are files: every one that is used is defined, none is in an environment or on a command line', () => {
  for (const [name, service] of services) {
    for (const secret of service.secrets)
      expect([name, Object.keys(team.secrets)]).toEqual([name, expect.arrayContaining([secret])]);
    for (const { source } of service.configs) expect(Object.keys(team.configs)).toContain(source);
    for (const [variable, value] of Object.entries(service.environment)) {
      if (!/PASSWORD|SECRET|_KEY|_PWD|TOKEN/.test(variable)) continue;
      expect([name, variable]).toEqual([name, expect.stringMatching(/_FILE$/)]);
      expect(service.secrets.map((secret) => `/run/secrets/${secret}`)).toContain(value);
    }
  }
  expect(named('worker').secrets).toHaveLength(3);
  expect(COMPOSE_TEXT).not.toMatch(/PASSWORD:-|PWD:-|_KEY:-/);
});

test('nothing listens beyond this machine unless somebody says so', () => {
  const ports = (file: typeof team): string[] => Object.values(file.services).flatMap((service) => service.ports);
  expect(ports(team)).toHaveLength(5);
  for (const port of [...ports(team), ...ports(demo)]) expect(port).toMatch(/^127\.0\.0\.1:/);
  const open = renderComposeFile(COMPOSE_TEXT, { ...demoVariables(), TEMPORAL_BIND: '0.0.0.0' });
  expect(ports(open).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual(['0.0.0.0:7233:7233']);
  const database = services.filter(([, { networks }]) => networks.includes('database')).map(([name]) => name);
  expect(database).toEqual(['postgresql', 'temporal-schema', 'temporal']);
  expect(team.networks.database).toEqual({ internal: true });
});

test('every variable that is set for a process of ours is one that Drover reads', () => {
  const table = read('docs', 'configuration.md').split('## Environment variables')[1] ?? '';
  const documented = new Set(
    [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
    ),
  );
  // Of those the table says "with _FILE appended".
  for (const name of ['RANCHER_ACCESS_KEY', 'RANCHER_SECRET_KEY']) documented.add(`${name}_FILE`);
  expect(documented.size).toBeGreaterThan(20);
  const ours = services.filter(([, service]) => isOurs(service));
  for (const [name, { environment, command = [] }] of ours) {
    const forTheShell = Object.keys(environment).filter((variable) => command.join().includes(`$${variable}`));
    const set = Object.keys(environment).filter((variable) => !forTheShell.includes(variable));
    expect([name, set.filter((variable) => !documented.has(variable))]).toEqual([name, []]);
  }
  expect(Object.keys(named('worker').environment).length).toBeGreaterThanOrEqual(8);
});

test('what runs may end: the worker is given longer than its own grace', () => {
  const { worker } = loadConfiguration({ env: demoEnvironment(), cwd: ROOT });
  expect(millisOf(named('worker').stop_grace_period)).toBeGreaterThanOrEqual(worker.shutdownGraceMillis + 10_000);
});

test("the demo's worker can be configured: its environment is one of the simulated Rancher's", () => {
  const { environments } = loadConfiguration({ env: demoEnvironment(), cwd: ROOT });
  expect([...environments.keys()]).toEqual(['demo']);
  const simulator = demo.services.simulator;
  const port = simulator?.command?.at(-1);
  expect(read('examples', 'compose', 'drover.yaml')).toContain(`http://simulator:${port ?? ''}`);
  expect(demo.services.worker?.networks.filter((network) => simulator?.networks.includes(network))).toEqual([
    'rancher',
  ]);
});

test('the namespace keeps what is over for a time that Drover takes', () => {
  expect(parseDuration(named('temporal-setup').environment.RETENTION ?? '', false)).toBe(30 * 24 * 3_600_000);
});

test('every file that the compose file names is there, and the demo needs no other', () => {
  const files = [
    ...[demo.configs, demo.secrets].flatMap((defined) => Object.values(defined).map(({ file }) => file)),
    ...Object.values(demo.services).flatMap(({ volumes }) =>
      volumes.flatMap((one) => (typeof one === 'string' ? [] : [one.source])),
    ),
  ];
  expect(files).toHaveLength(12);
  for (const file of files) expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
  const volumes = services.flatMap(([, service]) => service.volumes).filter((one) => typeof one === 'string');
  expect(volumes.map((one) => one.split(':')[0])).toEqual(Object.keys(team.volumes));
});

describe('metrics', () => {
  const prometheus = parse(read('examples', 'compose', 'prometheus.yml')) as {
    rule_files: string[];
    scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
  };

  test('Prometheus asks who serves them, where they are served, over a network of both', () => {
    const asked = prometheus.scrape_configs.flatMap(({ dns_sd_configs: found }) =>
      found.flatMap(({ names, port }) => names.map((name) => ({ name, port }))),
    );
    expect(asked).toEqual([
      { name: 'worker', port: Number(named('worker').environment.DROVER_METRICS_ADDRESS?.split(':')[1]) },
      { name: 'temporal', port: Number(named('temporal').environment.PROMETHEUS_ENDPOINT?.split(':')[1]) },
    ]);
    for (const { name } of asked)
      expect(named('prometheus').networks.filter((network) => named(name).networks.includes(network))).toEqual([
        'temporal',
      ]);
  });

  test('its alerts are those of docs/metrics.md, over metrics that there are', () => {
    const alerts = read('examples', 'compose', 'alerts.yml');
    expect(read('docs', 'metrics.md')).toContain(alerts.trim());
    const used = [...alerts.matchAll(/\b(drover_\w+)/g)].map(([, name = '']) => name);
    expect(used.length).toBeGreaterThan(2);
    for (const name of used) expect(Object.keys(METRICS)).toContain(name);
    expect(prometheus.rule_files).toEqual(['alerts.yml']);
    expect(named('prometheus').configs.map(({ target }) => target)).toContain('/etc/prometheus/alerts.yml');
  });
});

/** What the demo's worker finds, with the paths of this checkout for those of its container. */
function demoEnvironment(): NodeJS.ProcessEnv {
  const { worker } = demo.services;
  const [volume] = worker?.volumes ?? [];
  if (worker === undefined || typeof volume !== 'object') throw new Error('the worker has no configuration');
  const inside = (value: string): string => {
    if (value === volume.target) return join(ROOT, volume.source);
    const secret = demo.secrets[value.replace('/run/secrets/', '')];
    return secret === undefined ? value : join(ROOT, secret.file);
  };
  return Object.fromEntries(Object.entries(worker.environment).map(([name, value]) => [name, inside(value)]));
}
