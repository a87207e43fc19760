import type { IncomingMessage, ServerResponse } from 'node:http';
import { RancherError } from '../../rancher/errors/rancher-error';
import type { ObservedRequest } from '../../rancher/observed-request';
import { RequestGate } from '../../rancher/request-gate';
import { RancherClient } from '../../rancher/rancher-client';
import type { RancherClientOptions } from '../../rancher/rancher-client';
import { settled } from './hand-clock';
import { aService, rancherError, sendJson, startServer } from './local-server';
import type { LocalServer } from './local-server';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: LocalServer;
let handle: Handler;
let client: RancherClient;
const clients: RancherClient[] = [];

beforeEach(async () => {
  handle = (_, response) => sendJson(response, 200, aService());
  server = await startServer((request, response) => handle(request, response));
  client = connect();
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await server.close();
});

function connect(options: Partial<RancherClientOptions> = {}): RancherClient {
  const made = new RancherClient({ url: server.url, accessKey: 'access', secretKey: 'secret', ...options });
  clients.push(made);
  return made;
}

/** Holds answers back until they are let go, in the order in which the requests came. */
function held(): { responses: (() => void)[]; arrived: (count: number) => Promise<void> } {
  const responses: (() => void)[] = [];
  let [wanted, arrive] = [Infinity, (): void => undefined];
  handle = (_, response) => {
    // What it was when the request came: a later answer is no newer.
    const service = aService({ state: state.now });
    responses.push(() => sendJson(response, 200, service));
    if (responses.length >= wanted) arrive();
  };
  return {
    responses,
    arrived: (count) =>
      new Promise((resolve) => {
        [wanted, arrive] = [count, resolve];
        if (responses.length >= wanted) resolve();
      }),
  };
}
const state = { now: 'active' };
const collection = (data: unknown[], next: string | null = null): unknown => ({
  ...{ type: 'collection', data, pagination: { next } },
});
const project = (id: string, name: string): unknown => ({ id, type: 'project', name, state: 'active', removed: null });
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

test('twenty who ask for one service at once take one request', async () => {
  const all = await Promise.all(range(20).map(() => client.getService('1a5', '1s2')));
  expect(server.requests).toEqual(['GET /v2-beta/projects/1a5/services/1s2']);
  expect(new Set(all).size).toBe(1);
  expect(() => Object.assign(all[0] ?? {}, { state: 'mine' })).toThrow(TypeError);
});

test('a read that is asked for after an action is never an answer from before it', async () => {
  state.now = 'active';
  const { responses, arrived } = held();
  const before = client.getService('1a5', '1s2');
  await arrived(1);
  // The action happens in Rancher while that read is under way; its answer is late.
  state.now = 'upgrading';
  const after = [client.getService('1a5', '1s2'), client.getService('1a5', '1s2')];
  await settled();
  expect(server.requests).toHaveLength(1);
  responses[0]?.();
  await expect(before).resolves.toMatchObject({ state: 'active' });
  await arrived(2);
  responses[1]?.();
  for (const read of after) await expect(read).resolves.toMatchObject({ state: 'upgrading' });
  expect(server.requests).toHaveLength(2);
});

test('a list of several pages is one read: who asks after its first page has left shares the next one', async () => {
  const requested: Promise<unknown>[] = [];
  handle = (request, response) => {
    const isFirst = !(request.url ?? '').includes('marker');
    if (isFirst && requested.length === 0)
      requested.push(...range(3).map(() => client.listInstances('1a5', '1s2').then((all) => all.length)));
    const instance = { id: isFirst ? '1i1' : '1i2', type: 'container', state: 'running' };
    sendJson(response, 200, collection([instance], isFirst ? `${server.url}/x?marker=m1` : null));
  };
  await expect(client.listInstances('1a5', '1s2')).resolves.toHaveLength(2);
  await expect(Promise.all(requested)).resolves.toEqual([2, 2, 2]);
  expect(server.requests).toHaveLength(4);
});

test('clients with another key share no answers', async () => {
  const other = connect({ accessKey: 'another' });
  await Promise.all([client.getService('1a5', '1s2'), other.getService('1a5', '1s2')]);
  expect(server.requests).toHaveLength(2);
});

test('one who gives up leaves the read to the others; when all have, it breaks off', async () => {
  const { responses, arrived } = held();
  const controllers = range(2).map(() => new AbortController());
  const reads = controllers.map(({ signal }) =>
    client.getService('1a5', '1s2', signal).catch((error: unknown) => error),
  );
  await arrived(1);
  controllers[0]?.abort();
  const error = await reads[0];
  expect(error).toBeInstanceOf(RancherError);
  expect(String(error)).toMatch(
    /^UnknownOutcomeError: GET \/v2-beta\/projects\/1a5\/services\/1s2 on .* called off while it was under way/,
  );
  responses[0]?.();
  await expect(reads[1]).resolves.toMatchObject({ id: '1s2' });

  const [controller] = [new AbortController()];
  const alone = client.getService('1a5', '1s2', controller.signal);
  await arrived(2);
  controller.abort();
  await expect(alone).rejects.toMatchObject({ outcome: 'unknown-outcome' });
});

describe('the gate of an environment', () => {
  test('is shared by its clients: no more reads are under way at once than it allows', async () => {
    const gate = new RequestGate({ perSecond: 1000, concurrent: 3 });
    const [one, other] = [connect({ gate }), connect({ gate, accessKey: 'another' })];
    const waiting: (() => void)[] = [];
    let most = 0;
    handle = (request, response) => {
      waiting.push(() => sendJson(response, 200, aService({ id: (request.url ?? '').split('/').at(-1) })));
      most = Math.max(most, waiting.length);
      // When the house is full, whoever stands outside has a moment to come in as well.
      if (waiting.length === 3) setImmediate(() => waiting.splice(0).forEach((answer) => answer()));
    };
    await Promise.all(range(39).map((index) => (index % 2 === 0 ? one : other).getService('1a5', `1s${index}`)));
    expect(most).toBe(3);
    expect(server.requests).toHaveLength(39);
  });

  test('holds no action up, however many reads wait, and sends it before the call returns to anybody else', async () => {
    const gate = new RequestGate({ perSecond: 1, concurrent: 1 });
    const seen: ObservedRequest[] = [];
    client = connect({ gate, onRequest: (request) => seen.push(request) });
    const { responses, arrived } = held();
    const controller = new AbortController();
    const reads = range(5).map((index) => client.getService('1a5', `1s${index}`, controller.signal).catch(() => null));
    await arrived(1);
    const passed = jest.spyOn(gate, 'action');
    const acting = client.act('1a5', '1s2', 'upgrade', {});
    // Still in the call's own turn.
    expect(passed).toHaveBeenCalledTimes(1);
    await arrived(2);
    responses[1]?.();
    await acting;
    expect(server.requests).toEqual([
      'GET /v2-beta/projects/1a5/services/1s0',
      'POST /v2-beta/projects/1a5/services/1s2/?action=upgrade',
    ]);
    expect(seen).toMatchObject([{ kind: 'upgrade', wasTried: true, outcome: 'ok' }]);
    controller.abort();
    await Promise.all(reads);
    expect(seen.slice(1).map(({ outcome, wasTried }) => [outcome, wasTried])).toEqual(
      expect.arrayContaining([...Array<unknown>(4).fill(['called-off', false]), ['called-off', true]]),
    );
    expect(server.requests).toHaveLength(2);
  });

  test("the wait is told, and is no part of the request's own time", async () => {
    let release = (): void => undefined;
    const gate = new RequestGate({ perSecond: 1000, concurrent: 1 });
    const seen: ObservedRequest[] = [];
    client = connect({ gate, requestTimeoutMillis: 1_000, onRequest: (request) => seen.push(request) });
    const begun = new Promise<void>((resolve) => {
      handle = (request, response) => {
        if ((request.url ?? '').endsWith('1s1')) {
          release = () => sendJson(response, 200, aService({ id: '1s1' }));
          resolve();
        } else sendJson(response, 200, aService());
      };
    });
    // Another client, whose own limit is not in question.
    const slow = connect({ gate }).getService('1a5', '1s1');
    await begun;
    const waiting = client.getService('1a5', '1s2');
    // Longer than the request's own limit.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    release();
    await slow;
    await expect(waiting).resolves.toMatchObject({ id: '1s2' });
    expect(seen).toMatchObject([{ kind: 'read', outcome: 'ok', wasTried: true }]);
    expect(seen[0]?.waitedMillis).toBeGreaterThanOrEqual(1_000);
  });
});

describe('projects that were found', () => {
  let projects: unknown[];
  let stacks: [number, unknown];
  const lookups = (): number =>
    server.requests.filter((request) => request.startsWith('GET /v2-beta/projects?')).length;

  beforeEach(() => {
    projects = [project('1a5', 'prod'), project('1a7', 'twin'), project('1a8', 'twin')];
    stacks = [200, collection([{ id: '1st1', type: 'stack', name: 'shop', state: 'active', accountId: '1a5' }])];
    handle = (request, response) => {
      if ((request.url ?? '').includes('/stacks')) sendJson(response, ...stacks);
      else if ((request.url ?? '').includes('projects?')) sendJson(response, 200, collection(projects));
      else sendJson(response, 404, rancherError(404, 'Not Found'));
    };
  });

  test('are remembered: twenty deployments at once, and one later, take one request', async () => {
    const all = await Promise.all(range(20).map(() => client.findProject('prod')));
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(['1a5']));
    await client.findProject('prod');
    expect(lookups()).toBe(1);
  });

  test('are looked up anew for whoever asks for that, and then known as they are now', async () => {
    await client.findProject('prod');
    projects = [project('1a99', 'prod'), project('1a5', 'former')];
    await expect(client.findProject('prod')).resolves.toMatchObject({ id: '1a5' });
    await expect(client.lookUpProject('prod')).resolves.toMatchObject({ id: '1a99' });
    await expect(client.findProject('prod')).resolves.toMatchObject({ id: '1a99' });
    expect(lookups()).toBe(2);
  });

  test('only where there is no doubt', async () => {
    for (const name of ['twin', 'Prod', 'none'])
      for (let time = 1; time <= 2; time += 1)
        await expect(client.findProject(name)).rejects.toBeInstanceOf(RancherError);
    expect(lookups()).toBe(6);
    projects = [project('1a9', 'none')];
    await expect(client.findProject('none')).resolves.toMatchObject({ id: '1a9' });
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'Rancher refuses what is in it',
      () => {
        stacks = [403, rancherError(403, 'Forbidden')];
        return client.findStack('1a5', 'shop');
      },
    ],
    ['Rancher does not find what is in it', () => client.getService('1a5', '1s2')],
    ['there is no stack of the name', () => client.findStack('1a5', 'other')],
    ['a stack is spelled otherwise', () => client.findStack('1a5', 'Shop')],
  ])('are forgotten when %s', async (_, fail) => {
    await client.findProject('prod');
    await client.findProject('1a5');
    await expect(fail()).rejects.toBeInstanceOf(RancherError);
    projects = [project('1a99', 'prod')];
    await expect(client.findProject('prod')).resolves.toMatchObject({ id: '1a99' });
    expect(lookups()).toBe(3);
  });

  test('are kept when it is another project', async () => {
    await client.findProject('prod');
    await expect(client.getService('1a7', '1s2')).rejects.toBeInstanceOf(RancherError);
    await client.findProject('prod');
    expect(lookups()).toBe(1);
  });
});
