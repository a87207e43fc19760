import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { stringify } from 'yaml';
import type { JournalEntry } from '../../../simulator/model';
import type { Behaviour, JsonObject } from '../../../simulator/world-seed';
import type { InterventionName } from '../../../workflows/contract';
import type { Stack } from '../../support/stack';
import { Command, STACK } from '../command';
import type { Alias } from './environments';
import { ENVIRONMENTS, KEYS } from './environments';

const LIMIT_MILLIS = 90_000;
const TASK_COMPLETED = 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED';

/** One row's service, and everybody who does something about it: the command, a person in Rancher's UI, a person in Temporal Web. */
export class RowScene extends Command {
  constructor(
    stack: Stack,
    service: string,
    readonly environment: Alias,
  ) {
    super(stack, service, environment);
  }

  get project(): string {
    return ENVIRONMENTS[this.environment].project;
  }

  get requestId(): string {
    return `request-${this.service}`;
  }

  /** An image of this service's own by its tag; another one by its whole name. */
  imageUuid(image: string | number): string {
    return `docker:${String(image).includes('/') ? image : `example/${this.service}:${image}`}`;
  }

  // ---- Rancher -------------------------------------------------------------------------------------------------------

  /** A person acts in Rancher's UI. */
  person(action: string, body?: unknown): Promise<void> {
    return this.byHand(this.project, action, body);
  }

  /** A person upgrades to an image by hand. */
  personUpgrades(tag: string | number = 'other'): Promise<void> {
    return this.person('upgrade', { inServiceStrategy: { launchConfig: { imageUuid: this.imageUuid(tag) } } });
  }

  behaves(tag: string | number, behaviour: Omit<Behaviour, 'image'>): Promise<void> {
    return this.stack.rancher.addBehaviour({ image: this.imageUuid(tag), ...behaviour });
  }

  behavesAgain(tag: string | number): Promise<void> {
    return this.stack.rancher.removeBehaviour(this.imageUuid(tag));
  }

  /** A fault of the look-up by name, which no service's id is in yet. */
  lookupFault(effect: Parameters<Stack['rancher']['addFault']>[0]['effect'], times = 1): Promise<void> {
    return this.stack.rancher.addFault({ pathIncludes: `name=${this.service}`, times, effect });
  }

  /** Waits until the requests that faults were laid for have come: they are under way then. */
  met(): Promise<void> {
    return this.eventually('the request that is to meet a fault', async () =>
      (await this.stack.rancher.faults()).every(
        ({ service, pathIncludes }) => service !== this.service && pathIncludes !== `name=${this.service}`,
      ),
    );
  }

  found(): Promise<{ service: JsonObject; instances: JsonObject[] }> {
    return this.stack.rancher.service(this.project, STACK, this.service);
  }

  /** Waits until the service is in a state; `removed` where Rancher has none of its name. */
  stateIs(state: string): Promise<void> {
    return this.eventually(`the state ${state}`, async () => (await this.state()) === state);
  }

  async state(): Promise<string> {
    try {
      return String((await this.found()).service['state']);
    } catch (error) {
      if (String(error).includes('has no service')) return 'removed';
      throw error;
    }
  }

  /** Somebody deletes the service and makes another one under its name. */
  async madeAgain(): Promise<void> {
    const { service } = await this.found();
    const [key] = KEYS;
    await this.person('remove');
    const response = await fetch(
      `${this.stack.rancher.url}/v2-beta/projects/${String(service['accountId'])}/services`,
      {
        method: 'POST',
        headers: {
          Accept: 'application/json',
          Authorization: `Basic ${Buffer.from(`${key?.accessKey ?? ''}:${key?.secretKey ?? ''}`).toString('base64')}`,
        },
        body: JSON.stringify({
          name: this.service,
          stackId: service['stackId'],
          scale: service['scale'],
          launchConfig: { imageUuid: this.imageUuid('again') },
          startOnCreate: true,
        }),
      },
    );
    if (!response.ok) throw new Error(`it is not made again: ${await response.text()}`);
    await this.stateIs('active');
  }

  /** What happened to every service that ever had the name, oldest first. */
  async journal(): Promise<JournalEntry[]> {
    return (await this.stack.journal()).filter(({ name }) => name === this.service);
  }

  /** How often an action was asked for, taken or not. */
  async sent(action: string): Promise<number> {
    const { service } = await this.found();
    const path = new RegExp(`/services/${String(service['id'])}(?!\\d).*action=${action}`);
    return (await this.stack.rancher.requests()).filter((one) => one.method === 'POST' && path.test(one.path)).length;
  }

  /** Waits until Rancher has accepted an action so often. */
  accepted(action: string, times = 1): Promise<void> {
    return this.eventually(
      `that Rancher accepts ${action}`,
      async () => (await this.actions()).filter((one) => one === action).length >= times,
    );
  }

  // ---- Temporal ------------------------------------------------------------------------------------------------------

  get #temporal(): Client {
    return new Client({ connection: this.stack.connection, namespace: this.stack.temporal.namespace });
  }

  get workflowId(): string {
    return `deploy/${this.alias}/${this.path}`;
  }

  /** The newest run. */
  get workflow(): WorkflowHandle {
    return this.#temporal.workflow.getHandle(this.workflowId);
  }

  /** Id of the deployment that the row's own request began; null where it began none. */
  async deploymentId(): Promise<string | null> {
    const deployment = (await this.stack.client.get(this.alias, STACK, this.service))?.deployment;
    return deployment?.requestId === this.requestId ? deployment.deploymentId : null;
  }

  /** Waits until the newest run has ended, however it did. */
  isClosed(): Promise<void> {
    return this.eventually('the end', async () => (await this.workflow.describe()).status.name !== 'RUNNING', 100);
  }

  /** A person resets the workflow to its first task, as Temporal Web offers it. @returns the new run's id */
  async reset(): Promise<string> {
    const history = await this.stack.history(this.workflowId);
    const first = history.find(({ eventType }) => eventType === TASK_COMPLETED);
    const { runId } = await this.workflow.describe();
    const answer = await this.#temporal.workflowService.resetWorkflowExecution({
      namespace: this.stack.temporal.namespace,
      workflowExecution: { workflowId: this.workflowId, runId },
      reason: 'by hand',
      requestId: randomUUID(),
      workflowTaskFinishEventId: Number(first?.eventId) as never,
    });
    return answer.runId;
  }

  /** A person deletes the workflow. */
  async forget(): Promise<void> {
    await this.#temporal.workflowService.deleteWorkflowExecution({
      namespace: this.stack.temporal.namespace,
      workflowExecution: { workflowId: this.workflowId },
    });
  }

  // ---- Drover --------------------------------------------------------------------------------------------------------

  /** Somebody steps in, by the client library. */
  async says(name: InterventionName, why = 'a test'): Promise<string> {
    const target = { environment: this.alias, stack: STACK, service: this.service };
    const intervened = await this.stack.client.intervene(target, name, { by: 'jane', why });
    return intervened.how === 'sent' ? 'sent' : intervened.acknowledgement.meaning;
  }

  /** Waits until the logbook has a line that matches. */
  async logs(pattern: RegExp): Promise<void> {
    await this.eventually(
      `a line like ${String(pattern)}`,
      async () => (await this.progress())?.events.some(({ text }) => pattern.test(text)) === true,
      100,
    );
  }

  /** A worker of the environment's own, which polls and then is killed: Temporal lists it as there for another minute. */
  async workerThatGoes(): Promise<void> {
    const { accessKey, secretKey } = KEYS[0] ?? { accessKey: '', secretKey: '' };
    const { address, namespace } = this.stack.temporal;
    const file = join(this.stack.folder, `${this.service}.yaml`);
    const rancher = { url: this.stack.rancher.url, accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
    const environments = { [this.alias]: { project: this.project, rancher } };
    writeFileSync(file, stringify({ temporal: { address, namespace }, environments }));
    const worker = this.stack.startDrover(['worker', '--json', '--config', file], {
      env: { KEY: accessKey, SECRET: secretKey },
    });
    await worker.saysOnStdout(/"type":"ready"/);
    await worker.kill('SIGKILL');
  }

  async eventually(what: string, holds: () => Promise<boolean>, everyMillis = 30): Promise<void> {
    const deadline = Date.now() + LIMIT_MILLIS;
    while (!(await holds())) {
      if (Date.now() >= deadline) throw new Error(`${this.service}: waited in vain for ${what}`);
      await delay(everyMillis);
    }
  }
}
