import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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

/** By the request id of each: what releases and pipelines are called in the expectations, and the deployments of the first one. */
const MANY: Readonly<Record<string, string>> = {
  'gitlab-4800': 'release held',
  'gitlab-4800/prod/billing/one': 'its one',
  'gitlab-4800/prod/billing/two': 'its two',
  'gitlab-4801': 'release refused',
  'gitlab-4802': 'pipeline asks',
  'gitlab-4803': 'pipeline frozen',
};
const PARTS = ['its one', 'its two'];

const IN_PROD = [...DEPLOYED.filter(({ environment }) => environment === 'prod').map(({ name }) => name), ...PARTS];

/** By the title in the document: the deployments that must match; all others must not. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'Everything that runs': ['prod api', 'dev api', 'prod slow', 'dev back', 'qa keyless', ...PARTS],
  'Everything that waits for a person': [
    ...['prod api', 'dev api', 'qa keyless', ...PARTS],
    ...['release held', 'pipeline asks'],
  ],
  'What is parked: it cannot go on by itself': ['qa keyless'],
  'What is held in production and can be confirmed': ['prod api'],
  'What is going back just now': ['dev back'],
  'All deployments in production since a day': IN_PROD,
  'What ended in production within a week': IN_PROD.filter(
    (name) => !['prod api', 'prod slow', ...PARTS].includes(name),
  ),
  'What went wrong in a stack': ['prod cart'],
  'What ended and did not succeed, anywhere': ['prod cart', 'dev cart', 'prod missing'],
  'What somebody ended in Temporal: it has no verdict, and may have left something behind': ['prod ended'],
  'Releases that run': ['release held'],
  'Releases that wait for a person to confirm': ['release held'],
  'Releases that did not succeed': ['release refused'],
  'The deployments of one release': PARTS,
  'Pipelines that wait for an approval': ['pipeline asks'],
  'Pipelines that are frozen, or that bring what is held': ['pipeline frozen'],
  'Promotions of a stack to production': ['pipeline asks'],
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
  const catalogue = (tag: string) => ({
    name: 'catalogue',
    services: [{ name: 'search', ...launchOf(`example/search:${tag}`) }],
  });
  return {
    keys: ['PROD', 'DEV', 'QA'].map((accessKey) => ({ accessKey, secretKey: `secret-${accessKey}`, role: 'owner' })),
    projects: [
      {
        name: 'prod',
        stacks: [storefront('example/web:1'), billing('api', 'slow', 'ended', 'one', 'two'), catalogue('1')],
      },
      { name: 'dev', stacks: [storefront('example/web:2.4.1'), billing('api', 'back'), catalogue('2')] },
      { name: 'qa', stacks: [billing('keyless'), catalogue('1')] },
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
    // The key of qa is taken away meanwhile.
    const frozen = await begin('pipeline', '-f', pipelineFile('qa'), '--request-id', 'gitlab-4803');
    await Promise.all(others.map(deploy));
    const one = ['billing/one=example/one:2', 'billing/two=example/two:2', '--confirm'];
    const many = [
      frozen,
      await begin('release', 'prod', ...one, '--request-id', 'gitlab-4800'),
      await begin('release', 'prod', 'billing/nobody=example/nobody:2', '--request-id', 'gitlab-4801'),
      await begin('pipeline', '-f', pipelineFile('prod'), '--request-id', 'gitlab-4802'),
    ];
    expect(many).toEqual([5, 5, 5, 5]);
    const running = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    // What is listed follows what is.
    const isListed = async (): Promise<boolean> => {
      const open = await running.workflow.count("WorkflowType = 'upgradeService' AND ExecutionStatus = 'Running'");
      const parked = await running.workflow.count("DroverPhase = 'parked'");
      const all = await running.workflow.count("WorkflowType = 'upgradeService'");
      const isOver = await running.workflow.count("WorkflowType = 'release' AND DroverVerdict = 'refused'");
      const waiting = await running.workflow.count(
        "DroverPhase IN ('confirming', 'approval: prod', 'frozen: qa') AND ExecutionStatus = 'Running'",
      );
      return (
        open.count === 5 + PARTS.length &&
        parked.count === 1 &&
        all.count === DEPLOYED.length + PARTS.length &&
        isOver.count === 1 &&
        // Two that are held, the release and its services, and two pipelines.
        waiting.count === 5 + PARTS.length
      );
    };
    await waitFor('all of it to be listed', isListed, 60_000);
    for await (const { runId, type, memo } of running.workflow.list()) {
      const name = MANY[String(memo?.['requestId'])];
      if (name !== undefined && ['release', 'pipeline', 'upgradeService'].includes(type)) runs.set(runId, name);
    }
  }, LIMIT_MILLIS);
  afterAll(() => stack.close());

  /** `drover ARGS --detach`; answers its exit code. */
  async function begin(...args: string[]): Promise<number | null> {
    return (await stack.drover([...args, '--detach'])).code;
  }

  /** A pipeline from dev that waits for a person, or in qa for a freeze. */
  function pipelineFile(to: 'qa' | 'prod'): string {
    const path = join(stack.folder, `to-${to}.yaml`);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    const window = `{ name: stocktaking, timeZone: UTC, from: 2020-01-01T00:00, to: ${tomorrow} }`;
    const waits = to === 'prod' ? 'approvals: { count: 1 }' : `freeze: [${window}]`;
    writeFileSync(
      path,
      `name: c\nstack: catalogue\nstages:\n  - { name: ${to}, from: dev, environments: ${to}, ${waits} }\n`,
    );
    return path;
  }

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
    expect(names.length).toBeLessThan(DEPLOYED.length + Object.keys(MANY).length);
    expect(await found(at(query, BEFORE, AFTER))).toEqual([...names].sort());
    if (/T00:00:00Z/.test(query)) expect(await found(at(query, AFTER, AFTER))).toEqual([]);
  });
});
