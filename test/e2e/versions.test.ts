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
const BOTH = ['--batch-size', '2'];

const rancher = (name: string): Parameters<typeof seedOf>[number] => ({
  name,
  scale: 2,
  launchConfig: { imageUuid: `docker:example/${name}:1` },
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

beforeAll(async () => {
  stack = await Stack.start({
    seed: seedOf(...['early', 'held', 'parked', 'later', 'queued', 'one', 'two'].map(rancher)),
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
  await promote(builds.first);
});

test('a deployment, a release and a parked deployment that began on one build stay on it while another one is the current one', async () => {
  const [held, parked, queued] = [about('held'), about('parked'), about('queued')];
  await parked.fault({ action: 'finishupgrade', effect: { kind: 'status', status: 401 } });
  const release = stack.startDrover([
    ...['release', `${stack.alias}`, `${STACK}/one=example/one:2`, `${STACK}/two=example/two:2`],
    ...['--confirm', '--request-id', 'r/1', '--detach', '--json'],
  ]);
  const [heldEnded, parkedEnded, released] = await Promise.all([
    held.upgrade('--hold', ...BOTH),
    parked.upgrade(...BOTH),
    release.ended,
    queued.upgrade('--hold', ...BOTH),
  ]);
  expect([heldEnded.code, parkedEnded.code, released.stderr, released.code]).toEqual([0, 4, '', 5]);
  const releaseId = String(lines(released)[0]?.['releaseId']);
  await eventually(
    'the release waits to be confirmed',
    () => stack.drover(['releases', releaseId, '--json']),
    ({ stdout }) => stdout.includes('"phase":"confirming"'),
  );

  await promote(builds.second);
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
  const ends = await eventually(
    'the release ends',
    () => stack.drover(['releases', releaseId, '--json']),
    ({ stdout }) => stdout.includes('"phase":"done"'),
  );
  expect(ends.stdout).toContain('"verdict":"succeeded"');
  await held.isOver();
  for (const id of [deployment('held'), deployment('one'), deployment('two'), `release/${releaseId}`])
    expect([id, await ranOn(id)]).toEqual([id, `pinned ${builds.first}`]);
  // The lane of the first build went on with the second one, and what it started then runs there.
  expect((await waiting.ended).code).toBe(0);
  expect(await ranOn(deployment('queued'))).toBe(`pinned ${builds.second}`);
  expect(await ranOn(lane('queued'))).toBe(`auto-upgrade ${builds.second}`);
  expect(await ranOn(deployment('parked'))).toBe(`pinned ${builds.first}`);
});

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
});

test('going back is the same command; a build that leaves an environment alone is refused', async () => {
  const again = await stack.startWorker(VERSIONED);
  expect(buildOf(again)).toBe(builds.first);
  await promote(builds.first);
  const back = await about('early').upgrade(...BOTH);
  expect([back.stderr, back.code]).toEqual(['', 0]);
  expect(await ranOn(deployment('early'))).toBe(`pinned ${builds.first}`);
});
