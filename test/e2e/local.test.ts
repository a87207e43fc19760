import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT, LocalStage } from '../support/local-stage';
import { seedOf } from '../support/seeds';
import type { Ended } from '../support/started-process';
import { resultOf } from './said';

const LIMIT_MILLIS = 240_000;
const NAMES = ['plain', 'sick', 'held', 'interrupted', 'busy', 'foreign', 'old', 'raced', 'unserved'];
const HEALTH_CHECK = { port: 80, interval: 200, responseTimeout: 200, healthyThreshold: 1, unhealthyThreshold: 2 };
const SECRET = 'canary-of-the-secret-key';
/** Pulling takes three seconds: time enough to step in. */
const SLOW_PULL = 60_000;

let stage: LocalStage;
beforeAll(async () => {
  stage = await LocalStage.start({
    ...seedOf(
      ...NAMES.map((name) => ({
        name,
        scale: 1,
        launchConfig: {
          imageUuid: `docker:example/${name}:1`,
          ...(name === 'sick' ? { healthCheck: HEALTH_CHECK } : {}),
        },
      })),
    ),
    keys: [{ accessKey: 'ACCESS', secretKey: SECRET, role: 'owner' }],
    behaviours: [
      { image: 'example/sick:2', neverHealthy: true },
      { image: 'example/interrupted:2', pullMillis: SLOW_PULL },
      // The other commands have to start meanwhile.
      { image: 'example/busy:2', pullMillis: 5 * SLOW_PULL },
    ],
  });
}, LIMIT_MILLIS);
afterAll(() => stage.close(), LIMIT_MILLIS);

const UPGRADE = ['upgrade', 'finishupgrade'];
const path = (service: string): string => `cases/${service}`;
const state = (name: string): string[] => ['--state', name];
/** Somebody's upgrade of a service in Rancher, with a label or without. */
async function pendingWith(service: string, label: string | null): Promise<void> {
  await stage.rancher.act({
    ...{ project: ENVIRONMENT, stack: 'cases', service, action: 'upgrade' },
    body: {
      inServiceStrategy: {
        launchConfig: {
          imageUuid: `docker:example/${service}:3`,
          labels: label === null ? {} : { 'io.drover.deployment': label },
        },
      },
    },
  });
  await stage.until(`${service} is upgraded`, async () => (await stage.stateOf(service)) === 'upgraded');
}

describe('with nothing but Rancher and its keys', () => {
  test(
    'an upgrade succeeds, and leaves nothing running; what happened can be asked afterwards',
    async () => {
      const ended = await stage.run(stage.upgrade('plain'));
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.stdout).toMatch(/verdict: succeeded/);
      expect(ended.stderr).toMatch(
        /^local: Temporal and a worker are ready after [\d.]+ s, until this command ends; installation /m,
      );
      expect(await stage.rancher.actions('plain')).toEqual(UPGRADE);
      expect(stage.servers()).toEqual([]);

      const history = await stage.run(['history', ENVIRONMENT, path('plain'), '--local']);
      expect(history).toMatchObject({ code: 0, stderr: '' });
      expect(history.stdout).toMatch(/succeeded/);
      // Its verdict was told: the same command is another request now, and finds nothing to do.
      const again = await stage.run([...stage.upgrade('plain'), '--json']);
      expect(resultOf(again)).toMatchObject({ verdict: 'unchanged', exitCode: 0 });
      expect(await stage.rancher.actions('plain')).toEqual(UPGRADE);
    },
    LIMIT_MILLIS,
  );

  test(
    'an image that never gets healthy is rolled back, and why says so without a worker',
    async () => {
      const ended = await stage.run(stage.upgrade('sick', ...state('sick')));
      expect(ended).toMatchObject({ code: 3 });
      expect(ended.stdout).toMatch(/verdict: rolled-back/);
      expect(await stage.rancher.actions('sick')).toEqual(['upgrade', 'rollback']);
      const why = await stage.run(['why', ENVIRONMENT, path('sick'), '--local', ...state('sick')]);
      expect(why).toMatchObject({ code: 0, stderr: '' });
      expect(why.stdout).toMatch(/rolled-back/);
      expect(stage.servers('sick')).toEqual([]);
    },
    LIMIT_MILLIS,
  );

  test(
    'one that is held is paused; confirming it carries it on to the verdict',
    async () => {
      const ended = await stage.run([...stage.upgrade('held', ...state('held')), '--hold']);
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.stdout).toContain(`drover confirm ${ENVIRONMENT} cases/held --local --state held`);
      expect(await stage.stateOf('held')).toBe('upgraded');
      const confirmed = await stage.run(['confirm', ENVIRONMENT, path('held'), '--local', ...state('held')]);
      expect(confirmed).toMatchObject({ code: 0 });
      expect(confirmed.stdout).toMatch(/verdict: succeeded/);
      expect(await stage.rancher.actions('held')).toEqual(UPGRADE);
    },
    LIMIT_MILLIS,
  );
});

describe('told to end, or to begin twice', () => {
  test(
    'Ctrl-C pauses it, and says so; the same command resumes it',
    async () => {
      const command = stage.upgrade('interrupted', ...state('interrupted'));
      const first = stage.start(command);
      await stage.until('it is upgrading', async () => (await stage.stateOf('interrupted')) === 'upgrading');
      await first.saysOnStdout(/Rancher accepted upgrade 1/);
      const ended = await first.kill('SIGINT');
      expect(ended).toMatchObject({ code: 5, signal: null });
      expect(ended.stdout).toMatch(/The deployment is paused: with --local nobody carries it on/);
      expect(ended.stdout).toMatch(/Run the same command again to resume it/);
      expect(ended.stdout).not.toMatch(/the deployment goes on/);
      expect(stage.servers('interrupted')).toEqual([]);

      const second = await stage.run(command);
      expect(second).toMatchObject({ code: 0 });
      expect(second.stdout).toMatch(/running already: attached to it/);
      expect(await stage.rancher.actions('interrupted')).toEqual(UPGRADE);
    },
    LIMIT_MILLIS,
  );

  test(
    'a second command on the same state folder is refused and harms nothing; one that only looks uses the server of the first',
    async () => {
      const first = stage.start(stage.upgrade('busy', ...state('busy')));
      await first.saysOnStdout(/deployment: started/);
      const [second, status] = await Promise.all([
        stage.run([...stage.upgrade('busy', ...state('busy')), '--json']),
        stage.run(['status', ENVIRONMENT, path('busy'), '--local', ...state('busy')]),
      ]);
      expect(resultOf(second)).toMatchObject({
        verdict: 'refused',
        reason: expect.stringMatching(/is in use since .* by "drover upgrade Cases cases\/busy" \(process \d+\)/),
      });
      expect(status).toMatchObject({ code: 0 });
      expect(status.stdout).toMatch(/phase/);
      expect(await first.ended).toMatchObject({ code: 0 });
      expect(await stage.rancher.actions('busy')).toEqual(UPGRADE);
    },
    LIMIT_MILLIS,
  );
});

describe("another installation's upgrade", () => {
  const refusal = (ended: Ended): Record<string, unknown> => resultOf(ended);

  test.each([
    [
      'foreign',
      'd0123456789ab.1@another-one',
      /of another installation of Drover, another-one\. This installation is [0-9a-f-]{36} /,
    ],
    ['old', 'd0123456789ab.1', /of an installation of Drover that it does not name\./],
  ])(
    '%s: refused, naming it; nothing is started or touched, until it is taken over by name',
    async (service, label, reason) => {
      await pendingWith(service, label);
      const before = await stage.rancher.actions(service);
      const command = stage.upgrade(service, ...state(service), '--request-id', 'build-7');
      const ended = await stage.run([...command, '--json']);
      expect(ended.code).toBe(7);
      expect(refusal(ended)).toMatchObject({
        verdict: 'refused',
        reason: expect.stringMatching(reason),
        nextStep: expect.stringContaining(`--take-over ${label}`),
      });
      expect(await stage.rancher.actions(service)).toEqual(before);
      expect(await stage.stateOf(service)).toBe('upgraded');
      expect(await stage.run(['history', ENVIRONMENT, path(service), '--local', ...state(service)])).toMatchObject({
        code: 7,
      });

      const other = await stage.run([...command, '--take-over', 'd0123456789ab.2']);
      expect(other.code).toBe(7);
      const taken = await stage.run([...command, '--take-over', label]);
      expect(taken).toMatchObject({ code: 0 });
      expect(await stage.rancher.actions(service)).toEqual([...before, 'rollback', ...UPGRADE]);
    },
    LIMIT_MILLIS,
  );

  test(
    'two installations at the same moment: one upgrade each that Rancher took, none is lost in silence',
    async () => {
      const both = ['one', 'two'].map((name) =>
        stage.start([
          'upgrade',
          ENVIRONMENT,
          path('raced'),
          '--image',
          `example/raced:${name}`,
          '--local',
          ...state(name),
        ]),
      );
      const ends = await Promise.all(both.map(({ ended }) => ended));
      const verdicts = ends.map(({ stdout }) => / verdict: ([a-z-]+): /.exec(stdout)?.[1] ?? 'none');
      const actions = await stage.rancher.actions('raced');
      const { service } = await stage.rancher.service(ENVIRONMENT, 'cases', 'raced');
      const runs = (service['launchConfig'] as { imageUuid: string }).imageUuid;
      // Whoever is told that it succeeded is right, at the time; whoever is refused changed nothing.
      const succeeded = ['one', 'two'].filter((_, index) => verdicts[index] === 'succeeded');
      expect(succeeded).toContain(runs.replace('docker:example/raced:', ''));
      expect(actions.filter((action) => action === 'upgrade')).toHaveLength(succeeded.length);
      expect(ends.every(({ code }) => code === 0 || code === 7 || code === 10)).toBe(true);
    },
    LIMIT_MILLIS,
  );
});

test(
  'no Rancher, or no key, is told before anything is started',
  async () => {
    const nowhere = await stage.run(stage.upgrade('unserved', ...state('unserved')), { RANCHER_URL: '' });
    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.stderr).toMatch(
      /there is no Rancher to deploy to: .*RANCHER_URL, RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY/,
    );
    const keyless = await stage.run(stage.upgrade('unserved', ...state('unserved')), { RANCHER_SECRET_KEY: '' });
    expect(keyless).toMatchObject({ code: 2 });
    expect(keyless.stderr).toMatch(/RANCHER_SECRET_KEY/);
    const detached = await stage.run([...stage.upgrade('unserved', ...state('unserved')), '--detach']);
    expect(detached).toMatchObject({ code: 2 });
    expect(detached.stderr).toMatch(/--detach: with --local nobody would carry the deployment on/);
    expect(readdirSync(join(stage.folder, 'unserved')).filter((name) => name.startsWith('temporal.db'))).toEqual([]);
    // The key from a file, as Docker gives secrets.
    const file = join(stage.folder, 'secret-key');
    writeFileSync(file, `${SECRET}\n`);
    const keys = { RANCHER_SECRET_KEY: '', RANCHER_SECRET_KEY_FILE: file };
    expect(await stage.run(stage.upgrade('unserved', ...state('unserved')), keys)).toMatchObject({ code: 0 });
  },
  LIMIT_MILLIS,
);

test(
  'the state folder is lost while its upgrade is pending: refused as another installation, and taken over by its label',
  async () => {
    await stage.run([...stage.upgrade('plain', ...state('lost'), '--image', 'example/plain:4'), '--hold']);
    expect(await stage.stateOf('plain')).toBe('upgraded');
    rmSync(join(stage.folder, 'lost'), { recursive: true });
    const command = stage.upgrade('plain', ...state('lost'), '--image', 'example/plain:4');
    const refused = await stage.run(command);
    expect(refused).toMatchObject({ code: 7 });
    const [, label = ''] = /--take-over (\S+?)\.$/m.exec(refused.stderr) ?? [];
    expect(label).toMatch(/^d[0-9a-f]+\.1@[0-9a-f-]{36}$/);
    // It goes to what was asked: taken over, it is adopted.
    expect(await stage.run([...command, '--take-over', label])).toMatchObject({ code: 0 });
    expect((await stage.rancher.actions('plain')).slice(-2)).toEqual(UPGRADE);
  },
  LIMIT_MILLIS,
);

test('no secret is in the state folder', () => {
  const folder = join(stage.folder, '.drover', 'local');
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name), 'latin1')).not.toContain(SECRET);
});
