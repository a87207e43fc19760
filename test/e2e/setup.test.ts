import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { DROVER_MAIN, freshDist } from '../support/fresh-dist';
import { GuardedTemporal } from '../support/guarded-temporal';
import { registerNamespace } from '../support/register-namespace';
import { StartedProcess } from '../support/started-process';
import type { Ended } from '../support/started-process';
import { temporalAddress, temporalCli } from '../support/temporal-cli';
import { jsonLines } from './said';

const KEYWORD = 2;
const HOUR_SECONDS = 3600;
const RANCHER = {
  RANCHER_URL: 'http://127.0.0.1:9/',
  RANCHER_ENVIRONMENT: 'prod',
  RANCHER_ACCESS_KEY: 'canary-access',
  RANCHER_SECRET_KEY: 'canary-secret',
};

let folder: string;
let connection: Connection;
let guarded: GuardedTemporal;
const started: StartedProcess[] = [];

beforeAll(async () => {
  await freshDist();
  folder = mkdtempSync(join(tmpdir(), 'drover-setup-'));
  connection = await Connection.connect({ address: temporalAddress() });
  guarded = await GuardedTemporal.start(temporalAddress());
}, 120_000);

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await guarded.close();
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => guarded.refused.clear());

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): StartedProcess {
  const { PATH } = process.env;
  const one = new StartedProcess(`drover ${args.join(' ')}`, DROVER_MAIN, args, {
    cwd: folder,
    env: { PATH, HOME: folder, TEMPORAL_ADDRESS: temporalAddress(), ...env },
  });
  started.push(one);
  return one;
}

const setup = (...args: string[]): Promise<Ended> => start(['setup', ...args]).ended;
/** With credentials that may less. */
const guardedSetup = (...args: string[]): Promise<Ended> =>
  start(['setup', ...args], { TEMPORAL_ADDRESS: guarded.address }).ended;

const newName = (): string => `test-${randomUUID()}`;

async function attributesOf(namespace: string): Promise<Record<string, number>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.fromEntries(Object.entries(customAttributes ?? {}));
}

async function retentionHours(namespace: string): Promise<number> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / HOUR_SECONDS;
}

const ALL = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));

test('a namespace that is missing is an error, until it is asked for; then all is there, and stays as it is', async () => {
  const namespace = newName();
  const missing = await setup('--namespace', namespace);
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toContain(
    `Temporal has no namespace ${namespace}. "drover setup --create-namespace" makes it`,
  );
  expect(missing.stderr).toContain(`temporal operator namespace create --namespace ${namespace}`);

  const made = await setup('--namespace', namespace, '--create-namespace', '--retention', '72h');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout.split('\n')).toEqual([
    `Temporal: made the namespace ${namespace}; it keeps deployments that are over for 72h`,
    `Temporal: registering search attributes in namespace ${namespace}: ${SEARCH_ATTRIBUTES.join(', ')}`,
    `Temporal: the namespace ${namespace} at ${temporalAddress()} is ready`,
    '',
  ]);
  expect(await retentionHours(namespace)).toBe(72);
  expect(await attributesOf(namespace)).toMatchObject(ALL);

  const again = await setup('--namespace', namespace, '--create-namespace', '--retention', '30d');
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toBe(
    `Temporal: the namespace ${namespace} at ${temporalAddress()} is ready; nothing was missing\n`,
  );
  expect(await retentionHours(namespace)).toBe(72);
});

test('only what is missing is registered; --json tells it', async () => {
  const namespace = newName();
  await registerNamespace(connection, namespace);
  const { DroverRelease: _, ...others } = ALL;
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: others });
  const told = await setup('--namespace', namespace, '--json');
  expect(told.code).toBe(0);
  expect(jsonLines(told)).toEqual([
    { type: 'setup', namespace, created: false, registered: ['DroverRelease'], attributes: [...SEARCH_ATTRIBUTES] },
  ]);
  expect(await attributesOf(namespace)).toMatchObject(ALL);
});

test('by default a namespace keeps deployments for thirty days; two that are set up at once do no harm', async () => {
  const namespace = newName();
  const both = await Promise.all([1, 2].map(() => setup('--namespace', namespace, '--create-namespace')));
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(await retentionHours(namespace)).toBe(30 * 24);
});

test.each([
  [['--retention', 'a week', '--create-namespace'], '--retention: "a week" is no time to keep anything for'],
  [['--retention', '0s', '--create-namespace'], '--retention: "0s" is no time to keep anything for'],
  [['--retention', '72h'], 'add --create-namespace, or leave it out'],
  [['prod'], 'prod'],
])('%j is refused', async (args, says) => {
  const ended = await setup(...args);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(says);
});

test('an attribute of another type is told, with the command that removes it', async () => {
  const namespace = newName();
  await registerNamespace(connection, namespace);
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { DroverRelease: 3 } });
  const ended = await setup('--namespace', namespace);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('DroverRelease is a search attribute of another type; Drover needs Keyword');
  expect(ended.stderr).toContain(
    `temporal operator search-attribute remove --namespace ${namespace} --name DroverRelease`,
  );
});

describe('where the credentials may not', () => {
  /** The command that a message ends with, run as it stands. */
  async function runAsTold({ stderr }: Ended): Promise<void> {
    const [, words = ''] = /temporal (operator [^\n]*)/.exec(stderr) ?? [];
    await promisify(execFile)(temporalCli(), [...words.trim().split(' '), '--address', temporalAddress()]);
  }

  test('make a namespace: the command for somebody who may does it', async () => {
    guarded.refused.add('RegisterNamespace');
    const namespace = newName();
    const refused = await guardedSetup('--namespace', namespace, '--create-namespace', '--retention', '3d');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(
      `Temporal has no namespace ${namespace}, and you may not make it (7 PERMISSION_DENIED: Request unauthorized: RegisterNamespace)`,
    );
    await runAsTold(refused);
    expect(await retentionHours(namespace)).toBe(72);
    expect(await guardedSetup('--namespace', namespace, '--create-namespace')).toMatchObject({ code: 0, stderr: '' });
  });

  test('register attributes: neither setup nor a worker goes on, until somebody who may did it', async () => {
    guarded.refused.add('AddSearchAttributes');
    const namespace = newName();
    await registerNamespace(connection, namespace);
    const env = { ...RANCHER, TEMPORAL_ADDRESS: guarded.address, TEMPORAL_NAMESPACE: namespace };
    const [refused, worker] = await Promise.all([guardedSetup('--namespace', namespace), start(['worker'], env).ended]);
    for (const ended of [refused, worker]) {
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(`Let somebody who may run: drover setup --namespace ${namespace}, or: temporal `);
      expect(ended.stdout + ended.stderr).not.toContain('canary');
    }
    expect(await attributesOf(namespace)).toEqual({});

    await runAsTold(refused);
    expect(await attributesOf(namespace)).toMatchObject(ALL);
    expect(await guardedSetup('--namespace', namespace)).toMatchObject({ code: 0, stderr: '' });
    const ready = start(['worker', '--json'], env);
    await ready.saysOnStdout(/"type":"ready"/, 60_000);
    expect(await ready.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('even look: what all of it proves is enough', async () => {
    for (const method of ['DescribeNamespace', 'ListSearchAttributes', 'AddSearchAttributes'])
      guarded.refused.add(method);
    const namespace = newName();
    await registerNamespace(connection, namespace);
    expect(await setup('--namespace', namespace)).toMatchObject({ code: 0 });
    expect(await guardedSetup('--namespace', namespace)).toMatchObject({ code: 0, stderr: '' });
  });
});

test('a Temporal that does not answer is told as such', async () => {
  const ended = await start(['setup'], { TEMPORAL_ADDRESS: '127.0.0.1:9' }).ended;
  expect(ended).toMatchObject({ code: 9, stdout: '' });
  expect(ended.stderr).toContain('Temporal does not answer at 127.0.0.1:9');
});
