import { ActivityFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { ReleaseActivities } from '../activities/contract';
import type { DeploymentRequest, ReleaseRef } from '../decision/request';
import { ACTIVITY_OPTIONS } from './activity-options';
import type { Decision, DecisionMemo, ParticipantReport } from './release-contract';
import { decisionIdOf, RELEASE_DECISION } from './release-contract';
import { reportSignal } from './messages';
import { shortSummary } from './summaries';

type Told = ParticipantReport extends infer Report
  ? Report extends unknown
    ? Omit<Report, 'deploymentId'>
    : never
  : never;

/**
 * Tells a release what one of its deployments does; nothing where it is no part of one.
 *
 * @returns whether anybody was there: a release that is over, or that somebody ended, is not
 */
export async function reportTo(request: DeploymentRequest, report: Told): Promise<boolean> {
  const { release, deploymentId } = request;
  if (release === undefined) return false;
  try {
    const told = { deploymentId, ...report } as ParticipantReport;
    await getExternalWorkflowHandle(release.workflowId).signal(reportSignal, told);
    return true;
  } catch {
    return false;
  }
}

/**
 * The run of a release that is under way: one that was reset goes on as another one. It is read from Temporal, and leaves no trace in the
 * history of the release, which may be held for days.
 *
 * @returns null where none is under way; undefined where that cannot be read for now
 */
export async function runOf({ workflowId, releaseId }: ReleaseRef): Promise<string | null | undefined> {
  const options = ACTIVITY_OPTIONS.readDecision();
  const { readRun } = proxyActivities<ReleaseActivities>(options);
  try {
    const summary = shortSummary(`see whether the release ${releaseId} goes on`);
    return await readRun.executeWithOptions({ ...options, summary }, [{ workflowId }]);
  } catch (error) {
    if (error instanceof ActivityFailure) return undefined;
    throw error;
  }
}

/**
 * Decides for all deployments of a release, or learns what was decided before: the record is a workflow under the release's id, and Temporal
 * starts it once. So nobody decides twice, whoever is killed, terminated or reset.
 *
 * @returns what is decided; null where it was decided before and cannot be read for now
 */
export async function decide(
  { releaseId }: Pick<ReleaseRef, 'releaseId'>,
  decision: Decision,
  by: string,
): Promise<DecisionMemo | null> {
  const memo: DecisionMemo = { decision, by };
  try {
    await startChild(RELEASE_DECISION, {
      workflowId: decisionIdOf(releaseId),
      args: [memo],
      memo: { ...memo },
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: shortSummary(`release ${releaseId}: ${decision}, by ${by}`),
    });
    return memo;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const options = ACTIVITY_OPTIONS.readDecision();
  const { readDecision } = proxyActivities<ReleaseActivities>(options);
  try {
    const summary = shortSummary(`read what was decided for the release ${releaseId}`);
    return await readDecision.executeWithOptions({ ...options, summary }, [{ releaseId }]);
  } catch (error) {
    if (error instanceof ActivityFailure) return null;
    throw error;
  }
}
