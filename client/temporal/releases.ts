import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { VERDICTS } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import type { SearchAttributeName } from '../../workflows/contract';
import { KEYWORD_LIMIT, WORKFLOW_QUEUE } from '../../workflows/contract';
import type { ReleaseMemo } from '../../workflows/release-contract';
import { RELEASE, releaseWorkflowIdOf } from '../../workflows/release-contract';
import type { BuiltRelease } from '../release/build-release';
import type { ReleaseSummary } from '../release/release-summary';
import { deploymentLink } from './web-link';

/** Reads and starts releases; reading needs no worker. */
export class Releases {
  constructor(
    private readonly client: Client,
    private readonly webUrl: string | undefined,
  ) {}

  /** A release by its id; null where Temporal knows none. */
  async find(releaseId: string): Promise<ReleaseSummary | null> {
    try {
      return this.summarise(await this.client.workflow.getHandle(releaseWorkflowIdOf(releaseId)).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Those that run, then the last that ended. */
  async list(limit: number, runningOnly: boolean): Promise<readonly ReleaseSummary[]> {
    const query = `WorkflowType = '${RELEASE}'${runningOnly ? " AND ExecutionStatus = 'Running'" : ''}`;
    const found: ReleaseSummary[] = [];
    for await (const info of this.client.workflow.list({ query, pageSize: Math.min(limit, 200) })) {
      found.push(this.summarise(info));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** @throws WorkflowExecutionAlreadyStartedError where it was started before */
  async start({ request, waves, digest }: BuiltRelease): Promise<void> {
    const { requestId, releaseId, author, name } = request;
    const memo: ReleaseMemo = { requestId, releaseId, requestDigest: digest, requestedBy: author.by };
    const environments = [...new Set(request.services.map(({ environment }) => environment))];
    const stacks = [...new Set(request.services.map(({ stack }) => stack))];
    await this.client.workflow.start(RELEASE, {
      workflowId: releaseWorkflowIdOf(releaseId),
      taskQueue: WORKFLOW_QUEUE,
      args: [{ request, waves }],
      memo: { ...memo },
      typedSearchAttributes: [
        keyword('DroverRelease', releaseId),
        keyword('DroverRequester', author.by),
        keyword('DroverRequest', requestId),
        keyword('DroverPhase', 'checking'),
        keyword('DroverEnvironment', environments.join(', ')),
        keyword('DroverStack', stacks.join(', ')),
      ],
      staticSummary:
        `${name ?? 'release'}: ${String(request.services.length)} services in ${environments.join(', ')}, by ${author.by}`.slice(
          0,
          100,
        ),
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  }

  private summarise(
    info: Pick<
      Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>,
      'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'memo' | 'typedSearchAttributes'
    >,
  ): ReleaseSummary {
    const attribute = (name: SearchAttributeName): string =>
      info.typedSearchAttributes.get(defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)) ?? '';
    const memo = (name: string): string => {
      const value = info.memo?.[name];
      return typeof value === 'string' ? value : '';
    };
    const verdict = attribute('DroverVerdict');
    return {
      releaseId: info.workflowId.split('/')[1] ?? '',
      workflowId: info.workflowId,
      runId: info.runId,
      requestId: memo('requestId'),
      requestDigest: memo('requestDigest'),
      requestedBy: memo('requestedBy'),
      environments: attribute('DroverEnvironment'),
      stacks: attribute('DroverStack'),
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
