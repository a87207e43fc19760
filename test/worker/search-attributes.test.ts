import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { SearchAttributesError } from '../../worker/search-attributes-error';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { temporalAddress } from '../support/temporal-cli';
import { waitFor } from './wait-for';

const KEYWORD = 2;
const INT = 3;
const NOBODYS_QUEUE = 'nobody';

let connection: Connection;
let native: NativeConnection;

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  native = await NativeConnection.connect({ address: temporalAddress() });
});

afterAll(async () => {
  await connection.close();
  await native.close();
});

/** A namespace that nobody has prepared. */
async function freshNamespace(): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await waitFor('the namespace', async () => {
    await connection.operatorService.listSearchAttributes({ namespace });
    return true;
  });
  return namespace;
}

/** Starts a workflow that nobody will run, with every attribute set: the server judges them when it is started. */
async function startWithAll(namespace: string): Promise<void> {
  const client = new Client({ connection, namespace });
  const handle = await client.workflow.start('nobody', {
    taskQueue: NOBODYS_QUEUE,
    workflowId: randomUUID(),
    typedSearchAttributes: SEARCH_ATTRIBUTES.map((name) => ({
      key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      value: 'x',
    })),
  });
  await handle.terminate();
}

test('what is missing is registered, told, and a workflow that sets all of them can be started', async () => {
  const namespace = await freshNamespace();
  await expect(startWithAll(namespace)).rejects.toThrow();

  const steps: string[] = [];
  const onStep = (line: string): void => void steps.push(line);
  expect(await ensureSearchAttributes(connection, namespace, { onStep })).toEqual(SEARCH_ATTRIBUTES);
  expect(steps).toEqual([
    `Temporal: registering search attributes in namespace ${namespace}: ${SEARCH_ATTRIBUTES.join(', ')}`,
  ]);
  await startWithAll(namespace);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(customAttributes).toMatchObject(Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])));

  steps.length = 0;
  expect(await ensureSearchAttributes(native, namespace, { onStep })).toEqual([]);
  expect(steps).toEqual([]);
});

test('only what is missing is registered, also over a native connection and by two workers at once', async () => {
  const namespace = await freshNamespace();
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { DroverStack: KEYWORD } });
  const steps: string[] = [];
  const ensure = (): Promise<readonly string[]> =>
    ensureSearchAttributes(native, namespace, { onStep: (line) => steps.push(line) });
  await Promise.all([ensure(), ensure()]);
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.join()).not.toContain('DroverStack');
  await startWithAll(namespace);
});

test('an attribute of another type is refused, with the command that mends it, and nothing is registered', async () => {
  const namespace = await freshNamespace();
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { DroverPhase: INT } });
  const error: unknown = await ensureSearchAttributes(connection, namespace, { onStep: () => undefined }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(SearchAttributesError);
  expect(String(error)).toContain('DroverPhase is a search attribute of another type; Drover needs Keyword');
  expect(String(error)).toContain(
    `temporal operator search-attribute remove --namespace ${namespace} --name DroverPhase`,
  );
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes ?? {})).toEqual(['DroverPhase']);
});

describe('where the server refuses', () => {
  const refusal = (code: number, message: string) => () => Promise.reject(Object.assign(new Error(message), { code }));
  const services = (overrides: { list?: unknown; add?: unknown; count?: unknown }) =>
    ({
      operatorService: {
        listSearchAttributes: overrides.list ?? (() => Promise.resolve({ customAttributes: {} })),
        addSearchAttributes: overrides.add ?? (() => Promise.resolve({})),
      },
      workflowService: { countWorkflowExecutions: overrides.count ?? (() => Promise.resolve({})) },
    }) as unknown as Connection;
  const ensure = (connectionLike: Connection): Promise<unknown> =>
    ensureSearchAttributes(connectionLike, 'n', { onStep: () => undefined, limitMillis: 300 }).catch((e: unknown) => e);

  test('to register: the command for somebody who may', async () => {
    const error = await ensure(services({ add: refusal(7, 'Request unauthorized.') }));
    expect(String(error)).toContain('they may not be registered with these credentials (Request unauthorized.)');
    expect(String(error)).toContain(
      'Let somebody who may run: drover setup --namespace n, or: temporal operator search-attribute create --namespace n --name DroverEnvironment --type Keyword',
    );
  });

  test('to list, but knows them all: that is enough', async () => {
    expect(await ensure(services({ list: refusal(12, 'unknown method') }))).toEqual([]);
  });

  test('to list, and does not know them: the command again', async () => {
    const error = await ensure(
      services({ list: refusal(7, 'no'), count: refusal(3, 'DroverEnvironment is not defined') }),
    );
    expect(String(error)).toContain("does not accept Drover's search attributes: DroverEnvironment is not defined");
    expect(String(error)).toContain('temporal operator search-attribute create');
  });

  test('registered, but never listed: told in time', async () => {
    expect(String(await ensure(services({})))).toContain('still does not list DroverEnvironment');
  });

  test('registered by another worker meanwhile: no error', async () => {
    let calls = 0;
    const all = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));
    const list = () => Promise.resolve({ customAttributes: (calls += 1) > 1 ? all : {} });
    expect(await ensure(services({ list, add: refusal(6, 'already exists') }))).toEqual(SEARCH_ATTRIBUTES);
  });

  test('with anything else: its own words', async () => {
    expect(String(await ensure(services({ list: refusal(14, 'connection lost') })))).toContain('connection lost');
    expect(String(await ensure(services({ add: refusal(3, 'cannot have more than 10 of type Keyword') })))).toContain(
      'they cannot be registered (cannot have more than 10 of type Keyword)',
    );
  });
});
