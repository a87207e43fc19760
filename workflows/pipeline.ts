import { allHandlersFinished, ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { PipelineRequest } from '../decision/pipeline';
import { whyNoPipeline } from '../decision/why-no-pipeline';
import { tellOfPipeline } from './announce-coordinator';
import type { PipelineResult } from './pipeline-contract';
import { PipelineRun } from './pipeline-run';
import { PipelineEnded } from './pipeline-steps/pipeline-ended';
import { passStage, show } from './pipeline-steps/pass-stage';
import { pinSource } from './pipeline-steps/pin-source';
import { cancelReleases } from './pipeline-steps/release-in';
import { verifyToken } from './pipeline-steps/temporal-activities';

/**
 * Takes what a stack runs in one environment through others, stage by stage: what is proven to run is pinned, shown, approved by people where
 * that is asked for, kept out of freezes, and released in each environment as one transaction. A promotion is a pipeline of one stage.
 */
export async function pipeline(request: PipelineRequest): Promise<PipelineResult> {
  const why = whyNoPipeline(request);
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was started: ${why}.`, 'InvalidInput');
  const run: PipelineRun = new PipelineRun(request, verifyToken, (by) => void cancelReleases(run, by));
  void CancellationScope.current().cancelRequested.catch(() => {
    run.cancelled ??= 'a cancellation in Temporal';
    void cancelReleases(run, { by: 'a cancellation in Temporal' });
  });
  return CancellationScope.nonCancellable(async () => {
    const ended = await carryThrough(run).catch((error: unknown) => {
      if (error instanceof PipelineEnded) return error;
      throw error;
    });
    const result = run.end(ended);
    await tellEnd(run, result);
    await condition(allHandlersFinished);
    return result;
  });
}

/** By the stage that it came to. What was only planned concerns nobody. */
async function tellEnd({ request, stages }: PipelineRun, result: PipelineResult): Promise<void> {
  const reached = stages.findLast(({ state }) => state !== 'waiting') ?? stages[0];
  if (request.planOnly === true || reached === undefined) return;
  const { verdict, reason, nextStep, endedAt: at } = result;
  await tellOfPipeline(request, reached.asked, { event: 'verdict', at, verdict, reason, nextStep, commands: [] });
}

async function carryThrough(run: PipelineRun): Promise<PipelineEnded> {
  await pinSource(run);
  if (run.request.planOnly === true) {
    for (const stage of run.stages) await show(run, stage);
    return new PipelineEnded('unchanged', `planned only: nothing was written; ${planned(run)}`, '');
  }
  for (const stage of run.stages) await passStage(run, stage);
  const all = run.stages.flatMap(({ environments }) => [...environments.values()]);
  const names = run.stages.map(({ asked }) => asked.name).join(', ');
  return all.every(({ verdict }) => verdict === 'unchanged')
    ? new PipelineEnded('unchanged', `all environments run it already (${names})`, '')
    : new PipelineEnded('succeeded', `all stages passed: ${names}`, '');
}

/** Where something would change. */
function planned({ stages }: PipelineRun): string {
  const all = stages.flatMap(({ environments }) => [...environments.values()]);
  const changed = all.filter(({ changes }) => changes.length > 0).map(({ environment }) => environment);
  if (changed.length === 0) return 'no image would change: all environments run it already';
  const same = all.length - changed.length;
  return `images would change in ${changed.join(', ')}${same === 0 ? '' : `; the other ${same} unchanged`}`;
}
