import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorldSeed } from '../../simulator/world-seed';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { jsonLines } from './said';

const CANARY = 'canary-9e8d7c6b';
const KEY = { id: 'ci', secret: 'a secret of this test, long enough for a signature' };
const ENVIRONMENTS = ['dev', 'qa', 'prod'];
const STACKS = ['shop', 'signed', 'frozen', 'part', 'gone'];
/** In dev only. */
const ONLY_IN_DEV = ['part/extra', 'gone/extra'];

const seed: WorldSeed = {
  keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
  projects: ENVIRONMENTS.map((project) => ({
    name: `Project ${project}`,
    stacks: STACKS.map((name) => ({
      name,
      services: [name === 'gone' ? 'fickle' : 'web', 'api', 'extra']
        .filter((service) => service !== 'extra' || (project === 'dev' && ONLY_IN_DEV.includes(`${name}/extra`)))
        .map((service) => ({
          ...{ name: service, scale: 1 },
          launchConfig: {
            imageUuid: `docker:example/${name}-${service}:${project === 'dev' ? 2 : 1}`,
            environment: { PASSWORD: CANARY, [project === 'dev' ? 'NEW_IN_DEV' : 'ELSEWHERE']: 'x' },
          },
        })),
    })),
  })),
};

let stack: Stack;
const drover = (...args: string[]): Promise<Ended> => stack.startDrover(args).ended;

beforeAll(async () => {
  stack = await Stack.start({
    seed,
    environments: Object.fromEntries(ENVIRONMENTS.map((name) => [name, { project: `Project ${name}` }])),
    extraYaml: `worker:\n  approvalKeys:\n    ${KEY.id}: { env: APPROVAL_KEY }\n`,
    policy: { stallLimit: '3s' },
    workerEnv: { APPROVAL_KEY: KEY.secret },
  });
}, 120_000);
afterAll(() => stack.close());

const pipelineIdOf = (ended: Ended): string => /pipeline (p[0-9a-f]{12})/.exec(ended.stdout)?.[1] ?? 'none';

/** Waits for a condition; the test's own time-out is the limit of both. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`it did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function fileOf(name: string, text: string): string {
  const path = join(stack.folder, name);
  writeFileSync(path, text);
  return path;
}

it('what qa is given by a promotion is proven, told, and the same again changes nothing', async () => {
  const promoted = await drover('promote', '--from', 'dev', '--to', 'qa', '--stack', 'shop', '--why', 'ticket 7');
  expect([promoted.code, promoted.stderr]).toEqual([0, '']);
  expect(promoted.stdout).toMatch(/pinned to what dev runs: api=example\/shop-api:2, web=example\/shop-web:2/);
  expect(promoted.stdout).toMatch(/ qa: qa: api: example\/shop-api:1 → example\/shop-api:2; web: /);
  expect(promoted.stdout).toMatch(/verdict: succeeded \(exit code 0\)/);
  const again = await drover('promote', '--from', 'dev', '--to', 'qa', '--stack', 'shop', '--json');
  expect(again.code).toBe(0);
  expect(jsonLines(again).at(-1)).toMatchObject({ type: 'result', verdict: 'unchanged' });
  const shown = await drover('pipelines', pipelineIdOf(promoted));
  expect(shown.stdout).toMatch(/^dev → qa of shop p[0-9a-f]{12}: succeeded\n/);
  expect(shown.stdout).toMatch(/^ {2}stage {6}qa, from dev: passed$/m);
  const listed = await drover('pipelines');
  expect(listed.stdout).toContain(pipelineIdOf(promoted));
  expect(promoted.stdout + again.stdout + shown.stdout).not.toContain(CANARY);
});

it('a pipeline waits for a signed approval, and goes on when it comes', async () => {
  const file = fileOf(
    'signed.yaml',
    'name: signed\nstack: signed\nstages:\n  - name: prod\n    from: dev\n    environments: [prod]\n    approvals: { signed: true }\n',
  );
  const begun = await drover('pipeline', '-f', file, '--detach');
  expect(begun.code).toBe(5);
  const id = pipelineIdOf(begun);
  await eventually('it waits', async () => (await drover('pipelines', id)).stdout.includes('prod, from dev: approval'));
  const attention = async (): Promise<string> => (await drover('list', '--attention')).stdout;
  await eventually('it is listed', async () => (await attention()).includes(`drover approve ${id}`));
  const bare = await drover('approve', id, '--as', 'joe');
  expect(bare.code).toBe(7);
  expect(bare.stderr).toMatch(/approve by joe for the stage prod: it does not count: it is not signed/);
  const key = fileOf('key', `${KEY.id}:${KEY.secret}\n`);
  const signed = await drover('approve', id, '--as', 'joe', '--stage', 'prod', '--sign-with-file', key);
  expect([signed.code, signed.stderr]).toEqual([0, '']);
  expect(signed.stdout).toMatch(/^stage prod: approved: the stage goes on\n/);
  const watched = await drover('pipelines', id, '--watch');
  expect(watched.code).toBe(0);
  expect(watched.stdout).toMatch(/approve by joe, signed/);
  const late = await drover('approve', id);
  expect(late.code).toBe(7);
  expect(late.stderr).toMatch(/There is nothing to approve: the pipeline .* is over/);
  // Who said what is in the audit, which ends some seconds ago; the signature, 43 letters, is not.
  const audited = async () =>
    jsonLines(await drover('audit', '--since', '1h')).filter((line) => line['pipelineId'] === id);
  await eventually('it is in the audit', async () => (await audited()).some(({ event }) => event === 'verdict'));
  const lines = await audited();
  expect(lines).toMatchObject([
    { event: 'asked', title: 'signed', stages: ['dev → prod'] },
    { name: 'approve', by: 'joe', outcome: 'refused', meaning: expect.stringMatching(/not signed/) },
    { name: 'approve', by: 'joe', decision: 'approve', stage: 'prod', outcome: 'taken', phase: 'approval: prod' },
    { event: 'verdict', verdict: 'succeeded' },
  ]);
  expect(lines.filter((line) => 'token' in line)).toEqual([]);
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${KEY.secret}|[\\w-]{43,}`));
});

it('a frozen stage waits; breaking the glass needs a reason, and a cancel takes back nothing of what has not begun', async () => {
  const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 16);
  const freeze = `[{ name: for long, timeZone: UTC, from: 2026-01-01T00:00, to: ${inAMonth} }]`;
  const stages = [
    `{ name: qa, from: dev, environments: [qa], freeze: ${freeze} }`,
    `{ name: prod, environments: [prod], freeze: ${freeze} }`,
  ];
  const file = fileOf('frozen.yaml', `name: frozen\nstack: frozen\nstages: [${stages.join(', ')}]\n`);
  const begun = await drover('pipeline', '-f', file, '--detach');
  expect([begun.code, begun.stderr]).toEqual([5, '']);
  const id = pipelineIdOf(begun);
  await eventually('it is frozen', async () => (await drover('pipelines', id)).stdout.includes('qa, from dev: frozen'));
  const without = await drover('break-glass', id);
  expect(without.code).toBe(2);
  expect(without.stderr).toMatch(/--why: the reason is missing/);
  const broken = await drover('break-glass', id, '--why', 'the shop is down');
  expect([broken.code, broken.stderr]).toEqual([0, '']);
  // The glass of one stage is not that of the next.
  await eventually('the next is frozen', async () =>
    (await drover('pipelines', id)).stdout.includes('prod, from qa: frozen'),
  );
  const shown = (await drover('pipelines', id)).stdout;
  expect(shown).toMatch(/stage {6}qa, from dev: passed\n {2}glass {6}broken by .* at 20.*Z: the shop is down\n/);
  expect(shown.match(/glass/g)).toHaveLength(1);
  const cancelled = await drover('cancel', '--pipeline', id, '--why', 'enough');
  expect([cancelled.code, cancelled.stderr]).toEqual([0, '']);
  const watched = await drover('pipelines', id, '--watch');
  expect(watched.code).toBe(6);
  expect(watched.stdout).toMatch(/cancelled.*stage prod: cancel by .* \(enough\); stages that passed stay/);
  expect((await drover('holds')).stdout).toBe('Nothing is held.\n');
});

it('what is missing is created where that was asked, and removed again where the release goes back', async () => {
  const asked = ['--from', 'dev', '--to', 'qa', '--stack'];
  const refused = await drover('promote', ...asked, 'part');
  expect(refused.code).toBe(7);
  expect(refused.stdout).toMatch(/extra missing in qa/);
  expect(refused.stdout).toMatch(/settings differ \(they are not moved\): .*variables .*NEW_IN_DEV/);
  const compose = await drover('compose', 'dev', 'part', '--services', 'extra');
  expect([compose.code, compose.stderr]).toEqual([0, '']);
  expect(compose.stdout).toMatch(
    /^# docker-compose\.yml\nversion: '2'\nservices:\n {2}extra:\n {4}image: example\/part-extra:/,
  );
  expect(compose.stdout).toMatch(/# rancher-compose\.yml\n/);
  expect(compose.stdout).not.toContain(CANARY);
  const nobody = await drover('compose', 'dev', 'part', '--services', 'nobody');
  expect(nobody.code).toBe(7);
  expect(nobody.stderr).toMatch(/part in dev has no service nobody/);
  const created = await drover('promote', ...asked, 'part', '--create-missing');
  expect([created.code, created.stderr]).toEqual([0, '']);
  expect(created.stdout).toMatch(/qa: created extra/);
  const there = await drover('upgrade', 'qa', 'part/extra', '--image', 'example/part-extra:2', '--plan');
  expect([there.code, there.stderr]).toEqual([0, '']);
  expect(there.stdout).toMatch(/now {9}active/);
  // Rancher does not take one of the others: the release goes back, and what was made for it goes with it.
  const body = JSON.stringify({ type: 'error', status: 422, code: 'InvalidReference', fieldName: 'imageUuid' });
  const refuses = { kind: 'status', status: 422, body } as const;
  await stack.rancher.addFault({ service: 'fickle', action: 'upgrade', times: 0, effect: refuses });
  const back = await drover('promote', ...asked, 'gone', '--create-missing');
  expect([1, 3]).toContain(back.code);
  expect(back.stdout).toMatch(/qa: extra, which was created for it, is removed/);
  const gone = await drover('upgrade', 'qa', 'gone/extra', '--image', 'example/gone-extra:2', '--plan');
  expect(gone.code).toBe(7);
  expect(created.stdout + back.stdout).not.toContain(CANARY);
});

it('settings are moved where that was asked, without a value anywhere; a plan writes nothing', async () => {
  const asked = ['--from', 'dev', '--to', 'prod', '--stack', 'shop', '--services', 'web', '--with-settings'];
  const plan = await drover('promote', ...asked, '--plan');
  expect([plan.code, plan.stderr]).toEqual([0, '']);
  expect(plan.stdout).toMatch(/web: example\/shop-web:1 → example\/shop-web:2/);
  expect(plan.stdout).toMatch(
    /settings differ \(variables of the primary are merged\): web \(variables ELSEWHERE, NEW_IN_DEV\)/,
  );
  expect(plan.stdout).toMatch(/planned only: nothing was written; images would change in \w+/);
  const before = (await stack.journal()).length;
  const moved = await drover('promote', ...asked);
  expect([moved.code, moved.stderr]).toEqual([0, '']);
  const upgrades = (await stack.journal()).slice(before).filter(({ action }) => action === 'upgrade');
  expect(upgrades).toHaveLength(1);
  const { environment } = (upgrades[0]?.body as { inServiceStrategy: { launchConfig: { environment: object } } })
    .inServiceStrategy.launchConfig;
  expect(environment).toEqual({ PASSWORD: CANARY, ELSEWHERE: 'x', NEW_IN_DEV: 'x' });
  // The same image with other settings is something to release; with the same, it is not.
  const again = await drover('promote', ...asked);
  expect(again.code).toBe(0);
  expect((await stack.journal()).filter(({ action }) => action === 'upgrade').length).toBe(
    (await stack.journal()).slice(0, before).filter(({ action }) => action === 'upgrade').length + 1,
  );
  expect(plan.stdout + moved.stdout + again.stdout).not.toContain(CANARY);
});

it('what cannot be is told at once, and nothing is begun', async () => {
  const missing = await drover('promote', '--from', 'dev', '--to', 'qa', '--stack', 'nobody');
  expect(missing.code).toBe(7);
  expect(missing.stdout).toMatch(/there is no stack of that name in dev/);
  const same = await drover('promote', '--from', 'qa', '--to', 'qa', '--stack', 'shop');
  expect(same.code).toBe(2);
  expect(same.stderr).toMatch(/--to: it is promoted to where it comes from/);
  const unknown = await drover('promote', '--from', 'dev', '--to', 'nowhere', '--stack', 'shop');
  expect(unknown.code).toBe(9);
  const bad = await drover('pipeline', '-f', fileOf('bad.yaml', 'name: x\nstack: shop\nstages:\n  - name: qa\n'));
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/bad\.yaml:4:\d+/);
  const none = await drover('holds', '--let-go', 'h000000000000');
  expect(none.code).toBe(7);
});
