import { gzipSync } from 'node:zlib';
import type { LocalServer } from '../rancher/local-server';
import { startTcp } from '../rancher/local-server';
import { canary, CanarySearch } from '../e2e/canaries';
import { Command, STACK } from '../e2e/command';
import { resultOf } from '../e2e/said';
import { Scene } from '../e2e/scene';
import type { ServiceSeed, WorldSeed } from '../../simulator/world-seed';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { uncleanIn } from './clean-words';
import type { Moment, Twist } from './hostile-proxy';
import { HostileProxy } from './hostile-proxy';

const json =
  (text: string): Twist =>
  (response) =>
    void response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
const field =
  (name: string, value: string): Twist =>
  (response, text) => {
    const fields = Object.entries(JSON.parse(text) as object).filter(([known]) => known !== name);
    json(`${JSON.stringify(Object.fromEntries(fields)).slice(0, -1)},${JSON.stringify(name)}:${value}}`)(
      response,
      text,
    );
  };
const inConfig =
  (name: string, value: unknown): Twist =>
  (response, text) => {
    const service = JSON.parse(text) as { launchConfig: Record<string, unknown> };
    json(JSON.stringify({ ...service, launchConfig: { ...service.launchConfig, [name]: value } }))(response, text);
  };
let recorder: LocalServer;
const recorded: string[] = [];
const redirect =
  (status: number): Twist =>
  (response) =>
    void response.writeHead(status, { Location: `http://127.0.0.1:${recorder.port}/v2-beta` }).end();

/** What a passing trouble of the server, or of something before it, may look like: none of it costs more than time. */
const PASSING: readonly (readonly [what: string, moment: Moment, twist: Twist])[] = [
  ['lists nested 100,000 deep', 'reads', json('['.repeat(100_000))],
  [
    'a configuration nested 1,000 deep',
    'reads',
    (response, text) =>
      json(text.replace('"launchConfig":{', `"launchConfig":{"x":${'['.repeat(1000)}${']'.repeat(1000)},`))(
        response,
        text,
      ),
  ],
  ['a body of 40 MB', 'reads', json(' '.repeat(40_000_000))],
  [
    'a gzip bomb',
    'reads',
    (response) =>
      void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(60_000_000, 32))),
  ],
  ['a redirect', 'reads', redirect(302)],
  [
    'a body that drips',
    'reads',
    (response, text) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(timer));
      response.write(text.slice(0, 20));
    },
  ],
  [
    'a reset in the body',
    'reads',
    (response, text) => void response.writeHead(200).write(text.slice(0, 100), () => response.destroy()),
  ],
  ['no state', 'reads', field('state', 'null')],
  ['a state with terminal escapes', 'reads', field('state', '"\\u001b[2Jupgraded"')],
  ['an id that is none', 'reads', field('id', '"\\ud800"')],
  ['a name of a megabyte', 'reads', field('name', JSON.stringify('x'.repeat(1_000_000)))],
  ['a version of a megabyte', 'reads', inConfig('version', 'x'.repeat(1_000_000))],
  ['an image of five megabytes', 'reads', inConfig('imageUuid', 'x'.repeat(5_000_000))],
  ['an id beyond numbers', 'reads', field('id', '1e400')],
  [
    'an accepted upgrade whose reply is a page',
    'post',
    (response) => void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<title>\u001b[2J</title>'),
  ],
  [
    'an accepted upgrade whose reply is cut',
    'post',
    (response, text) => void response.writeHead(202).end(text.slice(0, 300)),
  ],
  ['an accepted upgrade whose reply is a redirect', 'post', redirect(307)],
];

const PASSWORD = canary('of the environment');
const search = new CanarySearch([PASSWORD]);
const WORDS = `\u001b[2J\u001b]0;owned\u0007\r\n\nINFO fake line\u202e\u2066 ${PASSWORD.value} ${'x'.repeat(1_000_000)}`;
const ODD_NAMES = JSON.parse(
  '{"__proto__":"p1","constructor":"c1","toString":"t1","hasOwnProperty":"h1","valueOf":"v1"}',
) as Record<string, string>;

const seedOf = (name: string, more: Partial<ServiceSeed> = {}): ServiceSeed => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: `docker:example/${name}:1`, environment: { PASSWORD: PASSWORD.value } },
  ...more,
});
const nameOf = (index: number): string => `passing-${index}`;
const OTHERS = ['sick-plain', 'sick-json', 'away', 'rejected'];
const ODD = seedOf('odd', {
  launchConfig: { imageUuid: 'docker:example/odd:1', environment: ODD_NAMES, labels: ODD_NAMES },
  secondaryLaunchConfigs: [{ name: 'constructor', imageUuid: 'docker:example/side:1', environment: ODD_NAMES }],
});
const SERVICES = [...PASSING.map((_, index) => seedOf(nameOf(index))), ...OTHERS.map((name) => seedOf(name)), ODD];
const idOf = (name: string): string => `1s${1 + SERVICES.findIndex((one) => one.name === name)}`;
const SEED: WorldSeed = {
  keys: [{ accessKey: 'OWNER', secretKey: canary('the key', true).value, role: 'owner' }],
  projects: [{ name: 'Production', stacks: [{ name: STACK, services: SERVICES }] }],
  behaviours: ['sick-plain', 'sick-json'].map((name) => ({ image: `docker:example/${name}:2`, startFails: true })),
};

let stack: Stack;
const proxy = new HostileProxy();
beforeAll(async () => {
  recorder = await startTcp((socket) => socket.on('data', (data) => void recorded.push(data.toString('latin1'))));
  await proxy.start();
  for (const [index, [, moment, twist]] of PASSING.entries())
    proxy.twist(idOf(nameOf(index)), moment, twist, moment === 'post' ? 1 : 2);
  for (const name of ['sick-plain', 'sick-json'])
    proxy.twist(
      idOf(name),
      'reads',
      (response, text) => {
        const service = JSON.parse(text) as Record<string, unknown>;
        const words = service['state'] === 'upgrading' ? { transitioning: 'error', transitioningMessage: WORDS } : {};
        json(JSON.stringify({ ...service, ...words }))(response, text);
      },
      Infinity,
    );
  proxy.twist('away', 'always', redirect(301), Infinity);
  proxy.twist(
    idOf('rejected'),
    'post',
    (response) => {
      const words = {
        message: WORDS.slice(0, 5000),
        detail: `\u001b[31m${PASSWORD.value}`,
        fieldName: '\u0007\u202ex',
      };
      response.writeHead(422).end(JSON.stringify({ type: 'error', status: 422, code: 'InvalidReference', ...words }));
    },
    Infinity,
  );
  stack = await Stack.start({
    seed: SEED,
    policy: { requestTimeout: '1s', stallLimit: '15s', reachLimit: '3s' },
    environments: { prod: { project: 'Production', url: proxy.url } },
  });
  proxy.standBefore(stack.rancher.url);
}, 120_000);
afterAll(async () => {
  await stack.close();
  await Promise.all([proxy.close(), recorder.close()]);
});

const upgrade = (name: string, ...more: string[]): Promise<Ended> => new Command(stack, name, 'prod').upgrade(...more);

/** What the command says is clean, short, and tells no secret. */
function expectDecent({ stdout, stderr }: Ended): void {
  for (const line of `${stdout}${stderr}`.split('\n')) expect(uncleanIn(line)).toEqual([]);
  expect(search.find('the command', stdout + stderr)).toEqual([]);
  expect(stdout).not.toMatch(/^INFO fake line/m);
}

describe('a Rancher that is hostile for a while', () => {
  test.concurrent.each(PASSING.map(([what], index) => ({ what, index })))(
    '$what',
    async ({ index }) => {
      const scene = new Scene(stack, nameOf(index));
      await scene.upgrade();
      const { verdict, reason } = await scene.outcome();
      expect(uncleanIn(reason)).toEqual([]);
      expect(search.find('the reason', reason)).toEqual([]);
      expect([verdict, await scene.actions()]).toEqual(['succeeded', ['upgrade', 'finishupgrade']]);
    },
    120_000,
  );

  afterAll(() => expect(proxy.unmet()).toEqual([]));
});

describe('a Rancher that stays hostile', () => {
  test.concurrent.each([['sick-plain'], ['sick-json', '--json']])(
    '%s: its words are repeated clean, short and without secrets',
    async (name, ...more) => {
      const ended = await upgrade(name, ...more);
      expectDecent(ended);
      expect([ended.code, ended.stdout]).toEqual([3, expect.stringMatching(/owned\W+INFO fake line/)]);
      if (more.length > 0) expect(resultOf(ended)).toMatchObject({ verdict: 'rolled-back' });
      const sizes = (await stack.history(`deploy/prod/${STACK}/${name}`)).map((event) => JSON.stringify(event).length);
      expect(Math.max(...sizes)).toBeLessThan(30_000);
    },
    120_000,
  );

  test.concurrent(
    'redirects without end: unreachable, and nothing followed them',
    async () => {
      const ended = await upgrade('away');
      expectDecent(ended);
      expect(ended.code).toBe(9);
      expect(ended.stdout).toMatch(/a redirect to http:\/\/127\.0\.0\.1:\d+/);
      expect(await stack.actions('away')).toEqual([]);
    },
    120_000,
  );

  test.concurrent(
    'a refusal full of escapes and secrets: in its own words, clean',
    async () => {
      const ended = await upgrade('rejected');
      expectDecent(ended);
      expect(ended.stdout + ended.stderr).toContain('InvalidReference');
    },
    120_000,
  );

  afterAll(() => expect(recorded).toEqual([]));
});

test('names of the prototype are names like any other: they travel untouched', async () => {
  const ended = await upgrade(
    'odd',
    '--image',
    'example/odd:2',
    '--sidekick',
    'constructor=example/side:2',
    '--label',
    '__proto__=p2',
    '--label',
    'prototype=q',
  );
  expectDecent(ended);
  expect([ended.code, await stack.actions('odd')]).toEqual([0, ['upgrade', 'finishupgrade']]);
  const posted = (await stack.journal()).find(({ name, action }) => name === 'odd' && action === 'upgrade');
  const {
    inServiceStrategy: {
      launchConfig,
      secondaryLaunchConfigs: [sidekick],
    },
  } = JSON.parse(posted?.rawBody ?? '') as {
    inServiceStrategy: { launchConfig: Record<string, object>; secondaryLaunchConfigs: [Record<string, object>] };
  };
  const entries = (map: object | undefined): [string, unknown][] =>
    Object.entries(map ?? {})
      .filter(([name]) => !/^io\./.test(name))
      .sort();
  expect(entries(launchConfig['environment'])).toEqual(Object.entries(ODD_NAMES).sort());
  expect(entries(sidekick['environment'])).toEqual(Object.entries(ODD_NAMES).sort());
  expect(entries(launchConfig['labels'])).toEqual(
    [
      ...Object.entries(ODD_NAMES).filter(([name]) => name !== '__proto__'),
      ['__proto__', 'p2'],
      ['prototype', 'q'],
    ].sort(),
  );
}, 120_000);

test('and no secret is in any history, nor in what the worker wrote', async () => {
  const posted = JSON.stringify((await stack.journal()).map(({ rawBody }) => rawBody ?? ''));
  expect(search.find('Rancher', posted)).not.toEqual([]);
  const names = SERVICES.map(({ name }) => name);
  const histories = await Promise.all(names.map((name) => stack.history(`deploy/prod/${STACK}/${name}`)));
  const found = histories.flatMap((events, index) => search.find(names[index] ?? '', JSON.stringify(events)));
  const written = stack.workers.map(({ stdout, stderr }) => `${stdout}\n${stderr}`);
  expect([...found, ...written.flatMap((text) => search.find('the worker', text))]).toEqual([]);
  for (const text of written) expect(text).not.toMatch(/\u001b|unhandled/i);
});
