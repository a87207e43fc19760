import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import type { Acknowledgement, Intervention } from '../../workflows/contract';
import type {
  ApprovalAnswer,
  ApprovalMessage,
  Hold,
  PipelineMemo,
  PipelineProgress,
} from '../../workflows/pipeline-contract';
import {
  APPROVE,
  BREAK_GLASS,
  holdsIdOf,
  LET_GO,
  PIPELINE,
  pipelineWorkflowIdOf,
} from '../../workflows/pipeline-contract';
import { RefusedError } from '../errors/refused-error';
import { pipelineOver, samePipelineIdOtherContent, unknownHold, unknownPipeline } from '../refusals';
import { Coordinators } from '../temporal/coordinators';
import type { CoordinatorStart } from '../temporal/coordinators';
import { readHolds } from '../temporal/read-holds';
import { PIPELINE_QUERY } from '../temporal/read-pipeline';
import { requireWorkers } from '../temporal/require-workers';
import type { BuiltPipeline } from './build-pipeline';
import { CoordinatorHandle } from '../coordinator/coordinator-handle';
import type { CoordinatorSummary } from '../coordinator/coordinator-summary';
import { PIPELINE_WAITS } from '../waiting-coordinator';
import { pipelineWords } from './pipeline-words';

/** One pipeline or promotion, running or over. */
export type PipelineHandle = CoordinatorHandle<PipelineProgress>;

/** How long a worker may take to answer, milliseconds. */
const ANSWER_LIMIT_MILLIS = 10_000;

/** What runs in one environment, taken to others: pipelines, approvals and holds. */
export class Promotions {
  private readonly pipelines: Coordinators;

  constructor(
    private readonly client: Client,
    private readonly connection: Connection,
    private readonly namespace: string,
    webUrl: string | undefined,
    private readonly explained: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.pipelines = new Coordinators(client, webUrl, PIPELINE, pipelineWorkflowIdOf);
  }

  /**
   * Starts a pipeline; or attaches to it where the same request runs already, or answers the closed one where it is over.
   *
   * @throws InvalidInputError for a request id that was used for something else; UnreachableError where no worker would take it
   */
  start(built: BuiltPipeline): Promise<PipelineHandle> {
    const { pipelineId, stages } = built.request;
    return this.explained(async () => {
      const before = await this.pipelines.find(pipelineId);
      if (before !== null) return this.handleOf(before, built);
      for (const environment of new Set(stages.flatMap(({ from, environments }) => [from, ...environments])))
        await requireWorkers(this.connection, this.namespace, environment);
      try {
        await this.pipelines.start(startOf(built));
      } catch (error) {
        // Somebody was faster.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const started = await this.pipelines.find(pipelineId);
      if (started === null) throw unknownPipeline(pipelineId);
      return this.handle(started, 'started');
    });
  }

  /** A pipeline, running or over; null where Temporal knows none. */
  get(pipelineId: string): Promise<PipelineHandle | null> {
    return this.explained(async () => {
      const found = await this.pipelines.find(pipelineId);
      return found === null ? null : this.handle(found, found.isRunning ? 'attached' : 'over');
    });
  }

  /** Pipelines: those that run, then the last that ended. */
  list(limit: number, runningOnly = false): Promise<readonly CoordinatorSummary[]> {
    return this.explained(() => this.pipelines.list(limit, runningOnly));
  }

  /** Pipelines that wait for an approval, or for what is held. */
  waiting(limit: number): Promise<readonly CoordinatorSummary[]> {
    return this.explained(() => this.pipelines.inPhases(limit, Object.values(PIPELINE_WAITS)));
  }

  /** What must not be promoted somewhere, for it was rolled back there; the newest first. */
  holds(): Promise<readonly Hold[]> {
    return this.explained(() => readHolds(this.client));
  }

  /** Lets it be promoted again. @throws RefusedError where it is not held */
  letGo(holdId: string, intervention: Intervention): Promise<Hold> {
    return this.explained(async () => {
      const hold = (await readHolds(this.client)).find(({ id }) => id === holdId);
      if (hold === undefined) throw unknownHold(holdId);
      const { wasHeld } = await this.updated<{ wasHeld: boolean }>(holdsIdOf(hold.environment, hold.stack), LET_GO, [
        holdId,
        intervention,
      ]);
      if (!wasHeld) throw unknownHold(holdId);
      return hold;
    });
  }

  /** Says yes or no to the stage that waits. @throws RefusedError where none does */
  approve(pipelineId: string, message: ApprovalMessage): Promise<ApprovalAnswer> {
    return this.explained(async () => {
      const found = await this.requireRunning(pipelineId, message.decision ?? 'approve');
      return this.updated<ApprovalAnswer>(found.workflowId, APPROVE, [message]);
    });
  }

  /** Goes past freezes, approvals and holds of the stage at hand. @throws RefusedError without a reason */
  breakGlass(pipelineId: string, intervention: Intervention): Promise<Acknowledgement> {
    return this.explained(async () => {
      const found = await this.requireRunning(pipelineId, 'break the glass of');
      return this.updated<Acknowledgement>(found.workflowId, BREAK_GLASS, [intervention]);
    });
  }

  /** Takes back what is being released, begins nothing more, and ends. */
  cancel(pipelineId: string, name: 'cancel' | 'rollback', intervention: Intervention): Promise<Acknowledgement> {
    return this.explained(async () => {
      const found = await this.requireRunning(pipelineId, name);
      return this.updated<Acknowledgement>(found.workflowId, name, [intervention]);
    });
  }

  private async requireRunning(pipelineId: string, what: string): Promise<CoordinatorSummary> {
    const found = await this.pipelines.find(pipelineId);
    if (found === null) throw unknownPipeline(pipelineId);
    if (!found.isRunning) throw pipelineOver(found, what);
    return found;
  }

  private async updated<Answer>(workflowId: string, name: string, args: [unknown, unknown?]): Promise<Answer> {
    try {
      return await this.client.withDeadline(Date.now() + ANSWER_LIMIT_MILLIS, () =>
        this.client.workflow
          .getHandle(workflowId)
          .executeUpdate<Answer, [unknown, unknown?]>(name, { args, updateId: randomUUID() }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      const words = error.cause instanceof Error ? error.cause.message : error.message;
      throw new RefusedError(words, 'See where it is: drover pipelines', { cause: error });
    }
  }

  private handleOf(summary: CoordinatorSummary, { digest, request }: BuiltPipeline): PipelineHandle {
    if (summary.requestDigest !== digest) throw samePipelineIdOtherContent(summary, request.requestId);
    return this.handle(summary, summary.isRunning ? 'attached' : 'over');
  }

  private handle(summary: CoordinatorSummary, how: PipelineHandle['how']): PipelineHandle {
    return new CoordinatorHandle(this.client, summary, how, PIPELINE_QUERY, pipelineWords(summary.id));
  }
}

function startOf({ request, digest }: BuiltPipeline): CoordinatorStart {
  const { requestId, pipelineId, author, name, stack, stages } = request;
  const memo: PipelineMemo = { requestId, pipelineId, requestDigest: digest, requestedBy: author.by };
  const environments = [...new Set(stages.flatMap((stage) => stage.environments))].join(', ');
  return {
    id: pipelineId,
    args: [request],
    memo: { ...memo },
    attributes: {
      DroverRequester: author.by,
      DroverRequest: requestId,
      DroverPhase: 'waiting',
      DroverEnvironment: environments,
      DroverStack: stack,
    },
    summary: `${name}: ${stack} → ${environments}, by ${author.by}`,
  };
}
