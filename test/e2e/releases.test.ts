import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedOf } from '../support/seeds';
import type { Service } from '../support/seeds';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { Command, STACK } from './command';
import { jsonLines } from './said';

const CANARY = 'canary-7a6b5c4d';
const NAMES = ['one-a', 'one-b', 'two-a', 'two-b', 'held-a', 'held-b', 'killed-a', 'killed-b', 'queued', 'plain-a'];
const service = (name: string): Service => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: `docker:example/${name}:1`, environment: { PASSWORD: CANARY } },
});

let stack: Stack;
const drover = (...args: string[]): Promise<Ended> => stack.startDrover(args).ended;
const about = (name: string): Command => new Command(stack, name, 'prod');

beforeAll(async () => {
  stack = await Stack.start({
    seed: { ...seedOf(...NAMES.map(service)), behaviours: [{ image: 'example/two-b:2', startFails: true }] },
    environments: { prod: { project: 'Cases' } },
    policy: { stallLimit: '3s' },
  });
}, 120_000);
afterAll(() => stack.close());

/** The services of a file, each of which depends on the one before it. */
function fileOf(name: string, services: readonly string[], more = ''): string {
  const path = join(stack.folder, name);
  const entries = services.map(
    (one, index) =>
      `  ${STACK}/${one}:\n    image: example/${one}:2\n` +
      (index === 0 ? '' : `    dependsOn: [${STACK}/${services[index - 1] ?? ''}]\n`),
  );
  writeFileSync(path, `name: a release\nenvironment: prod\n${more}services:\n${entries.join('')}`);
  return path;
}

/** Waits for a condition; the test's own time-out is the limit of both. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`it did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const releaseIdOf = (ended: Ended): string => /release (r[0-9a-f]{12})/.exec(ended.stdout)?.[1] ?? 'none';

it('a gate on a server that probes.to does not name is told by the plan, and refuses the release', async () => {
  const gate = "gates: { smoke: { http: { url: 'http://127.0.0.1:9/' } } }\n";
  const file = fileOf('gate.yaml', ['plain-a'], gate);
  const plan = await drover('release', '-f', file, '--plan');
  expect([plan.code, plan.stderr]).toEqual([7, '']);
  const why =
    'http://127.0.0.1:9 is none of the servers that releases may probe from here (environments.prod.probes.to names none)';
  expect(plan.stdout).toContain(`gate smoke would not be asked: ${why}`);
  expect(plan.stdout).toMatch(
    /^1 of 1 gates would not be asked: the release would be refused\. Nothing was written\.$/m,
  );
  const [, told] = jsonLines(await drover('release', '-f', file, '--plan', '--json'));
  expect(told).toMatchObject({ type: 'release-plan', exitCode: 7, gates: [{ name: 'smoke' }] });
  expect(JSON.stringify(told)).toContain(why);
  const ended = await drover('release', '-f', file);
  expect(ended.code).toBe(7);
  expect(ended.stdout).toContain(`gate smoke: ${why}`);
});

it('a release from a file ends with 0 when all services run what was asked; the same command again tells how it ended', async () => {
  const file = fileOf('one.yaml', ['one-a', 'one-b']);
  const plan = await drover('release', '-f', file, '--plan');
  expect([plan.code, plan.stderr]).toEqual([0, '']);
  expect(plan.stdout).toMatch(/^Wave 1: cases\/one-a in prod\n {2}now {8}active\n {2}first {6}upgrade the service/);
  expect(plan.stdout).toMatch(/image {6}primary: example\/one-b:1 → example\/one-b:2/);
  expect(plan.stdout).toMatch(/2 services; when one fails: rollback-all\. Nothing was written\.$/m);

  const ended = await drover('release', '-f', file, '--request-id', 'release/1', '--why', 'ticket 7');
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(ended.stdout).toMatch(/ release r[0-9a-f]{12} finishing: it is decided and recorded/);
  expect(ended.stdout).toMatch(/reason: 2 services upgraded and finished, proven by version/);
  const actions = [...(await about('one-a').actions()), ...(await about('one-b').actions())];
  expect(actions).toEqual(['upgrade', 'finishupgrade', 'upgrade', 'finishupgrade']);

  const again = await drover('release', '-f', file, '--request-id', 'release/1', '--why', 'another reason');
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/this request is over: this is how it ended/);
  const other = await drover('release', '-f', fileOf('other.yaml', ['one-a']), '--request-id', 'release/1');
  expect(other.code).toBe(2);
  expect(other.stderr).toMatch(/--request-id: the release "release\/1" was asked for .* something else/);

  const shown = await drover('releases', releaseIdOf(ended));
  expect(shown.stdout).toMatch(/^a release r[0-9a-f]{12}: succeeded\n/);
  const [json] = jsonLines(await drover('releases', releaseIdOf(ended), '--json'));
  expect(json).toMatchObject({ type: 'release', verdict: 'succeeded', progress: { decision: 'commit' } });
  expect(plan.stdout + ended.stdout + shown.stdout + JSON.stringify(json)).not.toContain(CANARY);
});

it('one service fails: the exit code is 3, and every service runs what it did', async () => {
  const ended = await drover('release', '-f', fileOf('two.yaml', ['two-a', 'two-b']), '--json');
  expect(ended.code).toBe(3);
  const result = jsonLines(ended).at(-1);
  expect(result).toMatchObject({ type: 'result', verdict: 'rolled-back', exitCode: 3 });
  expect(await about('two-a').actions()).toEqual(['upgrade', 'rollback']);
  expect(await about('two-b').actions()).toEqual(['upgrade', 'rollback']);
  const listed = await drover('list', '--release', String(result?.['releaseId']), '--json');
  expect(jsonLines(listed).filter(({ type }) => type === 'deployment')).toHaveLength(2);
});

it('a release that asks for a person is held, and finished from another terminal', async () => {
  const file = fileOf('held.yaml', ['held-a', 'held-b'], 'confirm: manual\n');
  const begun = await drover('release', '-f', file, '--detach');
  expect(begun.code).toBe(5);
  const id = releaseIdOf(begun);
  await eventually('the release waits for a person', async () =>
    (await drover('releases', id)).stdout.includes('waits      all are verified'),
  );
  expect(await about('held-a').actions()).toEqual(['upgrade']);
  const alone = await about('held-a').run('confirm');
  expect(alone.code).toBe(7);
  expect(alone.stderr).toMatch(/part of a release/);
  expect(alone.stderr).toContain(`drover confirm --release ${id}`);
  const attention = async () => jsonLines(await drover('list', '--attention', '--environment', 'prod', '--json'));
  await eventually('it is listed', async () => (await attention()).some(({ what }) => what === 'release'));
  const waiting = await attention();
  expect(waiting.filter(({ what }) => what === 'release')).toMatchObject([
    { id, kind: 'confirm', commands: [`drover confirm --release ${id}`, `drover rollback --release ${id}`] },
  ]);
  expect(waiting.filter((line) => String(line['service']).startsWith('held-'))).toEqual([]);
  const confirmed = await drover('confirm', '--release', id, '--why', 'looked at it');
  expect(confirmed.stdout).toMatch(
    /^confirm acknowledged in phase confirming: reads the gates of all services once more/,
  );
  const watched = await drover('releases', id, '--watch');
  expect(watched.code).toBe(0);
  const late = await drover('rollback', '--release', id);
  expect(late.code).toBe(7);
  expect(late.stderr).toMatch(/There is nothing to rollback: the release .* is over.*"succeeded"/);
});

it('the worker is killed in the midst of a release: it goes on, and ends well', async () => {
  const running = stack.startDrover(['release', '-f', fileOf('killed.yaml', ['killed-a', 'killed-b'])]);
  await eventually('the first is upgraded', async () => (await about('killed-a').actions()).includes('upgrade'));
  await stack.killWorker();
  await stack.startWorker();
  expect((await running.ended).code).toBe(0);
  for (const name of ['killed-a', 'killed-b'])
    expect(await about(name).actions()).toEqual(['upgrade', 'finishupgrade']);
});

it('whoever comes second waits for its turn, sees who is before it, and can be taken out', async () => {
  const one = about('queued');
  expect((await one.upgrade('--hold', '--request-id', 'q/1')).code).toBe(0);
  const refused = await one.upgrade('--image', one.image(3), '--request-id', 'q/2');
  expect(refused.code).toBe(7);
  expect(refused.stderr).toMatch(/prod cases\/queued is busy/);
  const waiting = await one.upgrade('--image', one.image(3), '--request-id', 'q/3', '--when-busy', 'queue', '--detach');
  expect(waiting.code).toBe(5);
  expect(waiting.stderr).toMatch(/The request q\/3 for prod cases\/queued is in the queue/);
  const shown = await one.run('queue');
  expect(shown.stdout).toMatch(/^prod cases\/queued is deployed by .*: example\/queued:2 \(request q\/1, for /);
  expect(shown.stdout).toMatch(/^ {2}1\. .*: example\/queued:3 \(request q\/3, for /m);
  const out = await one.run('cancel', '--request', 'q/3');
  expect(out.stdout).toMatch(/^cancel acknowledged in phase waiting for its turn: taken out of the queue/);
  const again = await one.upgrade('--image', one.image(3), '--request-id', 'q/3');
  expect(again.code).toBe(6);
  expect(again.stdout).toMatch(/cancelled/);
  const newest = await one.upgrade('--image', one.image(4), '--request-id', 'q/4', '--when-busy', 'supersede');
  expect(newest.code).toBe(0);
  const first = await one.upgrade('--request-id', 'q/1', '--hold');
  expect(first.code).toBe(8);
  expect(await one.actions()).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
});

it('what cannot be read is told with its place, and nothing is begun', async () => {
  const path = join(stack.folder, 'bad.yaml');
  writeFileSync(path, 'environment: prod\nservices:\n  cases/plain-a:\n    imag: example/plain-a:2\n');
  const bad = await drover('release', '-f', path);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/bad\.yaml:4:\d+/);
  const none = await drover('release', 'prod');
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/no service is named/);
  const missing = await drover('release', 'prod', `${STACK}/plain-a=example/plain-a:2`, `${STACK}/nobody=example/x:1`);
  expect(missing.code).toBe(7);
  expect(missing.stdout).toMatch(/nobody.*Nothing was begun/);
  expect(await about('plain-a').actions()).toEqual([]);
});
