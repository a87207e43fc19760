import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { inParallel } from '../../client/temporal/in-parallel';

/** What Temporal tells of one closed deployment and of the lane that started it. */
export interface RunRecord {
  readonly workflowId: string;
  readonly stack: string;
  readonly service: string;
  readonly verdict: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of the deployment's history. */
  readonly events: number;
  readonly bytes: number;
}

/** What is in many histories, in all. */
export interface HistoryTally {
  readonly histories: number;
  readonly events: number;
  /** By Temporal's name of the event, as in `WORKFLOW_TASK_TIMED_OUT`. */
  readonly byType: Readonly<Record<string, number>>;
  /** Why workflow tasks failed, each reason once. */
  readonly failures: readonly string[];
}

const VERDICT = defineSearchAttributeKey('DroverVerdict', SearchAttributeType.KEYWORD);
/** Temporal's number for a completion that it did not take, for a signal had come in meanwhile: the task is given out once more. */
const UNHANDLED_COMMAND = 1;
/** What such a failure is counted as. */
export const BEGUN_AGAIN = 'WORKFLOW_TASK_FAILED, for a signal came in meanwhile';
/** Histories that are read at once. */
const AT_ONCE = 8;

/** Every deployment, running or over, by what Temporal lists of it. */
export async function listRuns(client: Client): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  for await (const run of client.workflow.list({ query: "WorkflowType = 'upgradeService'", pageSize: 1000 })) {
    const { workflowId, startTime, closeTime, historyLength, historySize, typedSearchAttributes } = run;
    const [, , stack = '', service = ''] = workflowId.split('/');
    found.push({
      ...{ workflowId, stack, service },
      verdict: typedSearchAttributes.get(VERDICT) ?? run.status.name,
      startedAt: startTime.getTime(),
      endedAt: closeTime?.getTime() ?? NaN,
      events: historyLength,
      bytes: historySize ?? 0,
    });
  }
  return found;
}

/** Counts the events of histories: workflow tasks that timed out or failed, say. */
export async function tallyHistories(client: Client, workflowIds: readonly string[]): Promise<HistoryTally> {
  const byType: Record<string, number> = {};
  const failures = new Set<string>();
  let events = 0;
  await inParallel(workflowIds, AT_ONCE, async (workflowId) => {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    for (const { eventType, workflowTaskFailedEventAttributes: failed } of history.events ?? []) {
      events += 1;
      const name = failed?.cause === UNHANDLED_COMMAND ? BEGUN_AGAIN : nameOf(eventType ?? 0);
      byType[name] = (byType[name] ?? 0) + 1;
      if (failed != null && name !== BEGUN_AGAIN) failures.add(`cause ${failed.cause}: ${failed.failure?.message}`);
    }
  });
  return { histories: workflowIds.length, events, byType, failures: [...failures] };
}

const nameOf = (type: number): string => NAMES[type] ?? `type ${type}`;

/** Temporal's numbers of the events that are looked for by name. */
const NAMES: Readonly<Record<number, string>> = {
  5: 'WORKFLOW_TASK_SCHEDULED',
  7: 'WORKFLOW_TASK_COMPLETED',
  8: 'WORKFLOW_TASK_TIMED_OUT',
  9: 'WORKFLOW_TASK_FAILED',
  10: 'ACTIVITY_TASK_SCHEDULED',
  13: 'ACTIVITY_TASK_FAILED',
  14: 'ACTIVITY_TASK_TIMED_OUT',
  17: 'TIMER_STARTED',
  18: 'TIMER_FIRED',
  25: 'MARKER_RECORDED',
  26: 'WORKFLOW_EXECUTION_SIGNALED',
  40: 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
};
