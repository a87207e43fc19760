import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { DroverClient } from '../../client/drover-client';
import type { DroverError } from '../../client/errors/drover-error';
import type { FollowEvent } from '../../client/follow/follow-event';
import type { UpgradeInput } from '../../client/input/upgrade-input';
import { rancherQueue, WORKFLOW_QUEUE, workflowIdOf } from '../../workflows/contract';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import type { StackTemporal } from '../support/stack-temporal';
import { namespaceOfItsOwn } from '../support/stack-temporal';

Runtime.install({ logger: new DefaultLogger('ERROR') });
jest.setTimeout(60_000);

let temporal: StackTemporal;
let bare: StackTemporal;
let connection: Connection;
let native: NativeConnection;
let client: DroverClient;
let code = '';
let workers: { stop: () => Promise<void> } | undefined;

/** Workers of the stand-in workflows, in the namespace of this file. */
async function work(namespace: string): Promise<{ stop: () => Promise<void> }> {
  const common = { connection: native, namespace };
  const activities = { nothing: (): Promise<void> => Promise.resolve() };
  const both = [
    await Worker.create({ ...common, taskQueue: WORKFLOW_QUEUE, workflowBundle: { code } }),
    await Worker.create({ ...common, taskQueue: rancherQueue('prod'), activities }),
  ];
  const running = Promise.all(both.map((worker) => worker.run()));
  return {
    stop: async () => {
      for (const worker of both) worker.shutdown();
      await running;
    },
  };
}

beforeAll(async () => {
  [temporal, bare] = await Promise.all([namespaceOfItsOwn(), namespaceOfItsOwn()]);
  connection = await Connection.connect({ address: temporal.address });
  native = await NativeConnection.connect({ address: temporal.address });
  await ensureSearchAttributes(connection, temporal.namespace, { onStep: () => undefined });
  const quiet = (): void => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  ({ code } = await bundleWorkflowCode({ workflowsPath: join(__dirname, 'stand-in', 'workflows.ts'), logger }));
  workers = await work(temporal.namespace);
  client = await DroverClient.connect({
    address: temporal.address,
    namespace: temporal.namespace,
    env: { HOME: '/nowhere' },
  });
});

afterAll(async () => {
  await client.close();
  await workers?.stop();
  await native.close();
  await connection.close();
});

const asked = (service: string, change: Partial<UpgradeInput> = {}): UpgradeInput => ({
  environment: 'prod',
  stack: 'shop',
  service,
  image: 'example/web:2',
  requestId: `request-${service}`,
  author: { by: 'jane@host' },
  ...change,
});
const target = (service: string) => ({ environment: 'prod', stack: 'shop', service });

async function failureOf(work: Promise<unknown>): Promise<DroverError> {
  try {
    await work;
  } catch (error) {
    return error as DroverError;
  }
  throw new Error('it did not fail');
}

/** Looks until what Temporal lists has caught up. */
async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 100; tries += 1) {
    const value = await look();
    if (wanted(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come about');
}

describe('starting', () => {
  it('starts a deployment that everybody can find, with its summary, memo and search attributes', async () => {
    const handle = await client.upgrade(asked('one'));
    expect(handle.deployment).toMatchObject({ how: 'started', requestId: 'request-one', requestedBy: 'jane@host' });
    const description = await new Client({ connection, namespace: temporal.namespace }).workflow
      .getHandle(workflowIdOf('prod', 'shop', 'one'))
      .describe();
    expect(await description.staticSummary()).toBe('shop/one → example/web:2 in prod, by jane@host');
    expect(description.memo).toMatchObject({ requestId: 'request-one', requestedBy: 'jane@host' });
    const found = await until(
      () => client.list({ environment: 'prod', service: 'one' }),
      (list) => list.length === 1,
    );
    expect(found[0]).toMatchObject({
      image: 'example/web:2',
      run: 'running',
      phase: 'resolving',
      requestId: 'request-one',
    });
  });

  it('attaches to the same request, and tells another one who is busy with what', async () => {
    const first = await client.upgrade(asked('two'));
    const again = await client.upgrade(asked('two', { author: { by: 'somebody else' } }));
    expect(again.deployment).toMatchObject({ how: 'attached', runId: first.deployment.runId });
    const refused = await failureOf(client.upgrade(asked('two', { requestId: 'another', image: 'example/web:3' })));
    expect(refused).toMatchObject({ name: 'RefusedError', verdict: 'refused' });
    expect(refused.message).toMatch(
      /prod shop\/two is busy: jane@host deploys example\/web:2 there since .* \(phase resolving/,
    );
  });

  it('refuses the same id for something else, naming what differs', async () => {
    await client.upgrade(asked('three'));
    const invalid = await failureOf(client.upgrade(asked('three', { image: 'example/web:3', hold: true })));
    expect(invalid).toMatchObject({ name: 'InvalidInputError', verdict: 'invalid' });
    expect(invalid.message).toContain('with another hold, another image (example/web:2 then, example/web:3 now)');
  });

  it('of two at once starts one: the other attaches, or is refused where it asks for something else', async () => {
    const same = await Promise.all([1, 2, 3].map(() => client.upgrade(asked('four'))));
    expect(new Set(same.map(({ deployment }) => deployment.runId)).size).toBe(1);
    expect(same.filter(({ deployment }) => deployment.how === 'started')).toHaveLength(1);
    const others = await Promise.allSettled(
      ['a', 'b', 'c'].map((requestId) => client.upgrade(asked('five', { requestId }))),
    );
    expect(others.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('tells how a closed request ended instead of doing it again, also when others came since', async () => {
    const first = await client.upgrade(asked('six'));
    await client.intervene(target('six'), 'confirm', { by: 'jane' });
    expect((await first.result()).verdict).toBe('succeeded');
    const again = await client.upgrade(asked('six'));
    expect(again.deployment).toMatchObject({ how: 'over', runId: first.deployment.runId });
    expect((await again.result()).verdict).toBe('succeeded');

    const newer = await client.upgrade(asked('six', { requestId: 'newer' }));
    expect(newer.deployment.runId).not.toBe(first.deployment.runId);
    await until(
      () => client.list({ requestId: 'request-six' }),
      (list) => list.length === 1,
    );
    expect((await client.upgrade(asked('six'))).deployment).toMatchObject({
      how: 'over',
      runId: first.deployment.runId,
    });
  });

  it('starts nothing where no worker serves the environment, naming both things that can mean', async () => {
    const failure = await failureOf(client.upgrade(asked('one', { environment: 'prdo' })));
    expect(failure).toMatchObject({ name: 'UnreachableError', verdict: 'unreachable' });
    expect(failure.message).toMatch(
      /No worker serves the environment "prdo": either its worker is down, or the name is mistyped/,
    );
    expect(await client.get('prdo', 'shop', 'one')).toBeNull();
  });

  it('starts nothing in a namespace without search attributes, and says what mends it', async () => {
    const own = await work(bare.namespace);
    const other = await DroverClient.connect({
      address: bare.address,
      namespace: bare.namespace,
      env: { HOME: '/nowhere' },
    });
    try {
      const failure = await failureOf(other.upgrade(asked('one')));
      expect(failure).toMatchObject({
        name: 'InvalidInputError',
        nextStep: expect.stringContaining(`drover setup --namespace ${bare.namespace}`) as string,
      });
      expect(await other.get('prod', 'shop', 'one')).toBeNull();
    } finally {
      await other.close();
      await own.stop();
    }
  });

  it('says so where the namespace is not there', async () => {
    const other = await DroverClient.connect({
      address: temporal.address,
      namespace: 'nowhere',
      env: { HOME: '/nowhere' },
    });
    const failure = await failureOf(other.upgrade(asked('one')));
    await other.close();
    expect(failure).toMatchObject({
      verdict: 'invalid',
      message: expect.stringContaining('no namespace "nowhere"') as string,
    });
  });
});

describe('following', () => {
  const OPTIONS = { intervalMillis: 50 };
  async function all(
    service: string,
    change: Partial<UpgradeInput> = {},
    meanwhile = (): Promise<unknown> => Promise.resolve(),
  ) {
    const handle = await client.upgrade(asked(service, change));
    const events: FollowEvent[] = [];
    const following = (async () => {
      for await (const event of handle.follow({ ...OPTIONS, hold: change.hold ?? false })) events.push(event);
    })();
    await meanwhile();
    await following;
    const last = events.at(-1);
    if (last?.type !== 'result') throw new Error('no result');
    return { events, outcome: last.outcome };
  }
  const end = async (service: string, how: 'terminate' | 'cancel'): Promise<unknown> => {
    const handle = new Client({ connection, namespace: temporal.namespace }).workflow.getHandle(
      workflowIdOf('prod', 'shop', service),
    );
    return how === 'terminate' ? handle.terminate('by hand') : handle.cancel();
  };

  it('tells the logbook and the verdict', async () => {
    const { events, outcome } = await all('f1', {}, () =>
      client.intervene(target('f1'), 'confirm', { by: 'jane', why: 'fine' }),
    );
    expect(outcome).toMatchObject({ verdict: 'succeeded', reason: 'confirm by jane: fine' });
    expect(events.flatMap((event) => (event.type === 'event' ? [event.event.text] : []))).toEqual([
      'confirm by jane: fine',
    ]);
  });

  it('comes back held, and parked, while the deployment goes on', async () => {
    expect((await all('f2', { hold: true })).outcome.verdict).toBe('held');
    expect((await all('f3', { image: 'example/web:parks' })).outcome).toMatchObject({
      verdict: 'needs-attention',
      reason: expect.stringContaining('it was told to park') as string,
    });
    expect((await client.get('prod', 'shop', 'f3'))?.deployment.how).toBe('attached');
  });

  it('calls it interfered where somebody ended the workflow', async () => {
    expect((await all('f4', {}, () => end('f4', 'terminate'))).outcome).toMatchObject({
      verdict: 'interfered',
      reason: expect.stringContaining('terminated') as string,
    });
    expect((await all('f5', {}, () => end('f5', 'cancel'))).outcome.verdict).toBe('interfered');
  });

  it.each([
    ['held', 'f7', { hold: true }],
    ['parked', 'f8', { image: 'example/web:parks' }],
  ] as const)('calls it interfered where the workflow was ended while it was %s', async (_word, service, change) => {
    await all(service, change);
    await end(service, 'terminate');
    const { events, outcome } = await all(service, change);
    expect(events[0]).toMatchObject({ deployment: { how: 'over' } });
    expect(outcome).toMatchObject({ verdict: 'interfered', reason: expect.stringContaining('terminated') as string });
  });

  it('calls for a person where the workflow failed', async () => {
    expect((await all('f6', { image: 'example/web:fails' })).outcome).toMatchObject({
      verdict: 'needs-attention',
      reason: expect.stringContaining('a bug') as string,
    });
  });
});

describe('stepping in', () => {
  it('is acknowledged with its meaning', async () => {
    await client.upgrade(asked('i1'));
    expect(await client.intervene(target('i1'), 'cancel', { by: 'jane' })).toEqual({
      how: 'acknowledged',
      acknowledgement: { phase: 'confirming', meaning: 'cancel means this' },
    });
  });

  it('is refused in the words of the deployment', async () => {
    await client.upgrade(asked('i2'));
    expect(await failureOf(client.intervene(target('i2'), 'rollback'))).toMatchObject({
      verdict: 'refused',
      message: 'rollback is refused by the stand-in',
    });
  });

  it('is refused where it is over, and where there never was one', async () => {
    const handle = await client.upgrade(asked('i3'));
    await client.intervene(target('i3'), 'cancel');
    await handle.result();
    const over = await failureOf(client.intervene(target('i3'), 'retry'));
    expect(over).toMatchObject({
      verdict: 'refused',
      message: expect.stringMatching(/nothing to retry: .* is over/) as string,
    });
    const never = await failureOf(client.intervene(target('never'), 'cancel'));
    expect(never).toMatchObject({ verdict: 'refused', message: 'Temporal knows no deployment of prod shop/never.' });
  });

  it('goes to the deployment that was meant, and to no other that runs by now', async () => {
    const first = await client.upgrade(asked('i5'));
    expect(await client.intervene(target('i5'), 'cancel', {}, 'request-i5')).toMatchObject({ how: 'acknowledged' });
    await first.result();
    const second = await client.upgrade(asked('i5', { requestId: 'newer' }));
    const { requestId, deploymentId } = second.deployment;
    await until(
      () => client.list({ requestId: 'request-i5' }),
      (list) => list.length === 1,
    );
    for (const meant of ['request-i5', first.deployment.deploymentId]) {
      const refused = await failureOf(client.intervene(target('i5'), 'cancel', {}, meant));
      expect(refused).toMatchObject({ verdict: 'refused' });
      expect(refused.message).toMatch(
        new RegExp(
          `for the request "request-i5" is over since \\S+Z; its workflow is completed\\. Another one runs there now: request "newer" \\(deployment ${deploymentId}\\), by jane@host since \\S+Z\\. Nothing was sent\\.$`,
        ),
      );
    }
    const unknown = await failureOf(client.intervene(target('i5'), 'cancel', {}, 'mistyped'));
    expect(unknown.message).toMatch(
      /knows no deployment of prod shop\/i5 for the request "mistyped"\. Another one runs/,
    );
    // It was left alone.
    expect(await second.progress()).toMatchObject({ requestId, events: [] });
    expect(await client.intervene(target('i5'), 'cancel', {}, deploymentId)).toMatchObject({ how: 'acknowledged' });
    expect((await second.result()).verdict).toBe('cancelled');
    const over = await failureOf(client.intervene(target('i5'), 'cancel', {}, 'request-i5'));
    expect(over.message).toMatch(
      /the deployment of prod shop\/i5 for the request "request-i5" is over since \S+Z; its workflow is completed\.$/,
    );
  });

  it('is kept by Temporal where no worker answers within five seconds, and counts when one comes back', async () => {
    const handle = await client.upgrade(asked('i4'));
    await workers?.stop();
    try {
      expect(await client.intervene(target('i4'), 'cancel', { by: 'jane' })).toEqual({
        how: 'sent',
        because: 'no worker answered',
      });
    } finally {
      workers = await work(temporal.namespace);
    }
    expect((await handle.result()).verdict).toBe('cancelled');
  });
});

describe('planning', () => {
  it.each([
    ['web', 'refused'],
    ['down', 'unreachable'],
  ])('of %s tells the worker’s words, as %s', async (service, verdict) => {
    expect(await failureOf(client.plan(asked(service)))).toMatchObject({ verdict, message: `no plan for ${service}` });
  });
});
