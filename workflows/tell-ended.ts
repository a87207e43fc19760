import { TerminatedFailure } from '@temporalio/common';
import { ChildWorkflowFailure } from '@temporalio/workflow';
import type { Notification } from '../decision/notification';
import { eventIdOf } from '../decision/notification';
import type { DeploymentRequest } from '../decision/request';
import { asWord, targetText } from '../decision/target-text';
import { askedText } from './asked-text';
import { TELL, workflowIdOf } from './contract';
import { startTelling } from './start-telling';
import type { Telling } from './tell';

/** Whether somebody ended the deployment's workflow in Temporal: then nothing of it runs that could say so. */
export function wasTerminated(error: unknown): boolean {
  return error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure;
}

/** Tells how a deployment ended whose workflow somebody ended in Temporal, and counts it. */
export function tellEnded(request: DeploymentRequest, runId: string): Promise<void> {
  const { environment, stack, service, deploymentId, requestId, author } = request;
  const at = Date.now();
  const event: Notification = {
    ...({ id: eventIdOf(deploymentId, 'verdict', at), kind: 'deployment', event: 'verdict', at } as const),
    ...{ environment, stack, service, deploymentId, requestId, runId },
    workflowId: workflowIdOf(environment, stack, service),
    asked: askedText(request),
    by: author.by,
    why: author.why ?? null,
    verdict: 'interfered',
    reason: 'somebody ended its workflow in Temporal: what it was doing is left as it was',
    nextStep: 'Look whether it left the service half upgraded, and settle it.',
    commands: [
      `drover orphans ${asWord(environment)}`,
      `drover why ${targetText(request)} --request ${asWord(requestId)}`,
    ],
    rancherUrl: null,
  };
  const telling: Telling = { event, by: environment, endedRun: runId };
  return startTelling(TELL, event, [telling]);
}
