import { ActivityFailure } from '@temporalio/common';
import { proxyActivities } from '@temporalio/workflow';
import type { ReleaseActivities } from '../../activities/contract';
import type { DeploymentSeen } from '../../activities/dependencies';
import type { DeploymentRequest } from '../../decision/request';
import { ACTIVITY_OPTIONS } from '../activity-options';
import { workflowIdOf } from '../contract';
import { recordIdOf } from '../lane-contract';
import { shortSummary } from '../summaries';

/** How often Temporal is asked, a minute each time. */
const ATTEMPTS = 10;

/** What became of the deployment of a request; null where it never ran. `not known`: Temporal does not tell it for ten minutes. */
export async function readDeployment(request: DeploymentRequest): Promise<DeploymentSeen | null | 'not known'> {
  const { environment, stack, service, requestId, deploymentId } = request;
  const options = ACTIVITY_OPTIONS.readDecision();
  const { readDeployment: read } = proxyActivities<ReleaseActivities>(options);
  const ref = {
    ...{ requestId, deploymentId, workflowId: workflowIdOf(environment, stack, service) },
    recordId: recordIdOf(environment, stack, service, deploymentId),
  };
  const summary = shortSummary(`see whether the request ${requestId} ran before`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      return await read.executeWithOptions({ ...options, summary }, [ref]);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
    }
  }
  return 'not known';
}

/** The id of the deployment of a service that runs now; null where none does. */
export async function readRunning({
  environment,
  stack,
  service,
}: Pick<DeploymentRequest, 'environment' | 'stack' | 'service'>): Promise<string | null> {
  const options = ACTIVITY_OPTIONS.readDecision();
  const { readDeployments } = proxyActivities<ReleaseActivities>(options);
  const summary = shortSummary(`see which deployment of ${stack}/${service} runs`);
  try {
    const workflowIds = [workflowIdOf(environment, stack, service)];
    const [running] = await readDeployments.executeWithOptions({ ...options, summary }, [{ workflowIds }]);
    return running ?? null;
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return 'not known';
  }
}
