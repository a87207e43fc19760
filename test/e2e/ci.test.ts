import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseXml } from '../client/summary/parse-xml';
import { ROOT } from '../support/root';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { StartedProcess } from '../support/started-process';
import { Command, STACK } from './command';
import { canary, CanarySearch } from './canaries';
import { resultOf } from './said';

jest.setTimeout(240_000);

const DIALECT = join(ROOT, 'dist', 'client', 'gitlab-deploy', 'main.js');
const SERVICES = [
  ...['aborted', 'detached', 'twice', 'queued', 'shared', 'part-a', 'part-b', 'promoted', 'refused'],
  ...['plain', 'imaged', 'held', 'unwaited', 'hidden', 'linked'],
] as const;
const QA = 'ci-qa';
const PROD = 'ci-prod';

let stack: Stack;
const at = (service: (typeof SERVICES)[number]): Command => new Command(stack, service, PROD);
const fileOf = (name: string): string => join(stack.folder, name);
const read = (name: string): string => readFileSync(fileOf(name), 'utf8');

beforeAll(async () => {
  const services = (tag: string): object[] =>
    SERVICES.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:${tag}` } }));
  const project = (name: string, tag: string): { name: string; stacks: { name: string; services: never[] }[] } => ({
    name,
    stacks: [{ name: STACK, services: services(tag) as never[] }],
  });
  stack = await Stack.start({
    seed: {
      keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
      projects: [project('Qa', '2'), project('Production', '1')],
    },
    environments: { [QA]: { project: 'Qa' }, [PROD]: { project: 'Production' } },
  });
  symlinkSync(DIALECT, fileOf('rancher-gitlab-deploy'));
}, 120_000);
afterAll(() => stack.close());

/** The verdict in a summary, its standing, and what JUnit is told of the parts. */
function junit(name: string): { verdict: string | undefined; problems: (string | undefined)[]; parts: number } {
  const cases = parseXml(read(name)).children[0]?.children.filter((one) => one.name === 'testcase') ?? [];
  const problems = cases.map(({ children }) => children.find(({ name }) => name !== 'system-out')?.attributes['type']);
  return {
    verdict: parseXml(read(name)).children[0]?.children[0]?.children.find(
      ({ attributes }) => attributes['name'] === 'Verdict',
    )?.attributes['value'],
    problems,
    parts: cases.length - 1,
  };
}

describe('an interrupt', () => {
  test.concurrent(
    'with --on-interrupt cancel takes the deployment back, and the exit code is its verdict',
    async () => {
      const one = at('aborted');
      const files = ['--summary', 'aborted.xml', '--summary', 'aborted.md'];
      const started = one.startUpgrade('--soak', '10m', '--on-interrupt', 'cancel', ...files);
      await one.reaches('verifying');
      // It may be killed now: then this is what a CI system finds.
      expect(junit('aborted.xml')).toEqual({ verdict: 'detached', problems: ['detached'], parts: 0 });
      started.signal('SIGTERM');
      const ended = await started.ended;
      expect([ended.code, ended.signal]).toEqual([6, null]);
      expect(ended.stdout).toMatch(/WARNING .* client: interrupted: it is cancelled/);
      expect(ended.stdout).toMatch(/WARNING .* client: the cancel was acknowledged: /);
      expect(ended.stdout).toMatch(/ verdict: cancelled: /);
      expect(await one.actions()).toEqual(['upgrade', 'rollback']);
      expect(junit('aborted.xml')).toEqual({ verdict: 'cancelled', problems: ['cancelled'], parts: 0 });
      expect(read('aborted.md')).toMatch(/^### ❌ Drover: deployment ci\\-prod cases\/aborted: cancelled\n/);
      expect(read('aborted.md')).toMatch(/the command that asked for it was interrupted/);
    },
  );

  test.concurrent(
    'without it leaves the deployment alone: exit code 5, and the summary says that it goes on',
    async () => {
      const one = at('detached');
      const started = one.startUpgrade('--soak', '10m', '--summary', 'detached.xml');
      await one.reaches('verifying');
      started.signal('SIGINT');
      expect((await started.ended).code).toBe(5);
      expect(junit('detached.xml')).toEqual({ verdict: 'detached', problems: ['detached'], parts: 0 });
      expect((await one.progress())?.phase).toBe('verifying');
      expect((await one.run('cancel')).code).toBe(0);
    },
  );

  test.concurrent('the second one stops the watching too; the variable says it for all jobs', async () => {
    const one = at('twice');
    const args = ['upgrade', PROD, one.path, '--image', one.image(2), '--soak', '10m', '--json'];
    const started = stack.startDrover(args, { env: { DROVER_ON_INTERRUPT: 'cancel' } });
    await one.reaches('verifying');
    started.signal('SIGINT');
    started.signal('SIGTERM');
    const ended = await started.ended;
    expect([ended.code, ended.signal]).toEqual([5, null]);
    expect(resultOf(ended)).toMatchObject({ verdict: 'detached' });
    expect(resultOf(ended)['reason']).toMatch(/interrupted (twice|once more)/);
    await one.run('cancel');
    await one.isOver();
    expect(await one.actions()).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent('takes a request out of the queue that waits for its turn: it never ran', async () => {
    const one = at('queued');
    expect((await one.upgrade('--hold')).code).toBe(0);
    const waiting = one.startUpgrade('--image', one.image(3), '--when-busy', 'queue', '--on-interrupt', 'cancel');
    await waiting.saysOnStdout(/it is next, after/);
    waiting.signal('SIGTERM');
    const ended = await waiting.ended;
    expect(ended.code).toBe(6);
    expect(ended.stdout).toMatch(/taken out of the queue: it never ran/);
    expect((await one.run('confirm')).code).toBe(0);
    await one.isOver();
    expect(await one.actions()).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent("does not cancel somebody else's deployment that was only watched", async () => {
    const one = at('shared');
    const first = one.startUpgrade('--soak', '10m', '--request-id', 'first');
    await one.reaches('verifying');
    const more = ['--request-id', 'second', '--when-busy', 'attach', '--on-interrupt', 'cancel'];
    const watching = one.startUpgrade('--image', one.image(3), ...more);
    await watching.saysOnStdout(/somebody else's request: an interrupt stops the watching/);
    watching.signal('SIGTERM');
    expect((await watching.ended).code).toBe(5);
    expect((await one.progress())?.phase).toBe('verifying');
    expect((await one.run('cancel')).code).toBe(0);
    expect((await first.ended).code).toBe(6);
  });

  test.concurrent('cancels a whole release', async () => {
    const parts = ['part-a', 'part-b'].map((name) => `${STACK}/${name}=example/${name}:2`);
    const more = ['--confirm', '--on-interrupt', 'cancel', '--summary', 'release.xml', '--summary', 'release.md'];
    const started = stack.startDrover(['release', PROD, ...parts, ...more]);
    await started.saysOnStdout(/waits for a person|waits to be confirmed|confirm/i);
    await at('part-a').reaches('confirming');
    await at('part-b').reaches('confirming');
    started.signal('SIGTERM');
    const ended = await started.ended;
    expect([ended.code, ended.stderr]).toEqual([6, '']);
    for (const name of ['part-a', 'part-b'] as const) expect(await at(name).actions()).toEqual(['upgrade', 'rollback']);
    const { verdict, problems, parts: count } = junit('release.xml');
    expect([verdict, problems[0], count]).toEqual(['cancelled', 'cancelled', 2]);
    expect(read('release.md')).toMatch(/\| ❌ \| ci\\-prod cases\/part\\-a \|/);
  });

  test.concurrent('cancels a promotion, and what it is releasing', async () => {
    const promotion = ['--from', QA, '--to', PROD, '--stack', STACK, '--services', 'promoted', '--soak', '10m'];
    const more = ['--on-interrupt', 'cancel', '--summary', 'promoted.xml'];
    const started = stack.startDrover(['promote', ...promotion, ...more]);
    // It soaks then.
    await started.saysOnStdout(/ci-prod: succeeded/);
    started.signal('SIGTERM');
    const ended = await started.ended;
    expect([ended.code, ended.stderr]).toEqual([6, '']);
    expect(junit('promoted.xml')).toMatchObject({ verdict: 'cancelled', parts: 1 });
  });
});

describe('a summary', () => {
  test.concurrent('is there also of what is refused, and of what cannot be read', async () => {
    const one = at('refused');
    const [missing, bad, form] = await Promise.all([
      stack.drover(['upgrade', PROD, `${STACK}/missing`, '--image', 'a:1', '--summary', 'missing.xml']),
      one.upgrade('--image', 'NOT:AN:IMAGE', '--summary', 'bad.md'),
      one.upgrade('--summary', 'report.html'),
    ]);
    expect([missing.code, bad.code, form.code]).toEqual([7, 2, 2]);
    expect(junit('missing.xml')).toEqual({ verdict: 'refused', problems: ['refused'], parts: 0 });
    expect(read('bad.md')).toMatch(/^### ⚠️ Drover: deployment .*: invalid\n/);
    expect(form.stderr).toMatch(/ends with neither \.xml \(JUnit\) nor \.md \(Markdown\)/);
    expect(await one.actions()).toEqual([]);
  });
});

describe('the dialect of rancher-gitlab-deploy', () => {
  const keys = [canary('RANCHER_ACCESS_KEY', true), canary('RANCHER_SECRET_KEY', true)];
  const value = canary('a value');

  /** The old command's name, the old command's variables. */
  function deploy(service: string, args: readonly string[]): Promise<Ended> {
    const env = {
      ...stack.env,
      ...Object.fromEntries(keys.map(({ name, value: key }) => [name, key])),
      RANCHER_URL: stack.rancher.url,
      RANCHER_ENVIRONMENT: 'Production',
      DROVER_GITLAB_ENVIRONMENTS: `Production=${PROD}`,
      DROVER_SUMMARY: `dialect-${service}.xml`,
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: `${STACK}/${service}`,
      CI_PROJECT_NAMESPACE: STACK,
      CI_PROJECT_NAME: service,
      CI_PIPELINE_ID: '7',
      CI_JOB_ID: `7${service}`,
    };
    const name = fileOf('rancher-gitlab-deploy');
    return new StartedProcess('rancher-gitlab-deploy', name, args, { cwd: stack.folder, env }).ended;
  }

  const imageOf = async (service: (typeof SERVICES)[number]): Promise<string | undefined> =>
    (await at(service).progress())?.images[0]?.to;

  test.concurrent(
    'with nothing but the variables of a GitLab job upgrades the service as it is; a retried command attaches',
    async () => {
      const ended = await deploy('plain', ['--debug']);
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(/RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY: set, and not used/);
      expect(ended.stderr).toMatch(
        /this comes to: drover upgrade ci-prod cases\/plain --redeploy --on-pending=finish\n/,
      );
      expect(await at('plain').actions()).toEqual(['upgrade', 'finishupgrade']);
      expect(await imageOf('plain')).toBe('example/plain:1');
      expect(junit('dialect-plain.xml')).toEqual({ verdict: 'succeeded', problems: [undefined], parts: 0 });
      const again = await deploy('plain', []);
      expect(again.code).toBe(0);
      expect(again.stdout).toMatch(/this request is over: this is how it ended/);
      expect(await at('plain').actions()).toEqual(['upgrade', 'finishupgrade']);
    },
  );

  test.concurrent('with a new image and a long old command line does what it says', async () => {
    const old = `--rancher-url ${stack.rancher.url} --environment production --stack ${STACK} --service imaged
      --start-before-stopping --batch-size 2 --batch-interval 1 --upgrade-timeout 600 --wait-for-upgrade-to-finish
      --rollback-on-error --finish-upgrade --new-image example/imaged:9 --labels team=shop --label tier web --no-create`;
    const ended = await deploy('imaged', old.split(/\s+/));
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringMatching(/--rancher-url: not used/)]);
    expect(await imageOf('imaged')).toBe('example/imaged:9');
    expect(await at('imaged').actions()).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('--no-finish-upgrade holds: 0, upgraded and verified', async () => {
    expect((await deploy('held', ['--no-finish-upgrade', '--new-image', 'example/held:2'])).code).toBe(0);
    expect(await at('held').actions()).toEqual(['upgrade']);
    expect((await at('held').progress())?.phase).toBe('confirming');
  });

  test.concurrent(
    '--no-wait-for-upgrade-to-finish comes back with 0 when it is started; it is finished all the same',
    async () => {
      const ended = await deploy('unwaited', ['--no-wait-for-upgrade-to-finish', '--new-image', 'example/unwaited:2']);
      expect(ended.code).toBe(0);
      await at('unwaited').isOver();
      expect(await at('unwaited').actions()).toEqual(['upgrade', 'finishupgrade']);
    },
  );

  test.concurrent('--create makes nothing where there is nothing: refused, and by its name', async () => {
    const ended = await deploy('not-there', ['--create', '--new-image', 'example/x:1']);
    expect(ended.code).toBe(7);
    expect(ended.stderr).toMatch(/--create: where it says that there is no such stack or service: Drover makes none/);
  });

  test.concurrent(
    'a value in clear goes nowhere, nor do keys: refused with 2, nothing said of them anywhere',
    async () => {
      const args = ['--rancher-key', keys[0]?.value ?? '', '--variable', 'DB_PASSWORD', value.value];
      const ended = await deploy('hidden', args);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/--variable "DB_PASSWORD": it has a value in clear.*it was sent nowhere/);
      const search = new CanarySearch([...keys, value]);
      const summary = read('dialect-hidden.xml');
      expect([ended.stdout, ended.stderr, summary].flatMap((text) => search.find('said', text))).toEqual([]);
      expect(await at('hidden').actions()).toEqual([]);
    },
  );
});
