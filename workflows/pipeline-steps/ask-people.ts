import { tellOfPipeline } from '../announce-coordinator';
import type { PipelineRun, Stage } from '../pipeline-run';
import { approvalEndOf } from '../pipeline-run';
import { fail } from './pass-stage';

/** Waits until enough people said yes. */
export async function askPeople(run: PipelineRun, stage: Stage): Promise<void> {
  const rule = stage.asked.approvals;
  const isNothingToDo =
    run.request.withSettings !== true && [...stage.environments.values()].every(({ changes }) => changes.length === 0);
  if (rule === null || isNothingToDo) return;
  stage.askedAt = Date.now();
  const until = approvalEndOf(stage, rule);
  const who = rule.people === undefined ? '' : ` of ${rule.people.join(', ')}`;
  const waitsFor = `${rule.count} to approve${who}${rule.signed === true ? ', signed' : ''}`;
  run.move(stage, 'approval', { until, waitsFor });
  run.note('warning', stage.asked.name, `waits for ${waitsFor}: drover approve ${run.request.pipelineId}`);
  await tellOfPipeline(run.request, stage.asked, {
    ...({ event: 'waiting', at: stage.askedAt, verdict: null } as const),
    reason: `the stage ${stage.asked.name} waits for ${waitsFor}`,
    nextStep: `Approve it, or reject it and say why. By itself it ends at ${new Date(until).toISOString()}.`,
    commands: [`drover approve ${run.request.pipelineId}`, `drover reject ${run.request.pipelineId} --why TEXT`],
  });
  const isDecided = (): boolean => {
    const now = run.standingOf(stage, rule);
    return now.approved || now.rejected !== null || run.cancelled !== null || run.brokenGlass !== null;
  };
  const isInTime = await run.until(isDecided, until - Date.now(), `wait for ${waitsFor}`);
  const { rejected, approved, by } = run.standingOf(stage, rule);
  if (run.cancelled !== null) return;
  if (run.brokenGlass !== null) {
    const { by: whose, why } = run.brokenGlass;
    return run.note(
      'warning',
      stage.asked.name,
      `goes on without approval, for the glass is broken by ${whose}: ${why}`,
    );
  }
  if (rejected !== null)
    throw fail(
      run,
      stage,
      'refused',
      `rejected by ${rejected.by}${rejected.why === null ? '' : ` (${rejected.why})`}`,
      'Nothing was changed in this stage.',
      'rejected',
    );
  if (!isInTime || !approved)
    throw fail(
      run,
      stage,
      'refused',
      `not approved in time (${by.length} of ${rule.count})`,
      'Nothing was changed in this stage; promote again when people are there.',
    );
  run.note('info', stage.asked.name, `approved by ${by.join(', ')}`);
}
