import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { ReleaseActivities } from '../../activities/contract';
import type { FreezeWindow } from '../../decision/freeze-window';
import { ACTIVITY_OPTIONS } from '../activity-options';
import type { Hold } from '../pipeline-contract';
import { holdsIdOf } from '../pipeline-contract';
import type { Verify } from '../pipeline-run';
import { shortSummary } from '../summaries';

const options = ACTIVITY_OPTIONS.readDecision();
const activities = proxyActivities<ReleaseActivities>(options);

/** Whether a signature holds: asked of a worker, which has the keys. */
export const verifyToken: Verify = async (message, token) => {
  try {
    const summary = shortSummary(`verify the signature of ${message.person}`);
    return await activities.verifyApproval.executeWithOptions({ ...options, summary }, [{ ...message, token }]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { valid: false, why: 'no worker could verify the signature just now: send it again' };
  }
};

/** Whether nothing is released now; as a worker's own clock and time zones tell it. */
export function readFreeze(
  windows: readonly FreezeWindow[],
  stage: string,
): Promise<{ readonly window: string; readonly untilMillis: number } | null> {
  const summary = shortSummary(`look whether the stage ${stage} is frozen`);
  return activities.readFreeze.executeWithOptions({ ...options, summary }, [{ windows, nowMillis: Date.now() }]);
}

/** What must not be promoted into an environment. */
export async function readHolds(environment: string, stack: string): Promise<readonly Hold[]> {
  const summary = shortSummary(`look what is held back from ${stack} in ${environment}`);
  return activities.readHolds.executeWithOptions({ ...options, summary }, [
    { workflowId: holdsIdOf(environment, stack) },
  ]);
}
