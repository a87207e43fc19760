import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { VERDICTS } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import type { SearchAttributeName } from '../../workflows/contract';
import { KEYWORD_LIMIT, WORKFLOW_QUEUE } from '../../workflows/contract';
import type { Hold, HoldsMemo, PipelineMemo } from '../../workflows/pipeline-contract';
import { HOLDS, PIPELINE, pipelineWorkflowIdOf } from '../../workflows/pipeline-contract';
import type { BuiltPipeline } from '../pipeline/build-pipeline';
import type { PipelineSummary } from '../pipeline/pipeline-summary';
import { deploymentLink } from './web-link';

type Description = Pick<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'memo' | 'typedSearchAttributes'
>;

/** Reads and starts pipelines, and reads what is held; reading needs no worker. */
export class Pipelines {
  constructor(
    private readonly client: Client,
    private readonly webUrl: string | undefined,
  ) {}

  /** A pipeline by its id; null where Temporal knows none. */
  async find(pipelineId: string): Promise<PipelineSummary | null> {
    try {
      return this.summarise(await this.client.workflow.getHandle(pipelineWorkflowIdOf(pipelineId)).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Those that run, then the last that ended. */
  async list(limit: number, runningOnly: boolean): Promise<readonly PipelineSummary[]> {
    const query = `WorkflowType = '${PIPELINE}'${runningOnly ? " AND ExecutionStatus = 'Running'" : ''}`;
    const found: PipelineSummary[] = [];
    for await (const info of this.client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
      found.push(this.summarise(info));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Everything that must not be promoted somewhere. */
  async holds(): Promise<readonly Hold[]> {
    const found: Hold[] = [];
    for await (const { memo } of this.client.workflow.list({
      query: `WorkflowType = '${HOLDS}' AND ExecutionStatus = 'Running'`,
    })) {
      const { holds } = (memo ?? {}) as { holds?: HoldsMemo['holds'] };
      found.push(...(holds ?? []));
    }
    return found.toSorted((one, other) => other.since - one.since);
  }

  /** @throws WorkflowExecutionAlreadyStartedError where it was started before */
  async start({ request, digest }: BuiltPipeline): Promise<void> {
    const { requestId, pipelineId, author, name, stack, stages } = request;
    const memo: PipelineMemo = { requestId, pipelineId, requestDigest: digest, requestedBy: author.by };
    const environments = [...new Set(stages.flatMap((stage) => stage.environments))].join(', ');
    await this.client.workflow.start(PIPELINE, {
      workflowId: pipelineWorkflowIdOf(pipelineId),
      taskQueue: WORKFLOW_QUEUE,
      args: [request],
      memo: { ...memo },
      typedSearchAttributes: [
        keyword('DroverRequester', author.by),
        keyword('DroverRequest', requestId),
        keyword('DroverPhase', 'waiting'),
        keyword('DroverEnvironment', environments),
        keyword('DroverStack', stack),
      ],
      staticSummary: `${name}: ${stack} → ${environments}, by ${author.by}`.slice(0, 100),
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  }

  private summarise(info: Description): PipelineSummary {
    const attribute = (name: SearchAttributeName): string =>
      info.typedSearchAttributes.get(defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)) ?? '';
    const memo = (name: string): string => {
      const value = info.memo?.[name];
      return typeof value === 'string' ? value : '';
    };
    const verdict = attribute('DroverVerdict');
    return {
      pipelineId: info.workflowId.split('/')[1] ?? '',
      workflowId: info.workflowId,
      runId: info.runId,
      requestId: memo('requestId'),
      requestDigest: memo('requestDigest'),
      requestedBy: memo('requestedBy'),
      stack: attribute('DroverStack'),
      environments: attribute('DroverEnvironment'),
      isRunning: info.status.name === 'RUNNING',
      status: info.status.name.toLowerCase(),
      phase: attribute('DroverPhase'),
      verdict: isVerdict(verdict) ? verdict : null,
      startedAt: info.startTime.getTime(),
      endedAt: info.closeTime?.getTime() ?? null,
      link: deploymentLink(this.webUrl, this.client.options.namespace, info.workflowId, info.runId),
    };
  }
}

function isVerdict(text: string): text is Verdict {
  return Object.hasOwn(VERDICTS, text);
}

function keyword(name: SearchAttributeName, value: string): SearchAttributePair {
  const key = defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  return { key, value: value.slice(0, KEYWORD_LIMIT) };
}
