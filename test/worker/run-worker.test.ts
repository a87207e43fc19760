import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { NOTIFIED_EVENTS } from '../../decision/notification';
import type { Notification } from '../../decision/notification';
import type { DeploymentRequest } from '../../decision/request';
import { startSimulator, type Simulator } from '../../simulator/simulator';
import { workflowBundle } from '../../worker/bundle/workflow-bundle';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { connectWorker } from '../../worker/connect-worker';
import { installRuntime } from '../../worker/install-runtime';
import { runWorker, type WorkerReady } from '../../worker/run-worker';
import { freePort } from '../../worker/temporal-server/ports';
import {
  NOTIFY,
  notifyQueue,
  notifyWorkflowIdOf,
  rancherQueue,
  UPGRADE_SERVICE,
  WORKFLOW_QUEUE,
  workflowIdOf,
  type DeploymentResult,
} from '../../workflows/contract';
import { temporalAddress } from '../support/temporal-cli';
import { Webhook } from '../support/webhook';
import { compileWorker, WORKER_PROCESS } from './compiled-worker';
import { waitFor } from './wait-for';

const KEYS = { RANCHER_ACCESS_KEY: 'canary-access', RANCHER_SECRET_KEY: 'canary-secret' };

const lines: string[] = [];
installRuntime({ level: 'INFO', onLine: (line) => lines.push(line) });

let cwd: string;
let namespace: string;
let connection: Connection;
let simulator: Simulator;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  simulator = await startSimulator({
    speed: 20,
    seed: {
      keys: [{ accessKey: KEYS.RANCHER_ACCESS_KEY, secretKey: KEYS.RANCHER_SECRET_KEY, role: 'owner' }],
      projects: [
        {
          name: 'Production',
          stacks: [
            {
              name: 'storefront',
              services: [{ name: 'web', scale: 1, launchConfig: { imageUuid: 'docker:web:1.0' } }],
            },
          ],
        },
      ],
    },
  });
});

afterAll(async () => {
  await simulator.close();
  await connection.close();
});

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'drover-run-worker-'));
  lines.length = 0;
  namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await waitFor('the namespace', async () => {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  });
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  rmSync(cwd, { recursive: true, force: true });
});

function configure(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(cwd, 'drover.yaml'), yaml);
  const all = { HOME: cwd, TEMPORAL_ADDRESS: temporalAddress(), TEMPORAL_NAMESPACE: namespace, ...KEYS, ...env };
  return { env: all, configuration: loadConfiguration({ env: all, cwd }) };
}

const PROD = (url: string): string => `
rancher: { url: ${url}, accessKey: { env: RANCHER_ACCESS_KEY }, secretKey: { env: RANCHER_SECRET_KEY } }
environments:
  prod: { project: Production }
  qa: { project: Quality }
`;

async function connect(temporal: Parameters<typeof connectWorker>[0]): Promise<NativeConnection> {
  const native = await connectWorker(temporal);
  undo.push(() => native.close());
  return native;
}

/** Starts a worker and waits until it polls; it is ended after the test, or with `stop`. */
async function startWorker(yaml: string, options: { env?: NodeJS.ProcessEnv; environments?: string[] } = {}) {
  const { configuration, env } = configure(yaml, options.env);
  const native = await connect(configuration.temporal);
  const end = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const ready = await new Promise<WorkerReady>((resolve, reject) => {
    running = runWorker({
      ...{ configuration, connection: native, namespace, onReady: resolve, signal: end.signal, env },
      environments: options.environments,
    });
    running.catch(reject);
  });
  const stop = async (): Promise<void> => {
    end.abort();
    await running;
  };
  undo.push(stop);
  return { ready, stop };
}

async function pollers(taskQueue: string, taskQueueType: 1 | 2): Promise<number> {
  const reply = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  return reply.pollers?.length ?? 0;
}

function request(overrides: Partial<DeploymentRequest> = {}): DeploymentRequest {
  return {
    ...{
      requestId: randomUUID(),
      deploymentId: `d${randomUUID()}`,
      environment: 'prod',
      stack: 'storefront',
      service: 'web',
    },
    ...{ image: 'web:2.0', sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false, overrides: {} },
    author: { by: 'a test' },
    ...overrides,
  };
}

test('a worker of a configuration file upgrades a service, and ends when told to', async () => {
  const { ready, stop } = await startWorker(PROD(simulator.url), { environments: ['prod'] });
  expect(ready).toEqual({ environments: ['prod'], queues: [WORKFLOW_QUEUE, rancherQueue('prod')] });
  const asked = request();
  const client = new Client({ connection, namespace });
  const result = await client.workflow.execute<(asked: DeploymentRequest) => Promise<DeploymentResult>>(
    UPGRADE_SERVICE,
    {
      ...{ taskQueue: WORKFLOW_QUEUE, workflowId: workflowIdOf('prod', 'storefront', 'web'), args: [asked] },
    },
  );
  expect(result).toMatchObject({ verdict: 'succeeded', rounds: 1, environment: 'prod' });
  const upgrades = simulator.world.journal().filter((entry) => entry.kind === 'action' && entry.action === 'upgrade');
  expect(upgrades).toHaveLength(1);

  await stop();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('\n')).not.toMatch(/canary/);
  expect(lines.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z (TRACE|DEBUG|INFO |WARN |ERROR) \S/.test(line))).toBe(true);
});

test('it serves the environments that it is limited to, and polls no other queue', async () => {
  const { ready } = await startWorker(PROD(simulator.url), { env: { DROVER_WORKER_ENVIRONMENTS: 'qa' } });
  expect(ready.environments).toEqual(['qa']);
  await waitFor(
    'pollers',
    async () => (await pollers(WORKFLOW_QUEUE, 1)) > 0 && (await pollers(rancherQueue('qa'), 2)) > 0,
  );
  expect(await pollers(rancherQueue('prod'), 2)).toBe(0);
  expect(await pollers(notifyQueue('prod', 'ops'), 2)).toBe(0);
});

test('without a limit it serves all of them', async () => {
  const { ready } = await startWorker(PROD(simulator.url));
  expect(ready.queues).toEqual([WORKFLOW_QUEUE, rancherQueue('prod'), rancherQueue('qa')]);
});

describe('it refuses to start, and polls nothing:', () => {
  async function refusal(yaml: string, env: NodeJS.ProcessEnv, environments?: string[]): Promise<string> {
    const { configuration, env: all } = configure(yaml, env);
    const native = await connect(configuration.temporal);
    const error: unknown = await runWorker({
      ...{ configuration, connection: native, namespace, environments, env: all },
      onReady: () => {
        throw new Error('it must not get ready');
      },
    }).catch((e: unknown) => e);
    expect(await pollers(WORKFLOW_QUEUE, 1)).toBe(0);
    return String(error);
  }

  test('an environment that is not configured', async () => {
    expect(await refusal(PROD(simulator.url), {}, ['prod', 'pord'])).toBe(
      'ConfigurationError: unknown environment "pord"; did you mean prod? configured: prod, qa',
    );
  });

  test('no environment at all', async () => {
    expect(await refusal('defaults: { soak: 1s }\n', {})).toContain(
      'this worker has no environment to serve. Write a drover.yaml',
    );
  });

  test('a key that is missing', async () => {
    expect(await refusal(PROD(simulator.url), { RANCHER_SECRET_KEY: undefined }, ['prod'])).toBe(
      'ConfigurationError: drover.yaml:4:3: environment prod: the secret key: environment variable RANCHER_SECRET_KEY is not set',
    );
  });

  test('a digest secret that is too short', async () => {
    expect(await refusal(PROD(simulator.url), { DROVER_DIGEST_SECRET: 'short' })).toContain(
      'too short; use at least 16 characters',
    );
  });

  test('a search attribute of another type', async () => {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { DroverStack: 3 } });
    expect(await refusal(PROD(simulator.url), {})).toContain('SearchAttributesError: In namespace');
  });

  test('a bundle that is not there', async () => {
    expect(await refusal(PROD(simulator.url), { DROVER_WORKFLOW_BUNDLE: join(cwd, 'gone.js') })).toContain(
      `BundleError: DROVER_WORKFLOW_BUNDLE names ${join(cwd, 'gone.js')}, which does not exist`,
    );
  });
});

describe('Temporal', () => {
  const attempt = (env: NodeJS.ProcessEnv): Promise<string> => {
    const { configuration } = configure('defaults: { soak: 1s }\n', env);
    return connectWorker(configuration.temporal).then(() => 'connected', String);
  };

  test('that is not there is told within seconds', async () => {
    const started = Date.now();
    const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
    expect(await attempt({ TEMPORAL_ADDRESS: address })).toMatch(
      new RegExp(
        `^TemporalUnreachableError: Temporal at ${address} \\(namespace test-.*\\) cannot be reached: .*TEMPORAL_ADDRESS`,
      ),
    );
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test('that is something else is told, too', async () => {
    const other = createServer((_, response) => response.end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    undo.push(() => new Promise((resolve) => other.close(resolve)));
    expect(await attempt({ TEMPORAL_ADDRESS: addressOf(other) })).toContain('cannot be reached');
  });

  test('without the namespace: how to make it', async () => {
    expect(await attempt({ TEMPORAL_NAMESPACE: 'nowhere' })).toContain(
      'has no namespace nowhere. Create it (drover setup --create-namespace --namespace nowhere, or temporal operator namespace create --namespace nowhere)',
    );
  });
});

function eventOf(id: string): Notification {
  const names = { environment: 'prod', stack: 'storefront', service: 'web' };
  return {
    ...{
      id,
      kind: 'deployment',
      event: 'verdict',
      at: 1,
      ...names,
      deploymentId: 'd1',
      requestId: 'r1',
      workflowId: 'w',
      runId: 'r',
    },
    ...{ asked: 'web:2', by: 'a test', why: null, verdict: 'succeeded', reason: 'it runs', nextStep: '' },
    ...{ commands: [], rancherUrl: null },
  };
}

function addressOf(server: Server): string {
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('as a process of its own', () => {
  let compiled: string;

  beforeAll(() => {
    compiled = compileWorker();
  });

  afterAll(() => rmSync(compiled, { recursive: true, force: true }));

  /** Starts it and waits until it has said that it is ready; it is gone after the test. */
  async function startProcess(env: NodeJS.ProcessEnv, ready: string) {
    const child = spawn(process.execPath, ['-e', WORKER_PROCESS, compiled], {
      cwd,
      env: { PATH: process.env.PATH, ...env },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('exit', (...how) => resolve(how)),
    );
    undo.push(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    await waitFor(`the worker to be ready: ${ready}`, () => output.includes(ready));
    return { child, ended, output: () => output };
  }

  test('SIGTERM lets the activity that runs end; nothing secret is printed', async () => {
    let asked = 0;
    let answered = 0;
    const slow = createServer((_, response) => {
      asked += 1;
      setTimeout(() => {
        answered += 1;
        response
          .writeHead(401, { 'content-type': 'application/json' })
          .end('{"type":"error","status":401,"code":"Unauthorized"}');
      }, 2000);
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    undo.push(() => new Promise((resolve) => slow.close(resolve)));
    const { env } = configure(
      `${PROD(`http://${addressOf(slow)}`)}worker: { environments: [prod], shutdownGraceTime: 20s }\n`,
    );

    const { child, ended, output } = await startProcess(env, `ready drover ${rancherQueue('prod')}\n`);
    const client = new Client({ connection, namespace });
    const handle = await client.workflow.start('planUpgrade', {
      taskQueue: WORKFLOW_QUEUE,
      workflowId: 'plan',
      args: [request()],
    });
    await waitFor('a request to Rancher', () => asked > 0);
    expect(answered).toBe(0);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(output()).toContain('ended');
    expect(answered).toBe(1);
    const { events } = await handle.fetchHistory();
    const failures = (events ?? []).flatMap(
      (event) => event.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo?.type ?? [],
    );
    expect(failures).toEqual(['Unauthorised']);
    expect(output()).not.toContain('canary');
  });

  test('a webhook that hangs starves no other one, and holds up no SIGTERM', async () => {
    const [hangs, answers] = await Promise.all([Webhook.start(), Webhook.start()]);
    undo.push(() => Promise.all([hangs.close(), answers.close()]));
    hangs.hangs.add('web');
    const { env } = configure(
      `${PROD(simulator.url)}worker: { environments: [prod], shutdownGraceTime: 20s }\n` +
        `notifications:\n  hangs: { webhook: { url: '${hangs.url}' } }\n  answers: { webhook: { url: '${answers.url}' } }\n`,
    );
    const { child, ended, output } = await startProcess(env, notifyQueue('prod', 'answers'));
    const client = new Client({ connection, namespace });
    // More than one target may have under way at once, by far.
    const events = Array.from({ length: 12 }, (_, at) => eventOf(`d${String(at)}.verdict.1`));
    for (const event of events)
      await client.workflow.start(NOTIFY, {
        taskQueue: WORKFLOW_QUEUE,
        workflowId: notifyWorkflowIdOf(event.id),
        args: [event, ['hangs', 'answers'].map((name) => ({ name, events: NOTIFIED_EVENTS }))],
      });
    await waitFor('all events at the one, and some that hang at the other', () => {
      return answers.taken.length === events.length && hangs.deliveries.length >= 5;
    });
    expect(answers.taken.map(({ eventId }) => eventId).sort()).toEqual(events.map(({ id }) => id).sort());
    expect(hangs.taken).toEqual([]);

    const told = Date.now();
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    // Neither a delivery's own limit (20 s) nor the grace of what runs is waited out.
    expect(Date.now() - told).toBeLessThan(10_000);
    expect(output()).toContain('ended');
    // What was broken off is not given up: it is told by whoever comes next.
    const { status } = await client.workflow.getHandle(notifyWorkflowIdOf(events[0]?.id ?? '')).describe();
    expect(status.name).toBe('RUNNING');
  });

  test('npm run build leaves a bundle beside the compiled code, whole, and a worker takes it', async () => {
    const child = spawn(process.execPath, [join(compiled, 'worker/bundle/build-bundle.js')]);
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(readdirSync(compiled).filter((name) => name.startsWith('workflow-bundle'))).toEqual(['workflow-bundle.js']);
    const script = `require(${JSON.stringify(join(compiled, 'worker/bundle/workflow-bundle.js'))}).workflowBundle({}).then((b) => console.log(JSON.stringify(b)))`;
    const asking = spawn(process.execPath, ['-e', script]);
    let output = '';
    asking.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => asking.once('close', resolve));
    expect(JSON.parse(output)).toEqual({ codePath: join(compiled, 'workflow-bundle.js') });
  });
});

test('from the sources, without a bundle, the workflows are bundled at the start', async () => {
  const bundle = await workflowBundle({});
  expect('code' in bundle && bundle.code.includes('upgradeService')).toBe(true);
  expect(existsSync(join(__dirname, '../../workflow-bundle.js'))).toBe(false);
});
