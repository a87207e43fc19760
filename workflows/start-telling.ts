import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Notification, NotifiedEvent } from '../decision/notification';
import type { NOTIFY, TELL } from './contract';
import { notifyWorkflowIdOf } from './contract';
import { shortSummary } from './summaries';

/**
 * Leaves an event to a workflow of its own, which outlives whoever started it. Resolved when Temporal has it, which needs no worker; an event
 * that was left to one before is told already.
 */
export async function startTelling(
  type: typeof NOTIFY | typeof TELL,
  event: Notification,
  args: readonly unknown[],
): Promise<void> {
  try {
    await startChild(type, {
      args: [...args],
      workflowId: notifyWorkflowIdOf(event.id),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // A reset repeats what was announced before it: that was told.
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: shortSummary(`${WORDS[event.event]}: ${event.asked}`),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

const WORDS: Readonly<Record<NotifiedEvent, string>> = {
  started: 'tell that it began',
  waiting: 'tell that it waits for a person',
  verdict: 'tell how it ended',
};
