import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { DeploymentHandle } from '../../client/deployment-handle';
import type { UpgradeInput } from '../../client/input/upgrade-input';
import type { Outcome } from '../../client/outcome';
import type { Phase } from '../../decision/phase';
import type { Fault } from '../../simulator/faults';
import type { InterventionName, Progress } from '../../workflows/contract';
import type { HistoryEvent, Stack } from '../support/stack';

export const STACK = 'cases';
const LIMIT_MILLIS = 60_000;

/** What a history tells of the attempts at one activity. */
export interface Attempts {
  readonly attempt: number;
  /** Why the attempt before failed, such as `TIMEOUT_TYPE_HEARTBEAT`; null where there was none. */
  readonly timedOutBy: string | null;
}

/** One service on a stack, and everything that happens to it. */
export class Scene {
  #handle: DeploymentHandle | null = null;

  constructor(
    readonly stack: Stack,
    readonly service: string,
  ) {}

  get #workflowId(): string {
    return `deploy/${this.stack.alias}/${STACK}/${this.service}`;
  }

  image(tag: number): string {
    return `example/${this.service}:${tag}`;
  }

  async upgrade(asked: Partial<UpgradeInput> = {}): Promise<void> {
    const target = { environment: this.stack.alias, stack: STACK, service: this.service };
    this.#handle = await this.stack.client.upgrade({ ...target, image: this.image(2), ...asked });
  }

  /** A fault of this service's requests; it happens once. */
  async fault(fault: Omit<Fault, 'service' | 'times'>): Promise<void> {
    await this.stack.rancher.addFault({ ...fault, service: this.service });
  }

  /** Waits until the requests that faults were laid for have come: they are under way then, or hang. */
  async faultMet(): Promise<void> {
    await this.#eventually('the request that is to meet a fault', async () =>
      (await this.stack.rancher.faults()).every(({ service }) => service !== undefined && service !== this.service),
    );
  }

  /** Waits until the query `progress` shows the phase. */
  reaches(phase: Phase): Promise<Progress> {
    return this.stack.until(STACK, this.service, (progress) => progress.phase === phase);
  }

  /** Waits until the logbook, as the query `progress` shows it, has a line that matches. */
  says(pattern: RegExp): Promise<Progress> {
    return this.stack.until(STACK, this.service, ({ events }) => events.some(({ text }) => pattern.test(text)));
  }

  progress(): Promise<Progress> {
    return this.stack.progress(STACK, this.service);
  }

  async phase(): Promise<Phase> {
    return (await this.progress()).phase;
  }

  async say(name: InterventionName): Promise<void> {
    const target = { environment: this.stack.alias, stack: STACK, service: this.service };
    await this.stack.client.intervene(target, name, { by: 'jane', why: 'a test' });
  }

  /** Follows the deployment to its verdict. */
  async outcome(): Promise<Outcome> {
    if (this.#handle === null) throw new Error('nothing was asked for yet');
    return this.#handle.result();
  }

  actions(): Promise<string[]> {
    return this.stack.actions(this.service);
  }

  /** Waits until Rancher has accepted an action so often. */
  async accepted(action: string, times = 1): Promise<void> {
    await this.#eventually(`that Rancher accepts ${action}`, async () => {
      const actions = await this.actions();
      return actions.filter((one) => one === action).length >= times;
    });
  }

  /** Waits until the service is in a state, as the simulated Rancher tells it itself. */
  async stateIs(state: string): Promise<void> {
    await this.#eventually(`the state ${state}`, async () => {
      const journal = await this.stack.journal();
      return journal.findLast(({ kind, name }) => kind === 'state' && name === this.service)?.to === state;
    });
  }

  /** Process id of the worker that has the activity which is under way. */
  async workerAtWork(): Promise<number> {
    const client = new Client({ connection: this.stack.connection, namespace: this.stack.temporal.namespace });
    const { raw } = await client.workflow.getHandle(this.#workflowId).describe();
    return Number(raw.pendingActivities?.[0]?.lastWorkerIdentity?.split('@')[0]);
  }

  /** The last attempts at each activity of a type, in the history's order. */
  async attempts(activity: string): Promise<Attempts[]> {
    const events = await this.stack.history(this.#workflowId);
    const scheduled = new Set(events.filter((event) => typeOf(event) === activity).map(({ eventId }) => eventId));
    return events.flatMap((event) => {
      const started = event['activityTaskStartedEventAttributes'] as Started | undefined;
      if (started === undefined || !scheduled.has(started.scheduledEventId)) return [];
      return [
        {
          attempt: started.attempt,
          timedOutBy: started.lastFailure?.timeoutFailureInfo?.timeoutType ?? null,
        },
      ];
    });
  }

  async #eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + LIMIT_MILLIS;
    while (!(await condition())) {
      if (Date.now() >= deadline) throw new Error(`${this.service}: waited in vain for ${what}`);
      await delay(20);
    }
  }
}

interface Started {
  readonly scheduledEventId: string;
  readonly attempt: number;
  readonly lastFailure?: { readonly timeoutFailureInfo?: { readonly timeoutType?: string } };
}

function typeOf(event: HistoryEvent): string | undefined {
  const scheduled = event['activityTaskScheduledEventAttributes'] as { activityType: { name: string } } | undefined;
  return scheduled?.activityType.name;
}
