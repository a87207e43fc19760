import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { ReleaseActivities } from '../../activities/contract';
import { ACTIVITY_OPTIONS } from '../activity-options';
import { workflowIdOf } from '../contract';
import type { Part, ReleaseRun } from '../release-run';
import { shortSummary } from '../summaries';

/** How soon it is looked first, and how rarely in the end, milliseconds: a release may wait for a person for a day. */
const FIRST_LOOK_MILLIS = 15_000;
const LONGEST_LOOK_MILLIS = 300_000;

/**
 * Sees to it that the deployments of a release are still there, for as long as it is not over: one that somebody ended in Temporal cannot
 * report that any more, and nothing would come of waiting for it.
 */
export async function watchDeployments(run: ReleaseRun): Promise<void> {
  for (;;) {
    const pause = Math.min(LONGEST_LOOK_MILLIS, Math.max(FIRST_LOOK_MILLIS, (Date.now() - run.startedAt) / 5));
    if (await run.until(() => run.isOver, pause, 'look whether its deployments are there')) return;
    const open = run.parts.filter(({ hasBegun, verdict }) => hasBegun && verdict === null);
    const gone = open.length === 0 ? [] : await missingOf(open);
    for (const part of gone) if (part.verdict === null) run.lose(part);
  }
}

/** Those whose deployment does not run any more; none where Temporal does not tell it just now. */
async function missingOf(parts: readonly Part[]): Promise<Part[]> {
  const options = ACTIVITY_OPTIONS.readDecision();
  const { readDeployments } = proxyActivities<ReleaseActivities>(options);
  const workflowIds = parts.map(({ ticket: { request } }) =>
    workflowIdOf(request.environment, request.stack, request.service),
  );
  try {
    const summary = shortSummary(`see whether ${parts.length} deployments are there`);
    const running = await readDeployments.executeWithOptions({ ...options, summary }, [{ workflowIds }]);
    return parts.filter(({ ticket }, index) => running[index] !== ticket.request.deploymentId);
  } catch (error) {
    if (error instanceof ActivityFailure) return [];
    throw error;
  }
}
