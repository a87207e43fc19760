import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import type { UpgradeInput } from '../../client/input/upgrade-input';
import type { Verdict } from '../../decision/verdict';
import type { WorldSeed } from '../../simulator/world-seed';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { ROOT } from '../support/root';
import { Stack } from '../support/stack';
import { temporalCli } from '../support/temporal-cli';
import { waitFor } from '../worker/wait-for';

const LIMIT_MILLIS = 180_000;
const DOCUMENT = readFileSync(join(ROOT, 'docs', 'queries.md'), 'utf8');
/** Long before, and long after, all that the test does. */
const [BEFORE, AFTER] = ['2020-01-01T00:00:00Z', '2100-01-01T00:00:00Z'];

/** A deployment, by a name of its own, and where it has to be before it is asked for. */
interface Deployed extends UpgradeInput {
  readonly name: string;
  readonly until: Verdict | 'parked' | 'confirming' | 'waiting' | 'rolling-back' | 'terminated';
}

const JANE = { by: 'jane@laptop' };
const CI = { by: 'gitlab storefront#123' };
/** What never starts is given up soon. */
const SOON = { timeoutMillis: 4_000 };
const OTHER = { by: 'gitlab billing#123' };
const service = (environment: string, stack: string, name: string) => ({ environment, stack, service: name });

const DEPLOYED: readonly Deployed[] = [
  {
    ...{ name: 'prod web', until: 'succeeded', image: 'example/web:2.4.1', author: JANE },
    ...service('prod', 'storefront', 'web'),
  },
  {
    ...{ name: 'prod web again', until: 'succeeded', image: 'example/web:2.5.0', author: CI },
    ...{ requestId: 'gitlab-4711', ...service('prod', 'storefront', 'web') },
  },
  {
    ...{ name: 'dev web', until: 'unchanged', image: 'example/web:2.4.1', author: CI },
    ...{ requestId: 'gitlab-4712', ...service('dev', 'storefront', 'web') },
  },
  {
    ...{ name: 'prod cart', until: 'rolled-back', image: 'example/bad:3', author: CI },
    ...{ overrides: SOON, ...service('prod', 'storefront', 'cart') },
  },
  {
    ...{ name: 'dev cart', until: 'rolled-back', image: 'example/bad:3', author: JANE },
    ...{ overrides: SOON, ...service('dev', 'storefront', 'cart') },
  },
  {
    ...{ name: 'prod missing', until: 'refused', image: 'example/webapp:1', author: OTHER },
    ...service('prod', 'storefront', 'missing'),
  },
  {
    ...{ name: 'prod api', until: 'confirming', image: 'example/api:2', author: OTHER, hold: true },
    ...service('prod', 'billing', 'api'),
  },
  {
    ...{ name: 'dev api', until: 'confirming', image: 'example/api:2', author: OTHER, hold: true },
    ...service('dev', 'billing', 'api'),
  },
  {
    ...{ name: 'prod slow', until: 'waiting', image: 'example/slow:2', author: OTHER },
    ...service('prod', 'billing', 'slow'),
  },
  {
    ...{ name: 'prod ended', until: 'terminated', image: 'example/slow:2', author: OTHER },
    ...service('prod', 'billing', 'ended'),
  },
  {
    ...{ name: 'dev back', until: 'rolling-back', image: 'example/slow:2', author: JANE },
    ...service('dev', 'billing', 'back'),
  },
  {
    ...{ name: 'qa keyless', until: 'parked', image: 'example/slow:2', author: JANE },
    ...service('qa', 'billing', 'keyless'),
  },
];

const IN_PROD = DEPLOYED.filter(({ environment }) => environment === 'prod').map(({ name }) => name);

/** By the title in the document: the deployments that must match; all others must not. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'Everything that runs': ['prod api', 'dev api', 'prod slow', 'dev back', 'qa keyless'],
  'Everything that waits for a person': ['prod api', 'dev api', 'qa keyless'],
  'What is parked: it cannot go on by itself': ['qa keyless'],
  'What is held in production and can be confirmed': ['prod api'],
  'What is going back just now': ['dev back'],
  'All deployments in production since a day': IN_PROD,
  'What ended in production within a week': IN_PROD.filter((name) => !['prod api', 'prod slow'].includes(name)),
  'What went wrong in a stack': ['prod cart'],
  'What ended and did not succeed, anywhere': ['prod cart', 'dev cart', 'prod missing'],
  'What somebody ended in Temporal: it has no verdict, and may have left something behind': ['prod ended'],
  'Who deployed an image, and where': ['prod web', 'dev web'],
  'Every tag of an image': ['prod web', 'prod web again', 'dev web'],
  'Every deployment of one service': ['prod web', 'prod web again'],
  'When an image reached production': ['prod web'],
  'What one person asked for': ['prod web', 'dev cart', 'dev back', 'qa keyless'],
  'What a CI job deployed': ['prod web again', 'dev web', 'prod cart'],
  'What became of a build': ['prod web again'],
};

/** Title → query, as the document has them. */
const QUERIES = new Map(
  [...DOCUMENT.matchAll(/^### (.+)\n\n```sql\n(.+)\n```$/gm)].map(([, title = '', query = '']) => [title, query]),
);

const launchOf = (image: string) => ({ scale: 1, launchConfig: { imageUuid: `docker:${image}` } });

function seed(): WorldSeed {
  const storefront = (web: string) => ({
    name: 'storefront',
    services: [
      { name: 'web', ...launchOf(web) },
      { name: 'cart', ...launchOf('example/cart:1') },
    ],
  });
  const billing = (...names: string[]) => ({
    name: 'billing',
    services: names.map((name) => ({ name, ...launchOf(`example/${name}:1`) })),
  });
  return {
    keys: ['PROD', 'DEV', 'QA'].map((accessKey) => ({ accessKey, secretKey: `secret-${accessKey}`, role: 'owner' })),
    projects: [
      { name: 'prod', stacks: [storefront('example/web:1'), billing('api', 'slow', 'ended')] },
      { name: 'dev', stacks: [storefront('example/web:2.4.1'), billing('api', 'back')] },
      { name: 'qa', stacks: [billing('keyless')] },
    ],
    behaviours: [
      { image: 'example/bad:3', startFails: true },
      { image: 'example/slow:2', pullMillis: 10_000_000 },
    ],
  };
}

describe('the queries of the document, each asked of a real Temporal', () => {
  let stack: Stack;
  const runs = new Map<string, string>();

  beforeAll(async () => {
    stack = await Stack.start({
      seed: seed(),
      policy: { stallLimit: '1h', rollbackLimit: '1h' },
      environments: Object.fromEntries(
        ['prod', 'dev', 'qa'].map((name) => [name, { project: name, accessKey: name.toUpperCase() }]),
      ),
    });
    const [first, ...others] = DEPLOYED;
    if (first !== undefined) await deploy(first);
    await Promise.all(others.map(deploy));
    const running = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    // What is listed follows what is.
    const isListed = async (): Promise<boolean> => {
      const open = await running.workflow.count("WorkflowType = 'upgradeService' AND ExecutionStatus = 'Running'");
      const parked = await running.workflow.count("DroverPhase = 'parked'");
      const all = await running.workflow.count("WorkflowType = 'upgradeService'");
      return open.count === 5 && parked.count === 1 && all.count === DEPLOYED.length;
    };
    await waitFor('all of it to be listed', isListed, 60_000);
  }, LIMIT_MILLIS);
  afterAll(() => stack.close());

  async function deploy({ name, until, ...input }: Deployed): Promise<void> {
    const handle = await stack.client.upgrade(input);
    runs.set(handle.deployment.runId, name);
    const is = (phase: string): Promise<void> =>
      waitFor(`${name} to be ${phase}`, async () => (await handle.progress()).phase === phase, 60_000);
    switch (until) {
      case 'confirming':
      case 'waiting':
        await is(until);
        break;
      case 'parked':
        await is('waiting');
        await stack.rancher.revokeKey('QA');
        await is('parked');
        break;
      case 'rolling-back':
        await is('waiting');
        await stack.rancher.addFault({
          action: 'rollback',
          service: input.service,
          times: 0,
          effect: { kind: 'status', status: 503 },
        });
        await stack.client.intervene(input, 'rollback', { by: 'jane@laptop' });
        await is('rolling-back');
        break;
      case 'terminated': {
        await is('waiting');
        const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
        await client.workflow
          .getHandle(`deploy/${input.environment}/${input.stack}/${input.service}`)
          .terminate('a test');
        break;
      }
      default:
        expect([name, (await handle.result()).verdict]).toEqual([name, until]);
    }
  }

  /** The names of the deployments that a query finds, asked as people ask it. */
  async function found(query: string): Promise<string[]> {
    const { address, namespace } = stack.temporal;
    const { stdout } = await promisify(execFile)(temporalCli(), [
      ...['workflow', 'list', '--query', query, '--output', 'json', '--address', address, '--namespace', namespace],
    ]);
    const listed = JSON.parse(stdout) as { execution: { runId: string } }[];
    return listed.map(({ execution }) => runs.get(execution.runId) ?? execution.runId).sort();
  }

  const at = (query: string, from: string, to: string): string => {
    const times = [from, to];
    return query.replace(/\d{4}-\d\d-\d\dT00:00:00Z/g, () => times.shift() ?? '');
  };

  test('each has its expectation, and each attribute is explained', () => {
    expect([...QUERIES.keys()]).toEqual(Object.keys(EXPECTED));
    expect(DOCUMENT.match(/```sql/g)).toHaveLength(QUERIES.size);
    for (const name of SEARCH_ATTRIBUTES) expect(DOCUMENT).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
  });

  test.each(Object.entries(EXPECTED))('%s', async (title, names) => {
    const query = QUERIES.get(title) ?? '';
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThan(DEPLOYED.length);
    expect(await found(at(query, BEFORE, AFTER))).toEqual([...names].sort());
    if (/T00:00:00Z/.test(query)) expect(await found(at(query, AFTER, AFTER))).toEqual([]);
  });
});
