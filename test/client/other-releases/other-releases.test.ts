import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { laneIdOf } from '../../../workflows/lane-contract';
import { ensureSearchAttributes } from '../../../worker/search-attributes';
import { rancherQueue, WORKFLOW_QUEUE, workflowIdOf } from '../../../workflows/contract';
import { DROVER_MAIN, freshDist } from '../../support/fresh-dist';
import type { StackTemporal } from '../../support/stack-temporal';
import { namespaceOfItsOwn } from '../../support/stack-temporal';
import type { Ended } from '../../support/started-process';
import { StartedProcess } from '../../support/started-process';

// The client of today, as a process, with workers that answer as those of other releases would.

Runtime.install({ logger: new DefaultLogger('ERROR') });
jest.setTimeout(120_000);

let temporal: StackTemporal;
let connection: Connection;
let native: NativeConnection;
let stop: () => Promise<void>;

beforeAll(async () => {
  [temporal] = await Promise.all([namespaceOfItsOwn(), freshDist()]);
  const { address, namespace } = temporal;
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  await ensureSearchAttributes(connection, namespace, { onStep: () => undefined });
  const quiet = (): void => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(__dirname, 'workflows.ts'), logger });
  const common = { connection: native, namespace };
  const activities = { nothing: (): Promise<void> => Promise.resolve() };
  const workers = [
    await Worker.create({ ...common, taskQueue: WORKFLOW_QUEUE, workflowBundle }),
    await Worker.create({ ...common, taskQueue: rancherQueue('prod'), activities }),
    await Worker.create({ ...common, taskQueue: rancherQueue('dev'), activities }),
  ];
  const running = workers.map((worker) => worker.run());
  stop = async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
});
const asked = new Set<StartedProcess>();
afterAll(async () => {
  for (const one of asked) if (one.running) await one.kill();
  await stop();
  await native.close();
  await connection.close();
});

function drover(...args: string[]): StartedProcess {
  const { address, namespace } = temporal;
  const env = { PATH: process.env['PATH'], HOME: '/nowhere', TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  const started = new StartedProcess(`drover ${args.join(' ')}`, DROVER_MAIN, args, { cwd: __dirname, env });
  asked.add(started);
  return started;
}

async function confirm(workflowId: string): Promise<void> {
  const client = new Client({ connection, namespace: temporal.namespace });
  await client.workflow.getHandle(workflowId).signal('confirm');
}

const A_BUG = /bug in Drover|undefined|NaN|Invalid time/;
const shown = ({ stdout, stderr }: Ended): string => `${stdout}\n${stderr}`;

/** Everything that is asked of a deployment says something, and nothing is a bug. */
async function expectTold(service: string, words: string): Promise<void> {
  const ended = ['status', 'why', 'timeline'].map((command) => drover(command, 'prod', `shop/${service}`).ended);
  const [status, ...others] = await Promise.all(ended);
  if (status === undefined) throw new Error('nothing was asked');
  expect(shown(status)).toContain(words);
  for (const ended of [status, ...others]) expect(shown(ended)).not.toMatch(A_BUG);
}

test('of an older worker it shows what there is, and takes its verdict', async () => {
  const running = drover('upgrade', 'prod', 'shop/old', '--image', 'example/web:older');
  await running.saysOnStdout(/said by an older worker/);
  await expectTold('old', 'said by an older worker');
  await confirm(workflowIdOf('prod', 'shop', 'old'));
  const ended = await running.ended;
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(ended.stdout).toMatch(/ verdict: succeeded: /);
  expect(ended.stdout).toContain('as it was said at first');
  await expectTold('old', 'succeeded');
});

test('of a newer worker it shows what it can, and does not take a verdict for good that it does not know', async () => {
  const running = drover('upgrade', 'prod', 'shop/new', '--image', 'example/web:newer');
  await running.saysOnStdout(/said by a newer worker/);
  await expectTold('new', 'pondering');
  await confirm(workflowIdOf('prod', 'shop', 'new'));
  const ended = await running.ended;
  expect([ended.code, ended.stderr]).toEqual([4, '']);
  expect(ended.stdout).toMatch(
    / reason: the verdict is "postponed", which this client does not know, .*: it waits for the moon/,
  );
  expect(ended.stdout).toContain('Look up.');
  await expectTold('new', 'postponed');
});

const RELEASE = ['release', 'prod', 'shop/web=example/web:2'];
const PROMOTE = ['promote', '--from', 'dev', '--to', 'prod', '--stack', 'shop'];

describe.each([
  { what: 'release', command: RELEASE, list: 'releases' },
  { what: 'pipeline', command: PROMOTE, list: 'pipelines' },
])('of a $what', ({ what, command, list }) => {
  /** Follows it, as people and as programs do, and looks at it before and after the end. */
  async function follow(worker: 'older' | 'newer', words: string): Promise<{ people: Ended; programs: Ended }> {
    const [people, programs] = [[], ['--json']].map((more) =>
      drover(...command, '--request-id', `${what}-${worker}`, ...more),
    );
    if (people === undefined || programs === undefined) throw new Error('nobody follows');
    await Promise.all([people.saysOnStdout(/said by an? \w+ worker/), programs.saysOnStdout(/said by an? \w+ worker/)]);
    const id = new RegExp(`"${what}Id":"([^"]+)"`).exec(programs.stdout)?.[1] ?? '';
    const look = async (): Promise<string> => {
      const looks = [drover(list), drover(list, id), drover(list, id, '--json')].map(({ ended }) => ended);
      return (await Promise.all(looks)).map(shown).join('\n');
    };
    expect(await look()).toContain(words);
    await confirm(`${what}/${id}`);
    const ends = { people: await people.ended, programs: await programs.ended };
    const after = await look();
    for (const text of [after, shown(ends.people), shown(ends.programs)]) expect(text).not.toMatch(A_BUG);
    return ends;
  }

  test('of an older worker it shows what there is, and takes its verdict', async () => {
    const { people, programs } = await follow('older', 'example of old');
    expect([people.code, programs.code, people.stderr]).toEqual([0, 0, '']);
    expect(people.stdout).toContain('as it was said at first');
  });

  test('of a newer worker it shows what it can, and does not take a verdict for good that it does not know', async () => {
    const { people, programs } = await follow('newer', 'pondering');
    expect([people.code, programs.code, people.stderr]).toEqual([4, 4, '']);
    expect(people.stdout).toMatch(/ reason: the verdict is "postponed", which this client does not know, .*the moon/);
    expect(people.stdout).toContain('Look up.');
    expect(programs.stdout).toMatch(/"verdict":"needs-attention","exitCode":4/);
  });
});

test.each(['older', 'newer'])('of a queue whose lane is of an %s worker it shows who is in it', async (worker) => {
  const client = new Client({ connection, namespace: temporal.namespace });
  const workflowId = laneIdOf('prod', 'shop', worker);
  await client.workflow.start('laneOfAnotherRelease', { workflowId, taskQueue: WORKFLOW_QUEUE, args: [worker] });
  const answers = await Promise.all([
    drover('queue', 'prod', `shop/${worker}`).ended,
    drover('queue', 'prod', `shop/${worker}`, '--json').ended,
  ]);
  for (const ended of answers) {
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toContain('example/web:waits');
    expect(shown(ended)).not.toMatch(A_BUG);
  }
});
