import { signApproval } from '../../../client/approval/sign-approval';
import type { PipelineRequest, PipelineStage } from '../../../decision/pipeline';
import { STAGE_DEFAULTS } from '../../../decision/pipeline';
import type { Verdict } from '../../../decision/verdict';
import type { Hold, PipelineProgress, PipelineResult } from '../../../workflows/pipeline-contract';
import {
  approvalSubjectOf,
  holdsIdOf,
  LET_GO,
  PIPELINE,
  PIPELINE_PROGRESS,
  pipelineWorkflowIdOf,
} from '../../../workflows/pipeline-contract';
import type { WorkflowHandle } from '@temporalio/client';
import type { Rig } from '../../support/rig';
import { SIGNING_KEY } from '../../support/rig';
import type { Played } from './played';
import { hasEnded } from './played';

type Running = WorkflowHandle<(request: PipelineRequest) => Promise<PipelineResult>>;
type Two = readonly [dev: Rig, qa: Rig];

/** One stack, that is taken from the one environment to the other. */
class Promotion {
  constructor(
    readonly name: string,
    readonly dev: Rig,
    readonly qa: Rig,
  ) {}

  start(stage: Partial<PipelineStage> = {}, more: Partial<PipelineRequest> = {}, run = 1): Promise<Running> {
    const pipelineId = `${this.name}-${String(run)}`;
    const request: PipelineRequest = {
      ...{ requestId: `request-${pipelineId}`, pipelineId, name: 'a pipeline', stack: this.name, services: null },
      stages: [
        {
          ...{ name: 'qa', from: this.dev.alias, environments: [this.qa.alias], order: 'sequence' as const },
          ...{ approvals: null, soakMillis: 0, freeze: [] },
          ...stage,
        },
      ],
      author: { by: 'jane@desk' },
      ...more,
    };
    return this.dev.client.workflow.start<(request: PipelineRequest) => Promise<PipelineResult>>(PIPELINE, {
      workflowId: pipelineWorkflowIdOf(`${pipelineId}-${this.dev.alias}`),
      taskQueue: this.dev.workflowQueue,
      args: [request],
    });
  }

  async stands(running: Running, wanted: string): Promise<PipelineProgress> {
    for (;;) {
      const progress = await running.query<PipelineProgress>(PIPELINE_PROGRESS);
      if (progress.stages.some(({ state }) => state === wanted)) return progress;
      if (progress.result !== null) throw new Error(`${this.name} ended before: ${progress.result.reason}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What was rolled back may be promoted again: nothing keeps it then. */
  async letGo(): Promise<void> {
    const keeper = this.dev.client.workflow.getHandle(holdsIdOf(this.qa.alias, this.name));
    const { holds } = (await keeper.describe()).memo as unknown as { holds: Hold[] };
    for (const { id } of holds) await keeper.executeUpdate(LET_GO, { args: [id, { by: 'joe' }] });
  }

  say(running: Running, name: string, message: object): Promise<unknown> {
    return running.executeUpdate<unknown, [object]>(name, { args: [message] });
  }
}

function path(name: string, verdict: Verdict, play: (one: Promotion) => Promise<PipelineResult>): Played<Two> {
  return { name, play: async (dev, qa) => hasEnded(name, await play(new Promotion(name, dev, qa)), verdict) };
}

const APPROVED = { approvals: STAGE_DEFAULTS.approvals };

/** What runs in one environment, taken to another: each end, and what people say on the way. */
export const pipelines: readonly Played<Two>[] = [
  path('promoted', 'succeeded', async (one) => {
    hasEnded('planned', await (await one.start({}, { planOnly: true }, 2)).result(), 'unchanged');
    return (await one.start({ soakMillis: 500 })).result();
  }),
  path('approved', 'succeeded', async (one) => {
    const running = await one.start(APPROVED);
    await one.stands(running, 'approval');
    await one.say(running, 'approve', { by: 'joe' });
    return running.result();
  }),
  path('signed', 'succeeded', async (one) => {
    const running = await one.start({ approvals: { ...STAGE_DEFAULTS.approvals, signed: true } });
    const { pipelineId } = await one.stands(running, 'approval');
    const subject = approvalSubjectOf(pipelineId, 'qa');
    const approval = { decision: 'approve' as const, subject, person: 'joe', expiresMillis: Date.now() + 600_000 };
    await running.signal('approve', { by: 'joe', token: signApproval(approval, SIGNING_KEY) });
    return running.result();
  }),
  path('rejected', 'refused', async (one) => {
    const running = await one.start(APPROVED);
    await one.stands(running, 'approval');
    await one.say(running, 'approve', { by: 'joe', decision: 'reject', why: 'not before the fair' });
    return running.result();
  }),
  path('frozen', 'succeeded', async (one) => {
    const freeze = [{ name: 'always', timeZone: 'UTC', from: '00:00', to: '00:00' }];
    const running = await one.start({ freeze });
    await one.stands(running, 'frozen');
    await one.say(running, 'breakGlass', { by: 'joe', why: 'the shop is down' });
    return running.result();
  }),
  path('differs', 'succeeded', async (one) => {
    const freeze = [{ name: 'always', timeZone: 'UTC', from: '00:00', to: '00:00' }];
    const running = await one.start({ ...APPROVED, freeze }, { withSettings: true });
    await one.stands(running, 'approval');
    await one.say(running, 'breakGlass', { by: 'joe', why: 'the shop is down' });
    return running.result();
  }),
  path('held-back', 'succeeded', async (one) => {
    const bad = `docker:example/${one.name}-web:2`;
    one.qa.simulator.world.addBehaviour({ image: bad, startFails: true });
    hasEnded('failed first', await (await one.start()).result(), 'rolled-back');
    one.qa.simulator.world.removeBehaviour(bad);
    const again = await one.start({}, {}, 2);
    await one.stands(again, 'held');
    await one.letGo();
    await one.say(again, 'breakGlass', { by: 'joe', why: 'it is let go: look now' });
    return again.result();
  }),
  path('called-off', 'cancelled', async (one) => {
    one.qa.simulator.world.addBehaviour({ image: `docker:example/${one.name}-web:2`, pullMillis: 2_000_000 });
    const running = await one.start();
    await one.stands(running, 'releasing');
    await one.say(running, 'cancel', { by: 'joe' });
    return running.result();
  }),
  path('created', 'succeeded', async (one) => (await one.start({}, { createMissing: true })).result()),
  path('created-in-vain', 'rolled-back', async (one) => {
    one.qa.simulator.world.addBehaviour({ image: `docker:example/${one.name}-web:2`, startFails: true });
    const result = await (await one.start({}, { createMissing: true })).result();
    await one.letGo();
    return result;
  }),
];

export const PIPELINE_STACKS: readonly string[] = pipelines.map(({ name }) => name);
