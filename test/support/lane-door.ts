import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Ticket, WhenBusy } from '../../decision/lane';
import type { DeploymentResult } from '../../workflows/contract';
import { workflowIdOf } from '../../workflows/contract';
import type { LaneAnswer, LaneView } from '../../workflows/lane-contract';
import { ENTER_LANE, LANE, LANE_VIEW, laneIdOf, LEAVE_LANE, recordIdOf } from '../../workflows/lane-contract';
import type { Asked, Rig } from './rig';

/** The door of one service's lane, as the client knocks at it. */
export class LaneDoor {
  constructor(
    private readonly rig: Rig,
    private readonly service: { readonly stack: string; readonly service: string },
  ) {}

  ticket(requestId: string, image: string, whenBusy: WhenBusy, more: Partial<Asked> = {}): Ticket {
    const request = this.rig.request({ ...this.service, image, requestId, deploymentId: `d-${requestId}`, ...more });
    return { request, digest: `digest of ${image}`, whenBusy };
  }

  enter(ticket: Ticket): Promise<LaneAnswer> {
    const { environment, stack, service } = ticket.request;
    return this.rig.client.workflow.executeUpdateWithStart<() => Promise<void>, LaneAnswer, [Ticket]>(ENTER_LANE, {
      args: [ticket],
      updateId: randomUUID(),
      startWorkflowOperation: new WithStartWorkflowOperation(LANE, {
        workflowId: this.id,
        taskQueue: this.rig.workflowQueue,
        args: [{ environment, stack, service }] as never,
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
  }

  leave(requestId: string): Promise<{ left: boolean }> {
    return this.lane.executeUpdate(LEAVE_LANE, { args: [requestId, { by: 'a person' }] });
  }

  view(): Promise<LaneView> {
    return this.lane.query<LaneView>(LANE_VIEW);
  }

  get id(): string {
    return laneIdOf(this.rig.alias, this.service.stack, this.service.service);
  }

  get lane(): WorkflowHandle {
    return this.rig.client.workflow.getHandle(this.id);
  }

  /** The deployment of the service, by its run. */
  deployment(runId?: string): WorkflowHandle<() => Promise<DeploymentResult>> {
    return this.rig.client.workflow.getHandle(
      workflowIdOf(this.rig.alias, this.service.stack, this.service.service),
      runId,
    );
  }

  /** How a request ended that never ran. */
  async record(requestId: string): Promise<DeploymentResult> {
    const { stack, service } = this.service;
    const id = recordIdOf(this.rig.alias, stack, service, `d-${requestId}`);
    for (;;) {
      try {
        return await this.rig.client.workflow.getHandle<() => Promise<DeploymentResult>>(id).result();
      } catch (error) {
        // It comes a moment after the answer; the test's own time-out is the limit.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** The result of a request's deployment, once it has run. */
  async ran(requestId: string): Promise<DeploymentResult> {
    for (;;) {
      const { places } = await this.view();
      const place = places[requestId];
      if (place?.at === 'running') return this.deployment(place.runId).result();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
