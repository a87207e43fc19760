import { Client } from '@temporalio/client';
import type { Verdict } from '../../decision/verdict';
import type { Behaviour, WorldSeed } from '../../simulator/world-seed';
import type { Service } from '../support/seeds';
import { Stack } from '../support/stack';
import { freePort } from '../../worker/temporal-server/ports';
import { Command, STACK } from './command';
import { expectPlain, jsonLines, resultOf } from './said';

/** Rancher takes twelve seconds for it, at twenty times its speed. */
const SLOW_PULL = 240_000;
/** Between the first of two containers and the second: as good as for ever. */
const ENDLESS = ['--batch-interval', '1h'];
const HEALTH_CHECK = {
  port: 80,
  interval: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  initializingTimeout: 60000,
};

/** `strict` gives up where nothing gets on for three seconds; `impatient` gives people no more than a second and a half either. */
const ENVIRONMENTS = {
  prod: { project: 'Production', variables: { 'db-password': 'DB_PASSWORD' } },
  strict: { project: 'Strict', policy: { stallLimit: '3s' } },
  impatient: {
    project: 'Impatient',
    policy: { stallLimit: '3s', confirmLimit: '1500ms', parkLimit: '1500ms', reachLimit: '3s', requestTimeout: '1s' },
  },
} as const;
type Alias = keyof typeof ENVIRONMENTS;

/** One deployment, by the command, to an end that stays. */
interface Ending {
  readonly title: string;
  readonly service?: Partial<Service>;
  /** Default `prod`. */
  readonly environment?: Alias;
  /** Of the image that is deployed. */
  readonly behaviour?: Omit<Behaviour, 'image'>;
  readonly before?: (command: Command) => Promise<void>;
  readonly args?: readonly string[];
  /** While the command follows. */
  readonly meanwhile?: (command: Command) => Promise<unknown>;
  /** What the command comes back with before it is over; then another one tells the end. */
  readonly interim?: { readonly verdict: Verdict; readonly exitCode: number };
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly says: RegExp;
  /** Everything that was done to the service, whoever did it. */
  readonly actions: readonly string[];
}

const PENDING: Partial<Service> = { state: 'upgraded', pendingLaunchConfig: { imageUuid: 'docker:example/other:9' } };
const UNHEALTHY: Pick<Ending, 'service' | 'behaviour'> = {
  service: { launchConfig: { healthCheck: HEALTH_CHECK } },
  behaviour: { neverHealthy: true },
};
const waiting = (command: Command): Promise<void> => command.reaches('waiting');

const ENDINGS: readonly Ending[] = [
  {
    title: 'the image runs',
    verdict: 'succeeded',
    exitCode: 0,
    says: /primary runs example\/web-01:2, proven by version/,
    actions: ['upgrade', 'finishupgrade'],
  },
  {
    title: 'it ran before',
    args: ['--image', 'example/web-02:1'],
    verdict: 'unchanged',
    exitCode: 0,
    says: /the service already runs what was asked/,
    actions: [],
  },
  {
    title: 'Rancher rejects the configuration',
    before: (command) =>
      command.fault({
        action: 'upgrade',
        effect: {
          kind: 'status',
          status: 422,
          body: JSON.stringify({ type: 'error', status: 422, code: 'InvalidReference', fieldName: 'imageUuid' }),
          headers: { 'Content-Type': 'application/json' },
        },
      }),
    verdict: 'failed',
    exitCode: 1,
    says: /422 InvalidReference, field "imageUuid".*nothing was changed/,
    actions: [],
  },
  {
    title: 'a sidekick that the service does not have',
    args: ['--sidekick', 'loger=example/logger:2'],
    verdict: 'invalid',
    exitCode: 2,
    says: /has no sidekick "loger": it has none/,
    actions: [],
  },
  {
    title: 'the new containers never get healthy',
    environment: 'strict',
    ...UNHEALTHY,
    verdict: 'rolled-back',
    exitCode: 3,
    says: /no progress for \d+ s.*the former configuration is proven to run/,
    actions: ['upgrade', 'rollback'],
  },
  {
    title: 'nobody confirms in time',
    environment: 'impatient',
    args: ['--hold'],
    interim: { verdict: 'held', exitCode: 0 },
    verdict: 'rolled-back',
    exitCode: 3,
    says: /nobody confirmed within 2 s/,
    actions: ['upgrade', 'rollback'],
  },
  {
    title: 'a person decides to go back',
    service: { scale: 2 },
    args: ENDLESS,
    meanwhile: async (command) => {
      await waiting(command);
      expect((await command.run('rollback', '--why', 'wrong tag')).code).toBe(0);
    },
    verdict: 'rolled-back',
    exitCode: 3,
    says: /rollback by .+@.+ \(wrong tag\); the former configuration is proven to run/,
    actions: ['upgrade', 'rollback'],
  },
  {
    title: 'the rollback is not allowed, and nobody comes',
    environment: 'impatient',
    ...UNHEALTHY,
    before: (command) =>
      command.fault({ action: 'rollback', times: 0, effect: { kind: 'status', status: 403, body: 'Forbidden' } }),
    interim: { verdict: 'needs-attention', exitCode: 4 },
    verdict: 'needs-attention',
    exitCode: 4,
    says: /403/,
    actions: ['upgrade'],
  },
  {
    title: 'a person cancels',
    service: { scale: 2 },
    args: ENDLESS,
    meanwhile: async (command) => {
      await waiting(command);
      const cancel = await command.run('cancel', '--why', 'too early');
      expect(cancel).toMatchObject({ code: 0, stderr: '' });
      expect(cancel.stdout).toMatch(/^cancel acknowledged in phase waiting: restores the former configuration/);
    },
    verdict: 'cancelled',
    exitCode: 6,
    says: /cancel by .+@.+ \(too early\); the former configuration is proven to run/,
    actions: ['upgrade', 'rollback'],
  },
  {
    title: "somebody else's upgrade is pending, and it is not to be touched",
    service: PENDING,
    args: ['--on-pending', 'abort'],
    verdict: 'refused',
    exitCode: 7,
    says: /someone else's upgrade is pending \(upgraded\)/,
    actions: [],
  },
  {
    title: 'Rancher does not answer',
    environment: 'impatient',
    before: (command) =>
      command.stack.rancher.addFault({
        pathIncludes: `name=${command.service}`,
        times: 0,
        effect: { kind: 'status', status: 503, body: 'down' },
      }),
    verdict: 'unreachable',
    exitCode: 9,
    says: /Rancher could not be reached within \d+ s: .*503.*Nothing was changed/s,
    actions: [],
  },
  {
    title: 'somebody rolls it back in Rancher',
    service: { scale: 2 },
    args: ENDLESS,
    meanwhile: async (command) => {
      await waiting(command);
      await command.byHand('Production', 'rollback');
    },
    verdict: 'interfered',
    exitCode: 10,
    says: /rolled.*back.*found/,
    actions: ['upgrade', 'rollback'],
  },
  {
    title: 'somebody terminates the workflow in Temporal',
    service: { scale: 2 },
    args: ENDLESS,
    meanwhile: async (command) => {
      await waiting(command);
      const { connection, temporal } = command.stack;
      const client = new Client({ connection, namespace: temporal.namespace });
      await client.workflow.getHandle(`deploy/${command.alias}/${command.path}`).terminate('by hand');
    },
    verdict: 'interfered',
    exitCode: 10,
    says: /Someone ended the workflow: it was terminated in Temporal \("by hand"\)/,
    actions: ['upgrade'],
  },
];

const nameOf = (index: number): string => `web-${String(index + 1).padStart(2, '0')}`;

function planted(name: string, more: Partial<Service> = {}): Service {
  return { name, scale: 1, ...more, launchConfig: { imageUuid: `docker:example/${name}:1`, ...more.launchConfig } };
}

function seed(): WorldSeed {
  const endings = ENDINGS.map((ending, index) => ({ ending, name: nameOf(index) }));
  const others: Readonly<Record<Alias, readonly Service[]>> = {
    prod: [
      ...['held', 'terminated', 'planned', 'live', 'twice'].map((name) => planted(name)),
      ...['left', 'interrupted'].map((name) => planted(name, { scale: 2 })),
      planted('secretive', { launchConfig: { environment: { PASSWORD: 'hunter2-hunter2' } } }),
    ],
    strict: [planted('parked', UNHEALTHY.service)],
    impatient: [],
  };
  const of = (alias: Alias): Service[] => [
    ...endings
      .filter(({ ending: { environment = 'prod' } }) => environment === alias)
      .map(({ ending, name }) => planted(name, ending.service)),
    ...others[alias],
  ];
  return {
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
    projects: (['prod', 'strict', 'impatient'] as const).map((alias) => ({
      name: ENVIRONMENTS[alias].project,
      stacks: [{ name: STACK, services: of(alias) }],
    })),
    behaviours: [
      { image: 'docker:example/terminated:2', pullMillis: SLOW_PULL },
      { image: 'docker:example/parked:2', neverHealthy: true },
      ...endings.flatMap(({ ending: { behaviour }, name }) =>
        behaviour === undefined ? [] : [{ image: `docker:example/${name}:2`, ...behaviour }],
      ),
    ],
  };
}

let started: Promise<Stack> | undefined;
/** One for the file; concurrent tests begin before `beforeAll` would be through. */
const theStack = (): Promise<Stack> =>
  (started ??= Stack.start({
    seed: seed(),
    policy: { stallLimit: '1m', timeout: '5m' },
    environments: ENVIRONMENTS,
    workerEnv: { DB_PASSWORD: 'correct-horse-battery' },
  }));
afterAll(async () => (await started)?.close());

const about = async (service: string, alias: Alias = 'prod'): Promise<Command> =>
  new Command(await theStack(), service, alias);

describe('a verdict is the exit code, the word in the log and the word for machines', () => {
  test.concurrent.each(ENDINGS.map((ending, index) => ({ ...ending, service: nameOf(index) })))(
    '$verdict ($exitCode): $title',
    async ({ service, environment, before, args = [], meanwhile, interim, verdict, exitCode, says, actions }) => {
      const command = await about(service, environment);
      await before?.(command);
      const request = ['--request-id', `request-${service}`, ...args];
      const running = command.startUpgrade(...request);
      await meanwhile?.(command);
      let ended = await running.ended;
      if (interim !== undefined) {
        expect(ended.code).toBe(interim.exitCode);
        expectPlain(ended, command.target, interim.verdict);
        await command.isOver();
        ended = await command.run('status', '--watch');
      }

      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: exitCode, stderr: '' });
      expectPlain(ended, command.target, verdict);
      expect(ended.stdout).toMatch(says);
      expect(ended.stdout).toMatch(webLink(command));
      expect(await command.actions()).toEqual(actions);

      const again = await command.startUpgrade(...request, '--json').ended;
      expect(again.code).toBe(exitCode);
      expect(resultOf(again)).toMatchObject({ verdict, exitCode, how: 'over', requestId: `request-${service}` });
      expect(jsonLines(again)[0]).toMatchObject({ type: 'deployment', how: 'over', service });

      const status = await command.run('status', '--json');
      expect(status.code).toBe(0);
      expect(resultOf(status)).toMatchObject({ verdict, exitCode });
      expect(await command.actions()).toEqual(actions);
    },
    60_000,
  );
});

async function interrupt(command: Command, signal: NodeJS.Signals, ...more: string[]): Promise<void> {
  const client = command.startUpgrade('--request-id', `request-${command.service}`, ...more);
  await client.saysOnStdout(/ waiting: /);
  const ended = await client.kill(signal);
  expect(ended).toMatchObject({ code: 5, signal: null, stderr: '' });
  expectPlain(ended, command.target, 'detached');
  expect(ended.stdout).toContain('the deployment goes on');
}

function webLink({ alias, service, stack }: Command): RegExp {
  const id = encodeURIComponent(encodeURIComponent(`deploy/${alias}/${STACK}/${service}`)).replaceAll('%25', '%');
  return new RegExp(`http://127\\.0\\.0\\.1:\\d+/namespaces/${stack.temporal.namespace}/workflows/${id}/[0-9a-f-]{36}`);
}

describe('while it goes on', () => {
  test.concurrent(
    'held, and confirmed: 0 twice, and one finish',
    async () => {
      const command = await about('held');
      const held = await command.upgrade('--hold', '--json');
      expect(held).toMatchObject({ code: 0, stderr: '' });
      expect(resultOf(held)).toMatchObject({ verdict: 'held', exitCode: 0 });
      expect(resultOf(held)['nextStep']).toContain(`drover confirm ${command.target}`);
      expect(await command.actions()).toEqual(['upgrade']);

      const listed = await command.stack.drover(['list', '--running', '--service', 'held', '--json']);
      expect(jsonLines(listed)).toMatchObject([
        { type: 'deployment', service: 'held', phase: 'confirming', verdict: null },
      ]);

      const refused = await command.run('retry', '--json');
      expect(refused.code).toBe(7);
      expect(resultOf(refused)).toMatchObject({
        verdict: 'refused',
        reason: expect.stringContaining('waits for a person'),
      });

      const confirmed = await command.run('confirm', '--json');
      expect(confirmed.code).toBe(0);
      expect(jsonLines(confirmed)).toMatchObject([
        { type: 'intervention', name: 'confirm', how: 'acknowledged', phase: 'confirming', exitCode: 0 },
      ]);
      const end = await command.run('status', '--watch');
      expect(end.code).toBe(0);
      expectPlain(end, command.target, 'succeeded');
      expect(await command.actions()).toEqual(['upgrade', 'finishupgrade']);

      for (const name of ['confirm', 'cancel', 'rollback', 'retry']) {
        const late = await command.run(name);
        expect(late).toMatchObject({ code: 7, stdout: '' });
        expect(late.stderr).toContain(
          `There is nothing to ${name}: the last deployment of ${command.target} is over since`,
        );
        expect(late.stderr).toContain('its verdict is "succeeded"');
        expect(late.stderr).toMatch(/refused \(exit code 7\)\n$/);
      }
      expect(await command.actions()).toEqual(['upgrade', 'finishupgrade']);
    },
    60_000,
  );

  test.concurrent(
    'parked: 4, and a retry after the cause is mended ends it',
    async () => {
      const command = await about('parked', 'strict');
      await command.fault({ action: 'rollback', effect: { kind: 'status', status: 403, body: 'Forbidden' } });
      const parked = await command.upgrade();
      expect(parked.code).toBe(4);
      expectPlain(parked, command.target, 'needs-attention');
      expect(parked.stdout).toContain(`drover retry ${command.target}`);
      expect(await command.actions()).toEqual(['upgrade']);

      const retried = await command.run('retry');
      expect(retried.code).toBe(0);
      expect(retried.stdout).toMatch(/^retry acknowledged in phase parked: goes on where it stopped\n/);
      await command.isOver();
      const end = await command.run('status', '--watch', '--json');
      expect(end.code).toBe(3);
      expect(resultOf(end)).toMatchObject({ verdict: 'rolled-back', exitCode: 3 });
      expect(await command.actions()).toEqual(['upgrade', 'rollback']);
    },
    60_000,
  );

  test.concurrent(
    'detached at once, attached to again, left again, cancelled',
    async () => {
      const command = await about('left');
      const id = ['--request-id', 'request-left', ...ENDLESS];
      const left = await command.upgrade(...id, '--detach');
      expect(left).toMatchObject({ code: 5, stderr: '' });
      expectPlain(left, command.target, 'detached');
      expect(left.stdout).toMatch(webLink(command));
      await command.reaches('waiting');

      const status = await command.run('status');
      expect(status.code).toBe(0);
      expect(status.stdout).toMatch(/cases\/left in prod: running .*request request-left/);
      expect(status.stdout).toMatch(/phase +waiting for /);
      expect(status.stdout).toMatch(webLink(command));
      const all = await command.stack.drover(['list', '--environment', 'prod', '--running']);
      expect(all.stdout).toMatch(/cases\/left +waiting .*example\/left:2/);

      const again = await command.upgrade(...id, '--follow-timeout', '1s', '--json');
      expect(again.code).toBe(5);
      expect(resultOf(again)).toMatchObject({ verdict: 'detached', exitCode: 5, how: 'attached' });

      const other = await command.upgrade('--request-id', 'request-other', '--image', 'example/left:3');
      expect(other).toMatchObject({ code: 7, stdout: '' });
      expect(other.stderr).toMatch(
        /prod cases\/left is busy: .+@.+ deploys example\/left:2 there since \d{4}-.*\(phase waiting, request request-left\)/,
      );
      const changed = await command.upgrade(...id, '--image', 'example/left:3', '--json');
      expect(changed.code).toBe(2);
      expect(resultOf(changed)).toMatchObject({
        verdict: 'invalid',
        exitCode: 2,
        reason: expect.stringMatching(/request-left.*another image \(example\/left:2 then, example\/left:3 now\)/),
      });
      expect(await command.actions()).toEqual(['upgrade']);

      expect((await command.run('cancel')).code).toBe(0);
      const end = await command.run('status', '--watch');
      expect(end.code).toBe(6);
      expectPlain(end, command.target, 'cancelled');
      expect(await command.actions()).toEqual(['upgrade', 'rollback']);
      expect((await command.upgrade(...id, '--image', 'example/left:3')).code).toBe(2);
      expect(await command.actions()).toEqual(['upgrade', 'rollback']);
    },
    60_000,
  );

  test.concurrent(
    'interrupted by SIGINT: 5; it goes on, and the same command attaches to it',
    async () => {
      const command = await about('interrupted');
      await interrupt(command, 'SIGINT', ...ENDLESS);
      const again = command.startUpgrade('--request-id', 'request-interrupted', ...ENDLESS);
      await again.saysOnStdout(/ deployment: .*running.* already: attached to it /);
      await again.saysOnStdout(/ waiting: /);
      expect((await command.run('cancel')).code).toBe(0);
      const ended = await again.ended;
      expect(ended.code).toBe(6);
      expectPlain(ended, command.target, 'cancelled');
      expect(await command.actions()).toEqual(['upgrade', 'rollback']);
    },
    60_000,
  );

  test.concurrent(
    'ended by SIGTERM: 5; it goes on to its end without anybody watching',
    async () => {
      const command = await about('terminated');
      await interrupt(command, 'SIGTERM');
      await command.isOver();
      const again = await command.upgrade('--request-id', 'request-terminated');
      expect(again.code).toBe(0);
      expectPlain(again, command.target, 'succeeded');
      expect(await command.actions()).toEqual(['upgrade', 'finishupgrade']);
    },
    60_000,
  );

  test.concurrent(
    'two commands at once: one deploys, the other is refused',
    async () => {
      const command = await about('twice');
      const both = await Promise.all([
        command.upgrade('--request-id', 'one', '--json'),
        command.upgrade('--request-id', 'two', '--image', 'example/twice:3', '--json'),
      ]);
      expect(both.map(({ code }) => code).sort()).toEqual([0, 7]);
      expect(both.map((one) => resultOf(one)['verdict']).sort()).toEqual(['refused', 'succeeded']);
      expect(await command.actions()).toEqual(['upgrade', 'finishupgrade']);
    },
    60_000,
  );

  test.concurrent(
    'live, for machines: every line an object, the phases in their order, the result last',
    async () => {
      const command = await about('live');
      const ended = await command.upgrade('--json');
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      const lines = jsonLines(ended);
      expect(lines[0]).toMatchObject({
        type: 'deployment',
        how: 'started',
        link: expect.stringMatching(webLink(command)),
      });
      expect([...new Set(lines.map(({ type }) => type))].sort()).toEqual(['deployment', 'event', 'phase', 'result']);
      const phases = lines.filter(({ type }) => type === 'phase').map(({ phase }) => phase);
      expect(phases.at(-1)).toBe('done');
      expect(resultOf(ended)).toMatchObject({
        verdict: 'succeeded',
        exitCode: 0,
        state: 'active',
        rounds: 1,
        images: [{ config: 'primary', from: 'example/live:1', to: 'example/live:2' }],
      });
    },
    60_000,
  );
});

describe('nothing was started', () => {
  test.concurrent(
    'a plan: names only, and nothing is written',
    async () => {
      const command = await about('secretive');
      const asked = ['--plan', '--variable', 'PASSWORD=db-password', '--label', 'tier=gold-and-more'];
      const [plain, json] = await Promise.all([command.upgrade(...asked), command.upgrade(...asked, '--json')]);
      expect(plain).toMatchObject({ code: 0, stderr: '' });
      expect(plain.stdout).toMatch(/Plan for cases\/secretive in prod \(nothing is written\):/);
      expect(plain.stdout).toMatch(/example\/secretive:1 → example\/secretive:2/);
      expect(plain.stdout).toMatch(/variable +PASSWORD: set from a reference \(value not shown\)/);
      expect(plain.stdout).toMatch(/label +tier: set/);
      expect(jsonLines(json)).toMatchObject([{ type: 'plan', variables: ['PASSWORD'], labels: ['tier'], exitCode: 0 }]);
      for (const { stdout } of [plain, json]) {
        expect(stdout).not.toMatch(/hunter2|correct-horse|gold-and-more/);
      }
      expect(await command.actions()).toEqual([]);
      expect(await command.stack.client.list({ service: 'secretive' })).toEqual([]);
      const written = (await command.stack.rancher.requests()).filter(({ method }) => method !== 'GET');
      const services = new Set((await command.stack.journal()).map(({ name }) => name));
      expect(services).not.toContain('secretive');
      expect(written.filter(({ path }) => path.includes('secretive'))).toEqual([]);
    },
    60_000,
  );

  test.concurrent(
    'Temporal is away: 9, within seconds',
    async () => {
      const command = await about('planned');
      const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
      const ended = await command.upgrade('--address', address);
      expect(ended).toMatchObject({ code: 9, stdout: '' });
      expect(ended.stderr).toContain(`Temporal does not answer at ${address} (from the address given)`);
      expect(ended.stderr).toContain('Nothing was started.');
      const json = await command.run('status', '--address', address, '--json');
      expect(json.code).toBe(9);
      expect(resultOf(json)).toMatchObject({ verdict: 'unreachable', exitCode: 9 });
      expect(await command.actions()).toEqual([]);
    },
    60_000,
  );

  test.concurrent(
    'nobody knows it: 7',
    async () => {
      const command = await about('planned');
      for (const name of ['status', 'cancel', 'confirm', 'retry', 'rollback']) {
        const ended = await command.run(name);
        expect(ended).toMatchObject({ code: 7, stdout: '' });
        expect(ended.stderr).toContain('Temporal knows no deployment of prod cases/planned.');
      }
    },
    60_000,
  );
});
