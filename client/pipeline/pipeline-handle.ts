import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { PipelineProgress } from '../../workflows/pipeline-contract';
import { PIPELINE_PROGRESS } from '../../workflows/pipeline-contract';
import type { FollowedPipeline, FollowPipelineOptions, PipelineOutcome, PipelineTold } from './follow-pipeline';
import { followPipeline } from './follow-pipeline';
import type { PipelineSummary } from './pipeline-summary';

const QUERY_LIMIT_MILLIS = 5_000;

/** One pipeline, running or over. Whoever holds this changes nothing by watching, or by going away. */
export class PipelineHandle implements FollowedPipeline {
  constructor(
    private readonly client: Client,
    readonly summary: PipelineSummary,
    readonly how: 'started' | 'attached' | 'over',
  ) {}

  get pipelineId(): string {
    return this.summary.pipelineId;
  }

  /** Where it is, also when it is over; null where no worker answers. */
  async progress(): Promise<PipelineProgress | null> {
    try {
      return await this.client.withDeadline(Date.now() + QUERY_LIMIT_MILLIS, () =>
        this.workflow().query<PipelineProgress>(PIPELINE_PROGRESS),
      );
    } catch {
      return null;
    }
  }

  async status(): Promise<string | null> {
    try {
      return (await this.workflow().describe()).status.name.toLowerCase();
    } catch (error) {
      return error instanceof WorkflowNotFoundError ? 'deleted' : null;
    }
  }

  /** Everything that happens, up to one `result`. */
  follow(options: FollowPipelineOptions = {}): AsyncGenerator<PipelineTold, PipelineOutcome> {
    return followPipeline(this, options);
  }

  /** The newest run: a pipeline that somebody reset goes on as another one. */
  private workflow(): ReturnType<Client['workflow']['getHandle']> {
    return this.client.workflow.getHandle(this.summary.workflowId);
  }
}
