import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { isVerdict } from '../../decision/verdict';
import type { SearchAttributeName } from '../../workflows/contract';
import type { DeploymentSummary, RunState } from '../deployment-summary';
import { attentionOf } from './attention-of';

const RUN_STATES: Readonly<Record<string, RunState>> = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
  CONTINUED_AS_NEW: 'continued-as-new',
};

/** A deployment from what Temporal lists of its workflow. */
export function summarise(
  info: Pick<
    WorkflowExecutionInfo,
    'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'memo' | 'typedSearchAttributes'
  >,
  linkOf: (workflowId: string, runId: string) => string | null,
): DeploymentSummary {
  const attribute = (name: SearchAttributeName): string =>
    info.typedSearchAttributes.get(defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)) ?? '';
  const memo = (name: string): string => {
    const value = info.memo?.[name];
    return typeof value === 'string' ? value : '';
  };
  const [, environment = '', stack = '', service = ''] = info.workflowId.split('/');
  const verdict = attribute('DroverVerdict');
  return {
    environment,
    stack,
    service,
    workflowId: info.workflowId,
    runId: info.runId,
    requestId: memo('requestId') || attribute('DroverRequest'),
    deploymentId: memo('deploymentId'),
    requestDigest: memo('requestDigest'),
    image: attribute('DroverImage'),
    requestedBy: memo('requestedBy') || attribute('DroverRequester'),
    run: RUN_STATES[info.status.name] ?? 'unknown',
    phase: attribute('DroverPhase'),
    verdict: isVerdict(verdict) ? verdict : null,
    startedAt: info.startTime.getTime(),
    endedAt: info.closeTime?.getTime() ?? null,
    attention: attentionOf(info.memo),
    link: linkOf(info.workflowId, info.runId),
  };
}
