import { Client, Connection } from '@temporalio/client';
import { DroverClient } from '../../../client/drover-client';
import { buildRequest } from '../../../client/input/build-request';
import type { ListFilters } from '../../../client/temporal/list-query';
import { ensureSearchAttributes } from '../../../worker/search-attributes';
import { UPGRADE_SERVICE, WORKFLOW_QUEUE, workflowIdOf } from '../../../workflows/contract';
import { listedAs } from '../../../workflows/listed-as';
import { namespaceOfItsOwn } from '../../support/stack-temporal';

let connection: Connection;
let client: DroverClient;
let begun = 0;
let raw: Client;

/** Deployments of which nobody does anything: they only have to be found. */
const STARTED: readonly (readonly [environment: string, path: string, image: string, by: string])[] = [
  ['prod', 'shop/web', 'example/web:2.4.1', 'jane@host'],
  ['prod', 'shop/api', 'example/web:2.4.10', "pat o'neil"],
  ['prod', 'billing/web', 'example/website:1', 'gitlab storefront#12'],
  ['qa', 'shop/web', 'example/web:2.4.1', 'gitlab storefront#120'],
  ['qa', 'shop/api', 'example/web', 'jane@other'],
];

beforeAll(async () => {
  const temporal = await namespaceOfItsOwn();
  const { address, namespace } = temporal;
  connection = await Connection.connect({ address });
  await ensureSearchAttributes(connection, namespace, { onStep: () => undefined });
  raw = new Client({ connection, namespace });
  begun = Date.now();
  for (const [environment, path, image, by] of STARTED) {
    const [stack = '', service = ''] = path.split('/');
    const input = { environment, stack, service, image, author: { by } };
    const { request, digest } = buildRequest(input, {}, new Date());
    const sidekicks = service === 'api' && environment === 'qa' ? { log: 'example/log:1' } : {};
    await raw.workflow.start(UPGRADE_SERVICE, {
      workflowId: workflowIdOf(environment, stack, service),
      taskQueue: WORKFLOW_QUEUE,
      args: [request],
      ...listedAs({ request: { ...request, sidekicks }, digest, whenBusy: 'reject' }),
    });
  }
  client = await DroverClient.connect({ address, namespace, env: { HOME: '/nowhere' } });
  await until(async () => (await client.list({})).length === STARTED.length);
});

afterAll(async () => {
  await client.close();
  await connection.close();
});

/** Looks until what Temporal lists has caught up; the test's own time-out is the limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function found(filters: ListFilters): Promise<string[]> {
  const listed = await client.list(filters);
  return listed.map(({ environment, stack, service }) => `${environment} ${stack}/${service}`).sort();
}

describe('a real Temporal finds deployments', () => {
  it.each<[string, ListFilters, string[]]>([
    ['by environment and service', { environment: 'prod', service: 'web' }, ['prod billing/web', 'prod shop/web']],
    ['by image, and by no longer tag', { image: 'example/web:2.4.1' }, ['prod shop/web', 'qa shop/web']],
    [
      'by image without a tag: any tag, and with a sidekick beside it; no other image that begins so',
      { image: 'example/web' },
      ['prod shop/api', 'prod shop/web', 'qa shop/api', 'qa shop/web'],
    ],
    ['by requester', { requester: 'jane@host' }, ['prod shop/web']],
    ['by how the requester begins', { requester: 'jane' }, ['prod shop/web', 'qa shop/api']],
    ['by a requester with a quote in the name', { requester: "pat o'neil" }, ['prod shop/api']],
    ['by every build of a project', { requester: 'gitlab storefront#' }, ['prod billing/web', 'qa shop/web']],
    ['by phase', { environment: 'qa', phases: ['resolving'] }, ['qa shop/api', 'qa shop/web']],
    ['by a phase that none is in', { phases: ['parked'] }, []],
    ['not by what is no text of theirs', { requester: "' OR DroverStack = 'shop" }, []],
    ['not by a wildcard', { requester: 'jane%' }, []],
    ['not by a longer text than is kept', { image: `example/web:${'9'.repeat(300)}` }, []],
  ])('%s', async (_title, filters, expected) => expect(await found(filters)).toEqual(expected));

  it('by when they were started', async () => {
    expect(await found({ since: begun - 60_000, environment: 'qa' })).toHaveLength(2);
    expect(await found({ since: Date.now() + 60_000 })).toEqual([]);
    expect(await found({ until: begun - 60_000 })).toEqual([]);
    const [first] = (await client.list({ environment: 'prod', service: 'api' })).map(({ startedAt }) => startedAt);
    expect(await found({ since: first ?? 0, until: (first ?? 0) + 1 })).toEqual(['prod shop/api']);
  });

  it('by the verdict of what somebody ended in Temporal, which could not write it down', async () => {
    expect(await found({ verdict: 'interfered' })).toEqual([]);
    await raw.workflow.getHandle(workflowIdOf('prod', 'billing', 'web')).terminate('by hand');
    await until(async () => (await found({ verdict: 'interfered' })).length > 0);
    expect(await found({ verdict: 'interfered' })).toEqual(['prod billing/web']);
    for (const verdict of ['needs-attention', 'succeeded'] as const) expect(await found({ verdict })).toEqual([]);
  });
});
