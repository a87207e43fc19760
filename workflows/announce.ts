import { workflowInfo } from '@temporalio/workflow';
import type { Notification, NotificationTarget } from '../decision/notification';
import { eventIdOf } from '../decision/notification';
import { NOTIFY } from './contract';
import type { Deployment } from './deployment';
import { startTelling } from './start-telling';

/** What an event tells besides what all events of a deployment tell. */
export type Told = Pick<Notification, 'event' | 'at' | 'verdict' | 'reason' | 'nextStep' | 'commands'>;

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

function eventOf(deployment: Deployment, id: string, told: Told): Notification {
  const { request, rancherUrl } = deployment;
  const { environment, stack, service, deploymentId, requestId, author } = request;
  const { workflowId, runId } = workflowInfo();
  return {
    ...({ id, kind: 'deployment' } as const),
    ...{ environment, stack, service, deploymentId, requestId, workflowId, runId },
    asked: deployment.asked(),
    by: author.by,
    why: author.why ?? null,
    rancherUrl,
    ...told,
  };
}

function begin(event: Notification, targets: readonly NotificationTarget[]): Promise<void> {
  return startTelling(NOTIFY, event, [event, targets]);
}
