import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { DeploymentEvent, NotificationTarget, NotifiedEvent } from '../decision/notification';
import { eventIdOf } from '../decision/notification';
import { NOTIFY, notifyWorkflowIdOf } from './contract';
import type { Deployment } from './deployment';
import { shortSummary } from './summaries';

/** What an event tells besides what all events of a deployment tell. */
export type Told = Pick<DeploymentEvent, 'event' | 'at' | 'verdict' | 'reason' | 'nextStep' | 'commands'>;

/** Tells people about one deployment, each event once. */
export class Announcer {
  readonly #begun = new Map<string, Promise<void>>();

  /** Leaves an event to a workflow of its own; resolved when Temporal has it, which needs no worker. */
  announce(deployment: Deployment, told: Told): Promise<void> {
    const targets = deployment.knownPolicy?.notify ?? [];
    if (!targets.some(({ events }) => events.includes(told.event))) return Promise.resolve();
    const id = eventIdOf(deployment.request.deploymentId, told.event, told.at);
    const begun = this.#begun.get(id) ?? begin(eventOf(deployment, id, told), targets);
    this.#begun.set(id, begun);
    return begun;
  }

  /** All events that were announced are Temporal's: the deployment may end. */
  async settled(): Promise<void> {
    await Promise.all(this.#begun.values());
  }
}

function eventOf(deployment: Deployment, id: string, told: Told): DeploymentEvent {
  const { request, rancherUrl } = deployment;
  const { environment, stack, service, deploymentId, requestId, author } = request;
  const { workflowId, runId } = workflowInfo();
  return {
    ...{ id, environment, stack, service, deploymentId, requestId, workflowId, runId },
    asked: deployment.asked(),
    by: author.by,
    why: author.why ?? null,
    rancherUrl,
    ...told,
  };
}

async function begin(event: DeploymentEvent, targets: readonly NotificationTarget[]): Promise<void> {
  try {
    await startChild(NOTIFY, {
      args: [event, targets],
      workflowId: notifyWorkflowIdOf(event.id),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // A reset repeats what was announced before it: that was told.
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: shortSummary(`${WORDS[event.event]}: ${event.asked}`),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

const WORDS: Readonly<Record<NotifiedEvent, string>> = {
  started: 'tell that it began',
  waiting: 'tell that it waits for a person',
  verdict: 'tell how it ended',
};
