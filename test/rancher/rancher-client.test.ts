import type { IncomingMessage, ServerResponse } from 'node:http';
import { RancherClient } from '../../rancher/rancher-client';
import { aService, rancherError, sendJson, startServer } from './local-server';
import type { LocalServer } from './local-server';

type Resource = Record<string, unknown> & { id: string };

const stack = (id: string, name: string, fields = {}): Resource => ({
  ...{ id, type: 'stack', name, state: 'active', accountId: '1a5', removed: null },
  ...fields,
});
const service = (id: string, name: string, stackId: string, fields = {}): Resource => ({
  ...aService(fields),
  id,
  name,
  stackId,
});
const project = (id: string, name: string, fields = {}): Resource => ({
  id,
  type: 'project',
  name,
  state: 'active',
  ...fields,
});

/** What the server holds: answered as v2-beta does, names without regard to case, filters as said. */
let world: Record<string, Resource[]>;
let ignoresFilters: boolean;
let pageSize: number;
let server: LocalServer;
let client: RancherClient;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://h');
  const path = url.pathname.replace('/sub/v2-beta/', '');
  const all = world[path];
  if (all === undefined) {
    const found = Object.values(world)
      .flat()
      .find((resource) => path.endsWith(`/${resource.id}`));
    if (found === undefined) {
      sendJson(response, 404, rancherError(404, 'Not Found'));
      return;
    }
    sendJson(response, 200, found);
    return;
  }
  const matches = all.filter((resource) =>
    ['name', 'stackId'].every((field) => {
      const wanted = url.searchParams.get(field);
      return ignoresFilters || wanted === null || String(resource[field]).toLowerCase() === wanted.toLowerCase();
    }),
  );
  const start = Number(url.searchParams.get('marker') ?? 0);
  const end = start + pageSize;
  url.searchParams.set('marker', String(end));
  // As behind a proxy, the link carries another host, and another path.
  const next = end < matches.length ? `http://inside.invalid:8080/other?${url.searchParams.toString()}` : null;
  sendJson(response, 200, {
    type: 'collection',
    data: matches.slice(start, end),
    pagination: { first: null, previous: null, next, limit: pageSize, total: null, partial: next !== null },
  });
}

beforeEach(async () => {
  ignoresFilters = false;
  pageSize = 100;
  world = {
    projects: [project('1a5', 'prod'), project('1a7', 'qa'), project('1a8', 'twin'), project('1a9', 'twin')],
    'projects/1a5/stacks': [
      stack('1st1', 'storefront'),
      stack('1st2', 'shop'),
      stack('1st3', 'gone', { state: 'removed', removed: '2026-01-01T00:00:00Z' }),
      stack('1st4', 'foreign', { accountId: '1a7' }),
      stack('1st5', 'pair'),
      stack('1st6', 'pair'),
    ],
    'projects/1a5/services': [
      service('1s1', 'web', '1st1'),
      service('1s2', 'web', '1st2'),
      service('1s3', 'worker', '1st1'),
      service('1s4', 'old', '1st1', { state: 'removed', removed: '2026-01-01T00:00:00Z' }),
      service('1s5', 'alien', '1st1', { accountId: '1a7' }),
      service('1s6', 'cron', '1st2'),
    ],
  };
  server = await startServer(answer);
  client = new RancherClient({ url: `${server.url}/sub/v1/projects/1a5`, accessKey: 'access', secretKey: 'secret' });
});
afterEach(async () => {
  client.close();
  await server.close();
});

describe('environments', () => {
  it('are found by id and by name, under the sub-path of the URL', async () => {
    await expect(client.findProject('1a5')).resolves.toMatchObject({ name: 'prod' });
    await expect(client.findProject('qa')).resolves.toMatchObject({ id: '1a7' });
    expect(server.requests).toEqual(Array(2).fill('GET /sub/v2-beta/projects?limit=1000'));
  });

  it('one that is not listed, but may be read by id, is found (the admin’s key)', async () => {
    world['hidden'] = [project('1a77', 'hidden')];
    await expect(client.findProject('1a77')).resolves.toMatchObject({ name: 'hidden' });
  });

  it('an id goes before a name', async () => {
    world['projects']?.push(project('1a10', '1a5'));
    await expect(client.findProject('1a5')).resolves.toMatchObject({ name: 'prod' });
  });

  it('two of one name are ambiguous', async () => {
    await expect(client.findProject('twin')).rejects.toMatchObject({
      name: 'AmbiguousError',
      ids: ['1a8', '1a9'],
      message: expect.stringMatching(/2 environments named "twin" .*1a8, 1a9\. Give the id/) as string,
    });
  });

  it('another case is refused with the right spelling', async () => {
    await expect(client.findProject('Prod')).rejects.toMatchObject({
      name: 'LookupError',
      suggestions: ['prod'],
      message: expect.stringMatching(/it is spelled "prod"/) as string,
    });
  });

  it('an unknown one is answered with what this key can see', async () => {
    await expect(client.findProject('production')).rejects.toMatchObject({
      outcome: 'not-found',
      suggestions: ['prod'],
      message: expect.stringMatching(/Did you mean "prod"\? This key can see "prod" \(1a5\), "qa" \(1a7\)/) as string,
    });
    await expect(client.findProject('1a999')).rejects.toMatchObject({ name: 'LookupError' });
    world['projects'] = [];
    await expect(client.findProject('prod')).rejects.toThrow(/can see no environment at all/);
  });
});

describe('stacks', () => {
  it.each([true, false])('are found by exact name (filters ignored: %s)', async (ignores) => {
    ignoresFilters = ignores;
    await expect(client.findStack('1a5', 'shop')).resolves.toMatchObject({ id: '1st2' });
  });

  it.each([
    ['Shop', 'LookupError', /it is spelled "shop"/],
    ['shopp', 'LookupError', /no stack "shopp" in environment 1a5.*Did you mean "shop"/],
    ['gone', 'LookupError', /no stack "gone"/],
    ['foreign', 'LookupError', /no stack "foreign"/],
    ['pair', 'AmbiguousError', /2 stacks named "pair".*1st5, 1st6/],
  ])('%s is refused', async (name, error, message) => {
    await expect(client.findStack('1a5', name)).rejects.toMatchObject({
      name: error,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('services', () => {
  it.each([true, false])('are found by exact name in their own stack (filters ignored: %s)', async (ignores) => {
    ignoresFilters = ignores;
    await expect(client.findService('1a5', '1st1', 'web')).resolves.toMatchObject({ id: '1s1', stackId: '1st1' });
    await expect(client.findService('1a5', '1st2', 'web')).resolves.toMatchObject({ id: '1s2', stackId: '1st2' });
    expect(server.requests).toHaveLength(2);
  });

  it('one that exists in another stack only is refused, naming that stack', async () => {
    await expect(client.findService('1a5', '1st1', 'cron')).rejects.toMatchObject({
      name: 'LookupError',
      suggestions: ['shop/cron'],
      message: expect.stringMatching(/no service "cron" in stack "storefront".*elsewhere: shop\/cron/) as string,
    });
  });

  it.each([
    ['Web', ['web'], /it is spelled "web"/],
    ['wep', ['web'], /Did you mean "web"\?/],
    ['old', [], /The stack has "web", "worker"\./],
    ['alien', [], /no service "alien"/],
  ])('%s is refused', async (name, suggestions, message) => {
    await expect(client.findService('1a5', '1st1', name)).rejects.toMatchObject({
      name: 'LookupError',
      suggestions,
      message: expect.stringMatching(message) as string,
    });
  });

  it('a removed one is still read by id; one that does not exist is not found', async () => {
    await expect(client.getService('1a5', '1s4')).resolves.toMatchObject({
      state: 'removed',
      removed: '2026-01-01T00:00:00Z',
    });
    await expect(client.getService('1a5', '1s99')).rejects.toMatchObject({ name: 'NotFoundError', code: 'Not Found' });
  });

  it('an answer with another service, or of another environment, is not taken for the one that was asked for', async () => {
    world['prefix'] = [{ ...service('1st2', 'web', '1st2'), id: '1st2' }];
    await expect(client.getService('1a5', '1s5')).rejects.toMatchObject({
      name: 'NotFoundError',
      fieldName: 'accountId',
    });
    const other = await startServer((_, response) => {
      sendJson(response, 200, aService());
    });
    const confused = new RancherClient({ url: other.url, accessKey: 'a', secretKey: 's' });
    await expect(confused.getService('1a5', '1st2')).rejects.toMatchObject({ name: 'NotFoundError', fieldName: 'id' });
    await expect(confused.act('1a5', '1s7', 'rollback')).rejects.toMatchObject({
      name: 'NotRancherError',
      outcome: 'not-rancher',
    });
    confused.close();
    await other.close();
  });

  it('ids and names cannot break out of their place in the URL', async () => {
    await expect(client.getService('1a5', '../../x?y')).rejects.toMatchObject({ outcome: 'not-found' });
    await expect(client.findStack('1a5', 'a&b=c#d/é')).rejects.toMatchObject({ outcome: 'not-found' });
    expect(server.requests.slice(0, 2)).toEqual([
      'GET /sub/v2-beta/projects/1a5/services/..%2F..%2Fx%3Fy',
      'GET /sub/v2-beta/projects/1a5/stacks?name=a%26b%3Dc%23d%2F%C3%A9&limit=1000',
    ]);
  });
});

describe('collections', () => {
  const instances = Array.from({ length: 25 }, (_, index): Resource => ({
    id: `1i${index}`,
    state: 'running',
    version: 'v',
  }));

  it('are read page by page, always from the configured base', async () => {
    world['projects/1a5/services/1s1/instances'] = instances;
    pageSize = 10;
    const found = await client.listInstances('1a5', '1s1');
    expect(found.map((instance) => instance.id)).toEqual(instances.map((instance) => instance.id));
    expect(server.requests).toEqual(
      ['limit=1000', 'limit=1000&marker=10', 'limit=1000&marker=20'].map(
        (query) => `GET /sub/v2-beta/projects/1a5/services/1s1/instances?${query}`,
      ),
    );
  });

  it('find a service that is on the last page', async () => {
    ignoresFilters = true;
    pageSize = 1;
    await expect(client.findService('1a5', '1st2', 'cron')).resolves.toMatchObject({ id: '1s6' });
  });

  test.each([true, false])(
    'are asked for by state, and checked, whether Rancher ignores the filter: %s',
    async (ignores) => {
      ignoresFilters = ignores;
      pageSize = 2;
      const pending = ['upgraded', 'upgrading', 'canceled-upgrade', 'upgraded'];
      const service = (index: number, state: string): Resource => ({
        ...{ id: `1s${index}`, name: `web-${index}`, state, stackId: '1st1', accountId: '1a5', launchConfig: {} },
      });
      world['projects/1a5/services'] = [
        ...pending.map((state, index) => service(index + 1, state)),
        ...['active', 'rolling-back', 'removed'].map((state, index) => service(index + 11, state)),
        { ...service(21, 'upgraded'), accountId: '1a6' },
        { ...service(22, 'upgraded'), removed: '2026-11-25T15:00:00Z' },
      ];
      const found = await client.listServicesInStates('1a5', ['upgrading', 'upgraded', 'canceled-upgrade']);
      expect(found.map(({ id }) => id).sort()).toEqual(['1s1', '1s2', '1s3', '1s4']);
      expect(server.requests[0]).toBe('GET /sub/v2-beta/projects/1a5/services?state=upgrading&limit=200');
    },
  );

  it('whose pages go round in a circle end with an error', async () => {
    const circle = await startServer((request, response) => {
      sendJson(response, 200, { type: 'collection', data: [], pagination: { next: `http://x${request.url ?? ''}` } });
    });
    const lost = new RancherClient({ url: circle.url, accessKey: 'a', secretKey: 's' });
    await expect(lost.listProjects()).rejects.toMatchObject({ name: 'NotRancherError', fieldName: 'pagination.next' });
    expect(circle.requests).toHaveLength(1);
    lost.close();
    await circle.close();
  });

  it('name the item and the field that cannot be read', async () => {
    world['projects/1a5/services/1s1/instances'] = [{ id: '1i1', state: 'running' }, { id: '1i2' }];
    await expect(client.listInstances('1a5', '1s1')).rejects.toMatchObject({
      name: 'NotRancherError',
      fieldName: 'data[1].state',
      status: 200,
      request: 'GET /sub/v2-beta/projects/1a5/services/1s1/instances',
    });
  });
});

describe('the log of a service', () => {
  it('is its own latest entries, the oldest first', async () => {
    const entry = (id: number, serviceId = '1s1'): Resource => ({
      id: `1sl${id}`,
      serviceId,
      description: `step ${id}`,
    });
    world['projects/1a5/servicelogs'] = [entry(12), entry(9), entry(11, '1s2'), entry(10)];
    const entries = await client.serviceLogs('1a5', '1s1', 2);
    expect(entries.map((each) => each.description)).toEqual(['step 10', 'step 12']);
    expect(server.requests).toEqual([
      'GET /sub/v2-beta/projects/1a5/servicelogs?serviceId=1s1&sort=id&order=desc&limit=2',
    ]);
  });
});

describe('actions', () => {
  it('post the body as it is, numbers by their text', async () => {
    let body = '';
    const echo = await startServer((request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        response.writeHead(202, { 'Content-Type': 'application/json' });
        response.end(
          JSON.stringify(aService({ state: 'upgrading' })).replace('"version":"0"', '"version":"0","memory":1e400'),
        );
      });
    });
    const poster = new RancherClient({ url: echo.url, accessKey: 'a', secretKey: 's' });
    const accepted = await poster.act('1a5', '1s2', 'upgrade', { inServiceStrategy: { batchSize: 1 } });
    expect(accepted.state).toBe('upgrading');
    await poster.act('1a5', '1s2', 'upgrade', { launchConfig: accepted.launchConfig });
    expect(body).toBe(
      '{"inServiceStrategy":{"batchSize":1}}{"launchConfig":{"imageUuid":"docker:app:1","environment":{"PASSWORD":"canary-value"},"version":"0","memory":1e400}}',
    );
    body = '';
    await poster.act('1a5', '1s2', 'finishupgrade');
    expect([body, echo.requests.at(-1)]).toEqual([
      '{}',
      'POST /v2-beta/projects/1a5/services/1s2/?action=finishupgrade',
    ]);
    poster.close();
    await echo.close();
  });
});
