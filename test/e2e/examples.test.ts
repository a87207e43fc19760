import { join } from 'node:path';
import type { WorldSeed } from '../../simulator/world-seed';
import { ROOT } from '../support/root';
import type { Service } from '../support/seeds';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { waitFor } from '../worker/wait-for';
import { jsonLines } from './said';

jest.setTimeout(180_000);

const ENVIRONMENTS = ['dev', 'qa', 'demo', 'prod-dmz1', 'prod-dmz2', 'prod-dmz3'] as const;
const CANARY = 'canary-1f2e3d4c';

const service = (name: string, tag: string): Service => ({
  name,
  launchConfig: { imageUuid: `docker:example/${name}:${tag}`, environment: { DB_PASSWORD: CANARY } },
  ...(name === 'web' ? { secondaryLaunchConfigs: [{ name: 'logger', imageUuid: 'docker:example/logger:2' }] } : {}),
});

const seed: WorldSeed = {
  keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
  projects: ENVIRONMENTS.map((name) => {
    const tag = name === 'dev' ? '2.5.0' : '1.0.0';
    const services = ['db', 'api', 'web', 'mailer'].map((one) => service(one, tag));
    return { name, stacks: [{ name: 'storefront', services }] };
  }),
};

let stack: Stack;
const file = (name: string): string => join(ROOT, 'examples', name);
const drover = (...args: string[]): Promise<Ended> => stack.startDrover(args).ended;

beforeAll(async () => {
  const variables = { 'storefront-db-password': 'DB_PASSWORD_VALUE' };
  stack = await Stack.start({
    seed,
    environments: Object.fromEntries(ENVIRONMENTS.map((name) => [name, { project: name, variables }])),
    workerEnv: { DB_PASSWORD_VALUE: `${CANARY}-new` },
  });
}, 120_000);
afterAll(() => stack.close());

/** The actions that Rancher accepted in an environment, as `upgrade web`. */
async function actionsIn(environment: string): Promise<string[]> {
  const projects = new Map(ENVIRONMENTS.map((name, index) => [name as string, `1a${String(5 + index)}`]));
  return (await stack.journal())
    .filter(({ kind, project }) => kind === 'action' && project === projects.get(environment))
    .map(({ action, name }) => `${action ?? ''} ${name}`);
}

async function pipelineIs(pipelineId: string, stage: string, state: string): Promise<void> {
  await waitFor(
    `the stage ${stage} to be ${state}`,
    async () => {
      const [line] = jsonLines(await drover('pipelines', pipelineId, '--json'));
      const stages = (line?.['stages'] ?? []) as { name: string; state: string }[];
      return stages.some((one) => one.name === stage && one.state === state);
    },
    60_000,
  );
}

const pipelineIdOf = (ended: Ended): string => / pipeline (p[0-9a-f]{12}) /.exec(ended.stdout)?.[1] ?? 'none';

test('the plan of examples/release.yaml says what would change in each service, in its order, without a value', async () => {
  const plan = await drover('release', '-f', file('release.yaml'), '--plan');
  expect([plan.code, plan.stderr]).toEqual([0, '']);
  const said = plan.stdout;
  expect(said.match(/^Wave \d: \S+/gm)).toEqual([
    'Wave 1: storefront/db',
    'Wave 2: storefront/api',
    'Wave 3: storefront/web',
    'Wave 3: storefront/mailer',
  ]);
  expect(said).toMatch(/primary: example\/api:1\.0\.0 → example\/api:2\.4\.1/);
  expect(said).toMatch(/logger: example\/logger:2 → example\/logger:3/);
  expect(said).toMatch(/DB_PASSWORD/);
  expect(said).not.toContain(CANARY);
  expect(said).toMatch(/4 services; when one fails: rollback-all\. Nothing was written\./);
  expect(await actionsIn('qa')).toEqual([]);
});

test('examples/pipeline.yaml begins with qa, which has to stay good for ten minutes; a cancel ends it there', async () => {
  const begun = await drover('pipeline', '-f', file('pipeline.yaml'), '--detach');
  expect([begun.code, begun.stderr]).toEqual([5, '']);
  const id = pipelineIdOf(begun);
  await pipelineIs(id, 'qa', 'soaking');
  const shown = await drover('pipelines', id);
  expect(shown.stdout).toMatch(/qa, from dev: soaking: it has to stay good for 10 min/);
  expect((await drover('cancel', '--pipeline', id)).code).toBe(0);
  const ended = await drover('pipelines', id, '--watch');
  expect(ended.code).toBe(6);
  expect((await actionsIn('qa')).filter((one) => one.startsWith('finishupgrade')).sort()).toEqual(
    ['api', 'db', 'mailer', 'web'].map((name) => `finishupgrade ${name}`),
  );
  expect(await actionsIn('demo')).toEqual([]);
});

test('with the glass broken it goes through all of its stages: the canary first, the rest of production after it', async () => {
  const ended = await drover('pipeline', '-f', file('pipeline.yaml'), '--break-glass', 'a test', '--json');
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(jsonLines(ended).at(-1)).toMatchObject({ type: 'result', verdict: 'succeeded' });
  for (const environment of ['demo', 'prod-dmz1', 'prod-dmz2', 'prod-dmz3'])
    expect((await actionsIn(environment)).filter((one) => one === 'finishupgrade web')).toHaveLength(1);
  const order = (await stack.journal()).filter(({ kind }) => kind === 'action').map(({ project }) => project);
  // The last of the canary's comes before the first of the others.
  const others = ['1a9', '1a10'].map((project) => order.indexOf(project));
  expect(order.lastIndexOf('1a8')).toBeLessThan(Math.min(...others));
});

test('examples/release-small.yaml is released: both services run what it says', async () => {
  const before = (await actionsIn('qa')).length;
  const ended = await drover('release', '-f', file('release-small.yaml'));
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect((await actionsIn('qa')).slice(before)).toEqual([
    ...['upgrade db', 'upgrade api'],
    ...['finishupgrade db', 'finishupgrade api'],
  ]);
});

test('examples/pipeline-small.yaml takes what dev runs to qa, and to prod when one person says yes', async () => {
  const before = (await actionsIn('qa')).length;
  await drover('upgrade', 'prod-dmz1', 'storefront/db', '--image', 'example/db:1.0.0');
  const begun = await drover('pipeline', '-f', file('pipeline-small.yaml'), '--detach');
  expect([begun.code, begun.stderr]).toEqual([5, '']);
  const id = pipelineIdOf(begun);
  await pipelineIs(id, 'prod', 'approval');
  expect((await actionsIn('qa')).slice(before).sort()).toEqual(
    ['finishupgrade api', 'finishupgrade db', 'upgrade api', 'upgrade db'].sort(),
  );
  const production = (await actionsIn('prod-dmz1')).length;
  expect((await drover('approve', id, '--as', 'jane')).code).toBe(0);
  expect((await drover('pipelines', id, '--watch')).code).toBe(0);
  expect((await actionsIn('prod-dmz1')).slice(production)).toEqual(['upgrade db', 'finishupgrade db']);
});
