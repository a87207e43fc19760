import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { signApproval } from '../../client/approval/sign-approval';
import type { PipelineRequest, PipelineStage } from '../../decision/pipeline';
import { STAGE_DEFAULTS } from '../../decision/pipeline';
import type { WorldSeed } from '../../simulator/world-seed';
import type { ApprovalAnswer, Hold, PipelineProgress, PipelineResult } from '../../workflows/pipeline-contract';
import {
  approvalSubjectOf,
  HOLDS,
  holdsIdOf,
  LET_GO,
  PIPELINE,
  PIPELINE_PROGRESS,
  pipelineWorkflowIdOf,
} from '../../workflows/pipeline-contract';
import { Rig, SIGNING_KEY } from '../support/rig';

jest.setTimeout(180_000);

const PROJECT = 'Production';
const STACKS = ['whole', 'people', 'bad', 'cancelled', 'missing', 'unproven', 'signed', 'glass', 'late'];
/** The clocks of Berlin show this half hour twice on that night: it ends at two o'clock in UTC, and not an hour before. */
const CHANGE = { name: 'the night of the change', timeZone: 'Europe/Berlin', from: '02:30', to: '03:00' };
const ITS_END = Date.parse('2026-10-25T02:00:00Z');

let rigs: Record<'dev' | 'qa' | 'demo' | 'prod', Rig>;

const image = (stack: string, service: string, tag: number): string => `example/${stack}-${service}:${tag}`;

function seedOf(tag: number, isDev: boolean): WorldSeed {
  const service = (stack: string, name: string): object => ({
    name,
    scale: 1,
    launchConfig: { imageUuid: `docker:${image(stack, name, tag)}` },
  });
  return {
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
    projects: [
      {
        name: PROJECT,
        stacks: STACKS.map((name) => ({
          name,
          services: [service(name, 'web'), ...(name === 'missing' && !isDev ? [] : [service(name, 'api')])],
        })),
      },
    ],
  } as WorldSeed;
}

beforeAll(async () => {
  const [dev, qa, demo, prod] = await Promise.all([
    // The pipelines' workflows run here: by the clock of this one it is judged what is frozen.
    Rig.start({ seed: seedOf(2, true) }),
    ...Array.from({ length: 3 }, () => Rig.start({ seed: seedOf(1, false) })),
  ]);
  if (dev === undefined || qa === undefined || demo === undefined || prod === undefined) throw new Error('no rig');
  rigs = { dev, qa, demo, prod };
});
afterAll(() => Promise.all(Object.values(rigs).map((rig) => rig.close())));

type Running = WorkflowHandle<(request: PipelineRequest) => Promise<PipelineResult>>;

/** A pipeline of one stack of its own. */
class Scene {
  constructor(readonly stack: string) {}

  stage(name: 'qa' | 'demo' | 'prod', from: 'dev' | 'qa' | 'demo', more: Partial<PipelineStage> = {}): PipelineStage {
    return {
      ...{ name, from: rigs[from].alias, environments: [rigs[name].alias], order: 'sequence' },
      ...{ approvals: null, soakMillis: 0, freeze: [] },
      ...more,
    };
  }

  async start(stages: readonly PipelineStage[], more: Partial<PipelineRequest> = {}): Promise<Running> {
    const pipelineId = `p${randomUUID().slice(0, 12)}`;
    const request: PipelineRequest = {
      ...{
        requestId: `request-${pipelineId}`,
        pipelineId,
        name: 'a pipeline',
        stack: this.stack,
        services: null,
        stages,
      },
      author: { by: 'jane@desk' },
      ...more,
    };
    return rigs.dev.client.workflow.start<(request: PipelineRequest) => Promise<PipelineResult>>(PIPELINE, {
      workflowId: pipelineWorkflowIdOf(pipelineId),
      taskQueue: rigs.dev.workflowQueue,
      args: [request],
    });
  }

  /** What a service runs in an environment. */
  runs(where: keyof typeof rigs, service: string): string {
    const found = rigs[where].simulator.world.service(PROJECT, this.stack, service).service;
    const config = found['launchConfig'] as { imageUuid: string };
    return `${String(found['state'])} ${config.imageUuid.split(':').at(-1) ?? ''}`;
  }

  actions(where: keyof typeof rigs): string[] {
    return rigs[where].simulator.world
      .journal()
      .filter((entry) => entry.kind === 'action' && entry.stack === this.stack && entry.by !== 'person')
      .map(({ action, name }) => `${action ?? ''} ${name ?? ''}`);
  }
}

async function until(running: Running, wanted: (progress: PipelineProgress) => boolean): Promise<PipelineProgress> {
  for (;;) {
    const progress = await running.query<PipelineProgress>(PIPELINE_PROGRESS);
    if (wanted(progress)) return progress;
    if (progress.result !== null) throw new Error(`it ended before: ${JSON.stringify(progress.result)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const waitsIn =
  (name: string, state: string) =>
  ({ stages }: PipelineProgress): boolean =>
    stages.some((stage) => stage.name === name && stage.state === state);

const approve = (running: Running, by: string, more: object = {}): Promise<ApprovalAnswer> =>
  running.executeUpdate<ApprovalAnswer, [object]>('approve', { args: [{ by, ...more }] });

it('what dev runs goes through qa, demo and prod: pinned, approved by two, kept out of a freeze over a change of the clocks', async () => {
  const one = new Scene('whole');
  const rule = { ...STAGE_DEFAULTS.approvals, count: 2 };
  // Three seconds before the end; whoever takes the first time that the clocks show it for the last goes on at once.
  rigs.dev.freezeOffsetMillis = ITS_END - 3_000 - Date.now();
  const running = await one.start([
    one.stage('qa', 'dev', { soakMillis: 500, freeze: [CHANGE] }),
    one.stage('demo', 'qa'),
    one.stage('prod', 'demo', { approvals: rule }),
  ]);
  const frozen = (await until(running, waitsIn('qa', 'frozen'))).stages[0];
  expect((frozen?.until ?? 0) + rigs.dev.freezeOffsetMillis).toBe(ITS_END);
  await until(running, waitsIn('prod', 'approval'));
  expect(await approve(running, 'jane@laptop')).toMatchObject({ counts: false, missing: 2 });
  expect(await approve(running, 'joe')).toMatchObject({ counts: true, missing: 1 });
  expect(await approve(running, 'Joe@desk')).toMatchObject({ counts: false, missing: 1 });
  expect(await approve(running, 'joe')).toMatchObject({ counts: false, missing: 1 });
  expect(one.actions('prod')).toEqual([]);
  // Somebody deploys to dev meanwhile: what was pinned goes on.
  await rigs.dev.simulator.world.act({
    ...{ project: PROJECT, stack: 'whole', service: 'web', action: 'upgrade' },
    body: { inServiceStrategy: { launchConfig: { imageUuid: `docker:${image('whole', 'web', 3)}` } } },
  });
  expect(await approve(running, 'ann')).toMatchObject({ counts: true, missing: 0 });
  const result = await running.result();
  expect(result).toMatchObject({ verdict: 'succeeded', reason: 'all stages passed: qa, demo, prod' });
  for (const where of ['qa', 'demo', 'prod'] as const)
    for (const service of ['web', 'api']) expect(one.runs(where, service)).toBe('active 2');
  expect(result.stages.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed']);
  expect(result.stages[2]?.approvedBy).toEqual(['joe', 'ann']);
  const again = await (await one.start([one.stage('prod', 'qa')])).result();
  expect(again).toMatchObject({ verdict: 'unchanged' });
});

it('one person says no: the stage is refused, and nothing is changed', async () => {
  const one = new Scene('people');
  const running = await one.start([one.stage('qa', 'dev', { approvals: STAGE_DEFAULTS.approvals })]);
  await until(running, waitsIn('qa', 'approval'));
  await approve(running, 'joe', { decision: 'reject', why: 'not before the fair' });
  const result = await running.result();
  expect(result).toMatchObject({ verdict: 'refused' });
  expect(result.reason).toBe('stage qa: rejected by joe (not before the fair)');
  expect(result.stages).toEqual([
    expect.objectContaining({
      ...{ name: 'qa', state: 'rejected', brokenGlass: null },
      rejectedBy: { by: 'joe', why: 'not before the fair', at: expect.any(Number) as number },
    }),
  ]);
  expect(one.actions('qa')).toEqual([]);
});

it('nobody says anything in time: the stage is refused', async () => {
  const one = new Scene('late');
  const rule = { ...STAGE_DEFAULTS.approvals, expiresMillis: 1_000 };
  const result = await (await one.start([one.stage('qa', 'dev', { approvals: rule })])).result();
  expect(result).toMatchObject({ verdict: 'refused' });
  expect(result.reason).toMatch(/not approved in time \(0 of 1\)/);
});

it('what was rolled back is held: it is not promoted again before a person lets it go', async () => {
  const one = new Scene('bad');
  const bad = `docker:${image('bad', 'web', 2)}`;
  rigs.qa.simulator.world.addBehaviour({ image: bad, startFails: true });
  const first = await (await one.start([one.stage('qa', 'dev'), one.stage('prod', 'qa')])).result();
  expect(first).toMatchObject({ verdict: 'rolled-back' });
  expect(first.stages.map(({ state }) => state)).toEqual(['failed', 'waiting']);
  for (const service of ['web', 'api']) expect(one.runs('qa', service)).toBe('active 1');
  rigs.qa.simulator.world.removeBehaviour(bad);

  const second = await one.start([one.stage('qa', 'dev')]);
  await until(second, waitsIn('qa', 'held'));
  const keeper = rigs.dev.client.workflow.getHandle(holdsIdOf(rigs.qa.alias, 'bad'));
  const { memo } = await keeper.describe();
  const [hold] = (memo as unknown as { holds: Hold[] }).holds;
  expect(hold?.images).toEqual([`api=${image('bad', 'api', 2)}`, `web=${image('bad', 'web', 2)}`]);
  expect(hold?.why).toMatch(/rolled back there/);
  expect(await keeper.executeUpdate(LET_GO, { args: ['another', { by: 'joe' }] })).toMatchObject({ wasHeld: false });
  expect(await keeper.executeUpdate(LET_GO, { args: [hold?.id ?? '', { by: 'joe' }] })).toMatchObject({
    wasHeld: true,
  });
  // Nothing is held any more, and so nothing keeps it.
  await keeper.result();
  expect((await keeper.describe()).type).toBe(HOLDS);
  await second.executeUpdate('breakGlass', { args: [{ by: 'joe', why: 'it is let go: look now' }] });
  expect(await second.result()).toMatchObject({ verdict: 'succeeded' });
});

it('the glass can be broken, with a reason: freezes and approvals are passed over, and the history says who did it', async () => {
  const one = new Scene('glass');
  const always = { name: 'always', timeZone: 'UTC', from: '00:00', to: '00:00' };
  const running = await one.start([one.stage('qa', 'dev', { approvals: STAGE_DEFAULTS.approvals, freeze: [always] })]);
  await until(running, waitsIn('qa', 'approval'));
  await expect(running.executeUpdate('breakGlass', { args: [{ by: 'joe' }] })).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/needs a reason/) as string },
  });
  await running.executeUpdate('breakGlass', { args: [{ by: 'joe', why: 'the shop is down' }] });
  expect(await running.result()).toMatchObject({ verdict: 'succeeded' });
  const { events, stages } = await running.query<PipelineProgress>(PIPELINE_PROGRESS);
  expect(stages).toEqual([
    expect.objectContaining({
      ...{ state: 'passed', rejectedBy: null },
      brokenGlass: { by: 'joe', why: 'the shop is down', at: expect.any(Number) as number },
    }),
  ]);
  expect(events.map(({ text }) => text).join('\n')).toMatch(
    /the glass is broken by joe: the shop is down[^]*goes on without approval[^]*no freeze is kept/,
  );
});

it('a cancel takes back what is being released, and begins nothing more', async () => {
  const one = new Scene('cancelled');
  rigs.qa.simulator.world.addBehaviour({ image: `docker:${image('cancelled', 'api', 2)}`, pullMillis: 60_000 });
  const running = await one.start([one.stage('qa', 'dev'), one.stage('prod', 'qa')]);
  await until(running, waitsIn('qa', 'releasing'));
  await rigs.qa.eventually(() => one.actions('qa').includes('upgrade web'));
  await running.executeUpdate('cancel', { args: [{ by: 'joe', why: 'wrong version' }] });
  const result = await running.result();
  expect(result).toMatchObject({ verdict: 'cancelled' });
  for (const service of ['web', 'api']) expect(one.runs('qa', service)).toBe('active 1');
  expect(one.actions('prod')).toEqual([]);
});

it('what is missing in a target is told before anything is begun there', async () => {
  const one = new Scene('missing');
  const result = await (await one.start([one.stage('qa', 'dev')])).result();
  expect(result).toMatchObject({ verdict: 'refused' });
  expect(result.reason).toMatch(/api missing in/);
  expect(one.actions('qa')).toEqual([]);
});

it('what is not proven to run is not promoted', async () => {
  const one = new Scene('unproven');
  await rigs.dev.simulator.world.act({ project: PROJECT, stack: 'unproven', service: 'web', action: 'deactivate' });
  await rigs.dev.eventually(() => one.runs('dev', 'web').startsWith('inactive'));
  const result = await (await one.start([one.stage('qa', 'dev')])).result();
  expect(result).toMatchObject({ verdict: 'refused' });
  expect(result.reason).toMatch(/web is not proven to run in .*: it is inactive/);
});

it('where signatures are asked for, only a signed approval counts, and only for this stage', async () => {
  const one = new Scene('signed');
  const rule = { ...STAGE_DEFAULTS.approvals, signed: true };
  const running = await one.start([one.stage('qa', 'dev', { approvals: rule })]);
  const { pipelineId } = await until(running, waitsIn('qa', 'approval'));
  expect(await approve(running, 'gitlab#1')).toMatchObject({ counts: false });
  const signed = (stage: string): string =>
    signApproval(
      {
        ...{ decision: 'approve', subject: approvalSubjectOf(pipelineId, stage), person: 'gitlab#1' },
        expiresMillis: Date.now() + 60_000,
      },
      SIGNING_KEY,
    );
  expect(await approve(running, 'gitlab#1', { token: signed('prod') })).toMatchObject({ counts: false });
  expect(await approve(running, 'gitlab#1', { token: signed('qa') })).toMatchObject({ counts: true, missing: 0 });
  expect(await running.result()).toMatchObject({ verdict: 'succeeded' });
});
