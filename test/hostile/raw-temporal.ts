import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { DeploymentRequest } from '../../decision/request';
import type { DeploymentResult } from '../../workflows/contract';
import type { Deploying } from '../support/rig';

type Workflow = (request: DeploymentRequest) => Promise<DeploymentResult>;

/** Says things to Temporal as they go over the wire: no SDK stands in between that would make them decent. */
export class RawTemporal {
  constructor(
    private readonly client: Client,
    private readonly queue: string,
  ) {}

  async signal(deploying: Deploying, signalName: string, payloads: readonly Payload[]): Promise<void> {
    await this.client.workflowService.signalWorkflowExecution({
      ...this.#about(deploying),
      signalName,
      input: { payloads: [...payloads] },
    });
  }

  /** @returns why it was refused; empty where it was taken */
  async update(deploying: Deploying, name: string, payloads: readonly Payload[]): Promise<string> {
    const answer = await this.client.workflowService.updateWorkflowExecution({
      ...this.#about(deploying),
      waitPolicy: { lifecycleStage: 3 },
      request: { meta: { updateId: randomUUID() }, input: { name, args: { payloads: [...payloads] } } },
    });
    return answer.outcome?.failure?.message ?? '';
  }

  /** @returns the answer as text, or why there is none */
  async query(deploying: Deploying, queryType: string, payloads: readonly Payload[]): Promise<string> {
    const { workflowExecution: execution, namespace } = this.#about(deploying);
    try {
      const answer = await this.client.workflowService.queryWorkflow({
        namespace,
        execution,
        query: { queryType, queryArgs: { payloads: [...payloads] } },
      });
      return Buffer.from(answer.queryResult?.payloads?.[0]?.data ?? []).toString('utf8');
    } catch (error) {
      return String(error);
    }
  }

  async start(type: string, payloads: readonly Payload[]): Promise<Deploying> {
    const workflowId = `hostile/${randomUUID()}`;
    await this.client.workflowService.startWorkflowExecution(this.#starting(workflowId, type, payloads));
    return this.client.workflow.getHandle<Workflow>(workflowId);
  }

  async signalWithStart(
    type: string,
    payloads: readonly Payload[],
    signalName: string,
    said: readonly Payload[],
  ): Promise<Deploying> {
    const workflowId = `hostile/${randomUUID()}`;
    await this.client.workflowService.signalWithStartWorkflowExecution({
      ...this.#starting(workflowId, type, payloads),
      signalName,
      signalInput: { payloads: [...said] },
    });
    return this.client.workflow.getHandle<Workflow>(workflowId);
  }

  /** How a workflow failed: type and message. */
  async endOf(deploying: Deploying): Promise<string> {
    try {
      return JSON.stringify(await deploying.result());
    } catch (error) {
      if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
      return `${error.cause.type ?? ''}: ${error.cause.message}`;
    }
  }

  #about({ workflowId }: Deploying): { namespace: string; workflowExecution: { workflowId: string } } {
    return { namespace: this.client.options.namespace, workflowExecution: { workflowId } };
  }

  #starting(workflowId: string, type: string, payloads: readonly Payload[]): StartRequest {
    return {
      namespace: this.client.options.namespace,
      workflowId,
      workflowType: { name: type },
      taskQueue: { name: this.queue },
      input: { payloads: [...payloads] },
      requestId: randomUUID(),
    };
  }
}

type StartRequest = Parameters<Client['workflowService']['startWorkflowExecution']>[0] & object;
