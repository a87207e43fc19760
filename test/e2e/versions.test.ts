import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { seedOf } from '../support/seeds';
import { ROOT } from '../support/root';
import { Stack } from '../support/stack';
import type { Ended, StartedProcess } from '../support/started-process';
import { Command, STACK } from './command';
import { jsonLines } from './said';

const VERSIONED = { DROVER_WORKER_VERSIONING: 'true' };
/** Of the workflows' code, which one of the builds says and the other does not. */
const [SAYS, SAYS_OTHERWISE] = ['goes on where it stopped', 'goes on where it stopped, with the second build'];
const SLOW = 'docker:example/wave-one:2';
const BOTH = ['--batch-size', '2'];

const HEALTH_CHECK = {
  port: 80,
  interval: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  initializingTimeout: 60000,
};
const WAVES = `environment: cases
services:
  cases/wave-one: { image: example/wave-one:2 }
  cases/wave-two: { image: example/wave-two:2, dependsOn: [cases/wave-one] }
`;

const rancher = (name: string): Parameters<typeof seedOf>[number] => ({
  name,
  scale: 2,
  launchConfig: {
    imageUuid: `docker:example/${name}:1`,
    ...(name === 'wave-one' ? { healthCheck: HEALTH_CHECK } : {}),
  },
});

let stack: Stack;
let first: StartedProcess;
let second: StartedProcess;
let builds: { readonly first: string; readonly second: string };
const about = (name: string): Command => new Command(stack, name);

/** The same workflows with another word in them: another build. */
function secondBundle(): string {
  const code = readFileSync(join(ROOT, 'dist', 'workflow-bundle.js'), 'utf8');
  const changed = code.replaceAll(SAYS, SAYS_OTHERWISE);
  if (changed === code) throw new Error(`the bundle does not say "${SAYS}" any more`);
  const path = join(stack.folder, 'second-bundle.js');
  writeFileSync(path, changed);
  return path;
}

function buildOf(worker: StartedProcess): string {
  const [ready] = jsonLines({ stdout: worker.stdout });
  expect(ready).toMatchObject({ type: 'ready', deploymentName: 'drover' });
  return String(ready?.['buildId']);
}

/** The build that a workflow ran its last task on, and how Temporal pins it. */
async function ranOn(workflowId: string): Promise<string> {
  const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const { behavior, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  return `${behavior === 1 ? 'pinned' : behavior === 2 ? 'auto-upgrade' : 'unversioned'} ${deploymentVersion?.buildId ?? ''}`;
}

const deployment = (name: string): string => `deploy/${stack.alias}/${STACK}/${name}`;
const lane = (name: string): string => `lane/${stack.alias}/${STACK}/${name}`;

async function eventually<T>(what: string, read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 40_000; ;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() >= deadline) throw new Error(`${what}: ${JSON.stringify(value)}`);
    await delay(200);
  }
}

const lines = ({ stdout }: Ended): Record<string, unknown>[] => jsonLines({ stdout });

async function promote(build: string): Promise<void> {
  // A version is known a moment after its worker polls.
  await eventually(
    `promote ${build}`,
    () => stack.drover(['versions', 'promote', build]),
    ({ code }) => code === 0,
  );
}

/** What `drover doctor` finds out about who takes work. */
async function takers(): Promise<unknown[][]> {
  const found = lines(await stack.drover(['doctor', stack.alias, '--json']));
  return found
    .filter(({ check }) => check === 'workflow-worker' || check === 'worker')
    .map(({ check, status, text }) => [check, status, text]);
}

beforeAll(async () => {
  const { keys, projects } = seedOf(
    ...['early', 'held', 'parked', 'later', 'queued', 'one', 'two', 'wave-one', 'wave-two'].map(rancher),
  );
  stack = await Stack.start({
    seed: {
      keys,
      projects: [...projects, { name: 'Others', stacks: [{ name: STACK, services: [rancher('elsewhere')] }] }],
      // Until it is promoted: the release is between its waves for so long.
      behaviours: [{ image: SLOW, neverHealthy: true }],
    },
    environments: { cases: { project: 'Cases' }, others: { project: 'Others' } },
    policy: { stallLimit: '10m' },
    workers: 0,
  });
  first = await stack.startWorker(VERSIONED);
  second = await stack.startWorker({ ...VERSIONED, DROVER_WORKFLOW_BUNDLE: secondBundle() });
  builds = { first: buildOf(first), second: buildOf(second) };
}, 120_000);
afterAll(() => stack.close());

test('a build has the version of the package and a digest of the workflows in its name', () => {
  expect(builds.first).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
  expect(builds.second).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
  expect(builds.first).not.toBe(builds.second);
});

test('until a build is the current one no work comes to it; the worker says so, and so does who asks for a deployment', async () => {
  await eventually(
    'the worker says where it stands',
    () => Promise.resolve(first.stderr),
    (said) =>
      said.includes(
        `no build is current; new work comes to this worker after "drover versions promote ${builds.first}"`,
      ),
  );
  const asked = await about('early').upgrade();
  expect(asked.code).toBe(9);
  expect(asked.stderr).toContain('no build is the current one');
  expect(asked.stderr).toContain('Nothing was started');
  expect(asked.stderr).toContain('drover versions promote');
  expect(await takers()).toEqual([
    ['workflow-worker', 'failed', expect.stringContaining('and no build is current')],
    ['worker', 'failed', expect.stringContaining('and no build is current')],
  ]);
  await promote(builds.first);
  expect(await takers()).toEqual([
    ['workflow-worker', 'ok', expect.stringContaining(`new work goes to build ${builds.first}`)],
    ['worker', 'ok', expect.stringContaining(`new work goes to build ${builds.first}`)],
  ]);
});

test('a deployment, releases and a parked deployment that began on one build stay on it while another one is the current one', async () => {
  const [held, parked, queued] = [about('held'), about('parked'), about('queued')];
  await parked.fault({ action: 'finishupgrade', effect: { kind: 'status', status: 401 } });
  const release = stack.startDrover([
    ...['release', stack.alias, `${STACK}/one=example/one:2`, `${STACK}/two=example/two:2`],
    ...['--confirm', '--request-id', 'r/1', '--detach', '--json'],
  ]);
  writeFileSync(join(stack.folder, 'waves.yaml'), WAVES);
  const waves = stack.startDrover(['release', '-f', 'waves.yaml', '--request-id', 'r/2', '--detach', '--json']);
  const [heldEnded, parkedEnded, released] = await Promise.all([
    held.upgrade('--hold', ...BOTH),
    parked.upgrade(...BOTH),
    release.ended,
    queued.upgrade('--hold', ...BOTH),
  ]);
  expect([heldEnded, parkedEnded, released].map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [4, ''],
    [5, ''],
  ]);
  const releaseId = String(lines(released)[0]?.['releaseId']);
  await eventually(
    'the release waits to be confirmed',
    () => stack.drover(['releases', releaseId, '--json']),
    ({ stdout }) => stdout.includes('"phase":"confirming"'),
  );

  const wavesStarted = await waves.ended;
  expect([wavesStarted.stderr, wavesStarted.code]).toEqual(['', 5]);
  const wavesId = String(lines(wavesStarted)[0]?.['releaseId']);
  await about('wave-one').reaches('waiting');

  await promote(builds.second);
  await stack.rancher.removeBehaviour(SLOW);
  // What begins now begins on the new one: also where it is the lane of before that starts it.
  const waiting = queued.startUpgrade('--image', queued.image(3), '--when-busy', 'queue', ...BOTH);
  const later = await about('later').upgrade(...BOTH);
  expect([later.stderr, later.code]).toEqual(['', 0]);
  expect(await ranOn(deployment('later'))).toBe(`pinned ${builds.second}`);

  const confirmed = await Promise.all([
    held.run('confirm'),
    queued.run('confirm'),
    stack.drover(['confirm', '--release', releaseId]),
  ]);
  expect(confirmed.map(({ code, stderr }) => [code, stderr])).toEqual(confirmed.map(() => [0, '']));
  const wavesEnd = await eventually(
    'the release in waves ends',
    () => stack.drover(['releases', wavesId, '--json']),
    ({ stdout }) => stdout.includes('"phase":"done"'),
  );
  expect(wavesEnd.stdout).toContain('"verdict":"succeeded"');
  expect(await ranOn(`release/${wavesId}`)).toBe(`pinned ${builds.first}`);
  expect(await ranOn(deployment('wave-one'))).toBe(`pinned ${builds.first}`);
  // Its lane was made by the release, on the first build, and moved to the second before it started the deployment.
  expect(await ranOn(lane('wave-two'))).toBe(`auto-upgrade ${builds.second}`);
  expect(await ranOn(deployment('wave-two'))).toBe(`pinned ${builds.second}`);
  const ends = await eventually(
    'the release ends',
    () => stack.drover(['releases', releaseId, '--json']),
    ({ stdout }) => stdout.includes('"phase":"done"'),
  );
  expect(ends.stdout).toContain('"verdict":"succeeded"');
  await held.isOver();
  // Its decision was taken, and recorded, after the second one had been promoted.
  const decision = `decision/${releaseId}`;
  for (const id of [deployment('held'), deployment('one'), deployment('two'), `release/${releaseId}`, decision])
    expect([id, await ranOn(id)]).toEqual([id, `pinned ${builds.first}`]);
  // The lane of the first build went on with the second one, and what it started then runs there.
  expect((await waiting.ended).code).toBe(0);
  expect(await ranOn(deployment('queued'))).toBe(`pinned ${builds.second}`);
  expect(await ranOn(lane('queued'))).toBe(`auto-upgrade ${builds.second}`);
  expect(await ranOn(deployment('parked'))).toBe(`pinned ${builds.first}`);
}, 240_000);

test('what is parked on a build whose workers are gone waits, is named, and goes on when it is moved', async () => {
  const parked = about('parked');
  await first.kill('SIGTERM');
  const retried = await parked.run('retry');
  expect([retried.code, retried.stdout]).toEqual([0, expect.stringContaining('no worker answered')]);
  const shown = await stack.drover(['versions']);
  expect(shown.stdout).toContain(`new work goes to build ${builds.second}`);
  expect(shown.stdout).toMatch(new RegExp(`^${builds.first} +draining: .* [1-9]\\d* +`, 'm'));
  expect(shown.stdout).toContain(`Running on ${builds.first}:\n`);
  expect(shown.stdout).toContain(`  ${deployment('parked')}\n`);

  const unknown = await stack.drover(['versions', 'move', deployment('parked'), '--to', '9.9.9-nobody']);
  expect([unknown.code, unknown.stderr]).toEqual([7, expect.stringContaining('No worker of build 9.9.9-nobody')]);
  const moved = await stack.drover(['versions', 'move', deployment('parked'), '--to', builds.second]);
  expect([moved.stderr, moved.code]).toEqual(['', 0]);
  await parked.isOver();
  expect((await parked.progress())?.result?.verdict).toBe('succeeded');
  expect(await parked.actions()).toEqual(['upgrade', 'finishupgrade']);
  expect(await ranOn(deployment('parked'))).toContain(builds.second);
}, 120_000);

test('going back is the same command; a build that leaves an environment alone is refused', async () => {
  const again = await stack.startWorker(VERSIONED);
  expect(buildOf(again)).toBe(builds.first);
  await promote(builds.first);
  const back = await about('early').upgrade(...BOTH);
  expect([back.stderr, back.code]).toEqual(['', 0]);
  expect(await ranOn(deployment('early'))).toBe(`pinned ${builds.first}`);

  const third = { ...VERSIONED, TEMPORAL_WORKER_BUILD_ID: 'third', DROVER_WORKER_ENVIRONMENTS: 'cases' };
  expect(buildOf(await stack.startWorker(third))).toBe('third');
  const elsewhere = new Command(stack, 'elsewhere', 'others');
  expect((await elsewhere.upgrade(...BOTH)).code).toBe(0);
  const refused = await stack.drover(['versions', 'promote', 'third']);
  expect([refused.code, refused.stderr]).toEqual([
    7,
    expect.stringContaining('Build third cannot become the current one'),
  ]);
  expect(refused.stderr).toContain('drover.rancher.others');
}, 120_000);
