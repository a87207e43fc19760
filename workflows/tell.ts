import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { ReleaseActivities } from '../activities/contract';
import type { Notification } from '../decision/notification';
import type { Policy } from '../decision/policy';
import { ACTIVITY_OPTIONS } from './activity-options';
import { callFailureText } from './calls';
import { rancherQueue } from './contract';
import { measureVerdict } from './metrics';
import type { Told } from './notify';
import { notify } from './notify';
import { shortSummary, summarised } from './summaries';

/** An event that no deployment tells itself: of a release or a pipeline, or that somebody ended the deployment's workflow. */
export interface Telling {
  readonly event: Notification;
  /** The environment whose worker tells it: it knows whom. */
  readonly by: string;
  /** The run of a deployment that somebody ended in Temporal; null where the event is about something else. */
  readonly endedRun: string | null;
}

/**
 * Tells an event to all who want to know it, as the worker of an environment says who that is: for as long as that takes, a day for each.
 *
 * The end of a deployment that somebody ended is counted here too, since nothing of it runs any more; and not told where somebody only
 * reset it: it goes on, and tells how it ends by itself.
 */
export async function tell({ event, by, endedRun }: Telling): Promise<Told[]> {
  try {
    if (endedRun !== null && (await goesOn(event, endedRun))) return [];
    const { notify: targets } = await policyOf(event, by);
    if (endedRun !== null && event.verdict !== null)
      measureVerdict({ isServed: true, request: { environment: by } }, event.verdict);
    return await notify(event, targets, by);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return [{ target: '', told: false, why: callFailureText(error) }];
  }
}

/** Another run of the same deployment came after it. */
async function goesOn({ workflowId, deploymentId }: Notification, endedRun: string): Promise<boolean> {
  const options = ACTIVITY_OPTIONS.deliver();
  const { readLatest } = proxyActivities<ReleaseActivities>(options);
  const summary = shortSummary(`look whether ${deploymentId} was reset`);
  const latest = await readLatest.executeWithOptions({ ...options, summary }, [{ workflowId }]);
  return latest !== null && latest.runId !== endedRun && latest.deploymentId === deploymentId;
}

function policyOf({ stack, service }: Notification, environment: string): Promise<Policy> {
  const activities = summarised({ taskQueue: rancherQueue(environment), ...ACTIVITY_OPTIONS.deliver() });
  return activities.loadPolicy({ environment, stack, service, overrides: {} });
}
