import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
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
  ];
  const running = workers.map((worker) => worker.run());
  stop = async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
});
afterAll(async () => {
  await stop();
  await native.close();
  await connection.close();
});

function drover(...args: string[]): StartedProcess {
  const { address, namespace } = temporal;
  const env = { PATH: process.env['PATH'], HOME: '/nowhere', TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  return new StartedProcess(`drover ${args.join(' ')}`, DROVER_MAIN, args, { cwd: __dirname, env });
}

async function confirm(service: string): Promise<void> {
  const client = new Client({ connection, namespace: temporal.namespace });
  await client.workflow.getHandle(workflowIdOf('prod', 'shop', service)).signal('confirm');
}

const shown = ({ stdout, stderr }: Ended): string => `${stdout}\n${stderr}`;

/** Everything that is asked of a deployment says something, and nothing is a bug. */
async function expectTold(service: string, words: string): Promise<void> {
  const asked = ['status', 'why', 'timeline'].map((command) => drover(command, 'prod', `shop/${service}`).ended);
  const [status, ...others] = await Promise.all(asked);
  if (status === undefined) throw new Error('nothing was asked');
  expect(shown(status)).toContain(words);
  for (const ended of [status, ...others]) expect(shown(ended)).not.toMatch(/bug in Drover|undefined|NaN/);
}

test('of an older worker it shows what there is, and takes its verdict', async () => {
  const running = drover('upgrade', 'prod', 'shop/old', '--image', 'example/web:older');
  await running.saysOnStdout(/said by an older worker/);
  await expectTold('old', 'said by an older worker');
  await confirm('old');
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
  await confirm('new');
  const ended = await running.ended;
  expect([ended.code, ended.stderr]).toEqual([4, '']);
  expect(ended.stdout).toMatch(
    / reason: the verdict is "postponed", which this client does not know, .*: it waits for the moon/,
  );
  expect(ended.stdout).toContain('Look up.');
  await expectTold('new', 'postponed');
});
