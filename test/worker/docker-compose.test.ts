import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(__dirname, '..', '..');

// Docker is not at hand where the tests run: what can be held without it is held here.
const compose = z
  .object({
    services: z.record(
      z.string(),
      z.object({
        image: z.string().optional(),
        build: z.string().optional(),
        depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
        healthcheck: z.unknown().optional(),
        restart: z.string().optional(),
        environment: z.record(z.string(), z.string()).default({}),
        ports: z.array(z.string()).default([]),
        secrets: z.array(z.string()).default([]),
        configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
      }),
    ),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
    configs: z.record(z.string(), z.object({ content: z.string() })),
  })
  .parse(parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }));
const services = Object.entries(compose.services);

test('what a service waits for is there, and can be waited for in that way', () => {
  const waits = services.flatMap(([, service]) => Object.entries(service.depends_on));
  expect(waits.length).toBeGreaterThanOrEqual(5);
  for (const [name, { condition }] of waits) {
    const awaited = compose.services[name];
    expect(awaited).toBeDefined();
    if (condition === 'service_healthy') expect(awaited?.healthcheck).toBeDefined();
    // A job that ends must not be started again.
    else expect([condition, awaited?.restart]).toEqual(['service_completed_successfully', undefined]);
  }
});

test('images have versions, none is the deprecated auto-setup, and only the worker is built', () => {
  const images = services.flatMap(([, { image }]) => image ?? []);
  for (const image of images) expect(image).toMatch(/:\d+(\.\d+)*$/);
  expect(images.join()).not.toContain('auto-setup');
  expect(services.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['worker']);
});

test('keys come from secrets, and every secret and config that is used is defined', () => {
  for (const [, service] of services) {
    for (const secret of service.secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const { source } of service.configs) expect(Object.keys(compose.configs)).toContain(source);
  }
  const environment: Record<string, string> = compose.services['worker']?.environment ?? {};
  const secrets = compose.services['worker']?.secrets ?? [];
  expect(Object.keys(environment).filter((name) => /_KEY$/.test(name))).toEqual([]);
  for (const name of ['RANCHER_ACCESS_KEY_FILE', 'RANCHER_SECRET_KEY_FILE']) {
    expect(secrets.map((secret) => `/run/secrets/${secret}`)).toContain(environment[name]);
  }
});

test('nothing listens beyond this machine unless somebody says so', () => {
  const ports = services.flatMap(([, service]) => service.ports);
  expect(ports).toHaveLength(2);
  for (const port of ports) expect(port).toMatch(/^(127\.0\.0\.1|\$\{TEMPORAL_BIND:-127\.0\.0\.1\}):/);
});

/** Where the address of what answers goes. */
const PLACE = '@@';

describe('whether the worker is well is asked', () => {
  const [, , , script = ''] = z
    .object({ test: z.array(z.string()) })
    .parse(compose.services['worker']?.healthcheck).test;
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const [, command = ''] = /^HEALTHCHECK [^\n]*\\\n +CMD (.+)$/m.exec(dockerfile) ?? [];
  const address: string = compose.services['worker']?.environment['DROVER_HEALTH_ADDRESS'] ?? '';
  /** What answers, as a process of its own: the checks are waited for. */
  const answering = (path: string, status: number): string =>
    `require('node:http').createServer((request, response) => {
       response.writeHead(request.url === '${path}' ? ${status} : 404).end();
     }).listen(0, '127.0.0.1', function () { check('127.0.0.1:' + this.address().port); });`;
  const exitCode = (answers: string, check: (address: string) => readonly string[]): number | null => {
    const [file, ...args] = check(PLACE);
    const program = `function check(address) {
      const args = ${JSON.stringify(args)}.map((one) => one.replace('${PLACE}', address));
      const env = { ...process.env, DROVER_HEALTH_ADDRESS: address };
      require('node:child_process').spawn(${JSON.stringify(file)}, args, { env }).on('exit', (code) => process.exit(code));
    } ${answers}`;
    return spawnSync(process.execPath, ['-e', program], { timeout: 30_000 }).status;
  };
  const byCompose = (where: string): string[] => [process.execPath, '-e', script.replace(address, where)];
  const byImage = (): string[] => ['sh', '-c', command];

  test.each([
    ['/readyz', 200, 0],
    ['/readyz', 503, 1],
    ['/healthz', 200, 1],
  ])('by docker-compose.yml: %s answers %d', (path, status, expected) => {
    expect(script).toContain(`http://${address}/readyz`);
    expect(exitCode(answering(path, status), byCompose)).toBe(expected);
  });

  test.each([
    ['/healthz', 200, 0],
    ['/healthz', 503, 1],
    ['/readyz', 200, 1],
  ])('by the image: %s answers %d', (path, status, expected) => {
    expect(exitCode(answering(path, status), byImage)).toBe(expected);
  });

  test('where nothing listens, it is not; where nobody said where, nothing is asked', () => {
    expect(exitCode(`check('127.0.0.1:9')`, byCompose)).toBe(1);
    expect(exitCode(`check('127.0.0.1:9')`, byImage)).toBe(1);
    expect(exitCode(`check('')`, byImage)).toBe(0);
  });
});
