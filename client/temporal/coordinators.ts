import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { isVerdict } from '../../decision/verdict';
import type { SearchAttributeName } from '../../workflows/contract';
import { KEYWORD_LIMIT, WORKFLOW_QUEUE } from '../../workflows/contract';
import type { CoordinatorSummary } from '../coordinator/coordinator-summary';
import { deploymentLink } from './web-link';

type Description = Pick<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'memo' | 'typedSearchAttributes'
>;

/** What a release or a pipeline is started with. */
export interface CoordinatorStart {
  readonly id: string;
  readonly args: unknown[];
  readonly memo: Record<string, unknown>;
  readonly attributes: Readonly<Partial<Record<SearchAttributeName, string>>>;
  readonly summary: string;
}

/** Reads and starts workflows that coordinate others: releases, or pipelines. Reading needs no worker. */
export class Coordinators {
  constructor(
    private readonly client: Client,
    private readonly webUrl: string | undefined,
    private readonly type: string,
    private readonly workflowIdOf: (id: string) => string,
  ) {}

  /** One by its id; null where Temporal knows none. */
  async find(id: string): Promise<CoordinatorSummary | null> {
    try {
      return this.summarise(await this.client.workflow.getHandle(this.workflowIdOf(id)).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Those that run, then the last that ended. */
  list(limit: number, runningOnly: boolean): Promise<readonly CoordinatorSummary[]> {
    return this.listed(limit, runningOnly ? " AND ExecutionStatus = 'Running'" : '');
  }

  /** Those that run and whose phase begins so. */
  inPhases(limit: number, starts: readonly string[]): Promise<readonly CoordinatorSummary[]> {
    const phases = starts.map((start) => `DroverPhase STARTS_WITH '${start}'`).join(' OR ');
    return this.listed(limit, ` AND ExecutionStatus = 'Running' AND (${phases})`);
  }

  private async listed(limit: number, more: string): Promise<readonly CoordinatorSummary[]> {
    const query = `WorkflowType = '${this.type}'${more}`;
    const found: CoordinatorSummary[] = [];
    for await (const info of this.client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
      found.push(this.summarise(info));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Once for an id. @throws WorkflowExecutionAlreadyStartedError where it was started before */
  async start({ id, args, memo, attributes, summary }: CoordinatorStart): Promise<void> {
    await this.client.workflow.start(this.type, {
      workflowId: this.workflowIdOf(id),
      taskQueue: WORKFLOW_QUEUE,
      args,
      memo,
      typedSearchAttributes: Object.entries(attributes).map(([name, value]) => keyword(name, value)),
      staticSummary: summary.slice(0, SUMMARY_LIMIT),
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  }

  private summarise(info: Description): CoordinatorSummary {
    const attribute = (name: SearchAttributeName): string =>
      info.typedSearchAttributes.get(defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)) ?? '';
    const memo = (name: string): string => {
      const value = info.memo?.[name];
      return typeof value === 'string' ? value : '';
    };
    const verdict = attribute('DroverVerdict');
    return {
      id: info.workflowId.split('/')[1] ?? '',
      workflowId: info.workflowId,
      runId: info.runId,
      requestId: memo('requestId'),
      requestDigest: memo('requestDigest'),
      requestedBy: memo('requestedBy'),
      stacks: attribute('DroverStack'),
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

/** Temporal takes 400 bytes of a workflow's summary, and a letter may be four of them. */
const SUMMARY_LIMIT = 100;

function keyword(name: string, value: string): SearchAttributePair {
  const key = defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  return { key, value: value.slice(0, KEYWORD_LIMIT) };
}
