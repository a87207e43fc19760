import { randomUUID } from 'node:crypto';
import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { Ticket } from '../../decision/lane';
import type { Intervention, SearchAttributeName } from '../../workflows/contract';
import type { LaneAnswer, LeftLane } from '../../workflows/lane-contract';
import { KEYWORD_LIMIT, WORKFLOW_QUEUE } from '../../workflows/contract';
import { ENTER_LANE, LANE, laneIdOf, LEAVE_LANE } from '../../workflows/lane-contract';
import { RefusedError } from '../errors/refused-error';
import type { Target } from '../input/upgrade-input';
import { grpcTroubleOf } from './grpc-trouble';
import { missingSearchAttributes } from './missing-search-attributes';

/** How long a worker may take to answer, milliseconds; then the request is left with Temporal. */
const ANSWER_LIMIT_MILLIS = 5_000;
/** How often it is tried anew where a lane ends just then. */
const ATTEMPTS = 5;

/** What the lane said; `sent`: no worker answered in time, and Temporal keeps the request until one does. */
export type EnteredLane = LaneAnswer | { readonly how: 'sent' };

/**
 * Brings a request to the lane of its service, which is made where there is none: as an update that starts it, and where no worker answers
 * in five seconds, as a signal, which Temporal keeps. Brought twice, a request counts once.
 */
export async function enterLane(client: Client, ticket: Ticket): Promise<EnteredLane> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.withDeadline(Date.now() + ANSWER_LIMIT_MILLIS, () =>
        client.workflow.executeUpdateWithStart<() => Promise<void>, LaneAnswer, [Ticket]>(ENTER_LANE, {
          args: [ticket],
          updateId: randomUUID(),
          startWorkflowOperation: new WithStartWorkflowOperation(LANE, {
            ...laneOptions(ticket),
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        }),
      );
    } catch (error) {
      // The lane's own words: it is asked for something that this worker does not know, say.
      if (error instanceof WorkflowUpdateFailedError && !isOfClosedLane(error))
        throw new RefusedError(wordsOf(error), 'Bring workers and client to the same release.', { cause: error });
      const trouble = grpcTroubleOf(error)?.trouble;
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || trouble === 'no answer in time') break;
      if (isAboutSearchAttributes(error)) throw missingSearchAttributes(client.options.namespace, error.message);
      // It ended between the look and the request: the next one makes a new one.
      const isClosing = trouble === 'not found' || trouble === 'not ready' || isOfClosedLane(error);
      if (!isClosing || attempt >= ATTEMPTS) throw error;
    }
  }
  const { workflowId, ...options } = laneOptions(ticket);
  await client.workflow.signalWithStart(LANE, {
    workflowId,
    ...options,
    signal: ENTER_LANE,
    signalArgs: [ticket],
  });
  return { how: 'sent' };
}

/** Takes a request out of the queue of its service; false where it does not wait there. */
export async function leaveLane(
  client: Client,
  { environment, stack, service }: Target,
  requestId: string,
  intervention: Intervention,
): Promise<boolean> {
  const handle = client.workflow.getHandle(laneIdOf(environment, stack, service));
  try {
    const { left } = await client.withDeadline(Date.now() + ANSWER_LIMIT_MILLIS, () =>
      handle.executeUpdate<LeftLane, [string, Intervention]>(LEAVE_LANE, { args: [requestId, intervention] }),
    );
    return left;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isOfClosedLane(error)) return false;
    throw error;
  }
}

type LaneOptions = Pick<
  WorkflowStartOptions,
  'workflowId' | 'taskQueue' | 'args' | 'staticSummary' | 'typedSearchAttributes' | 'workflowIdReusePolicy'
>;

function laneOptions({ request: { environment, stack, service } }: Ticket): LaneOptions & { args: [object] } {
  return {
    workflowId: laneIdOf(environment, stack, service),
    taskQueue: WORKFLOW_QUEUE,
    args: [{ environment, stack, service }],
    staticSummary: `one deployment of ${stack}/${service} in ${environment} at a time`.slice(0, 200),
    typedSearchAttributes: [
      keyword('DroverEnvironment', environment),
      keyword('DroverStack', stack),
      keyword('DroverService', service),
    ],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  };
}

/** Of the two operations in one call the server names only the one that failed, and the SDK has no error of its own for that. */
function isAboutSearchAttributes(error: unknown): error is Error {
  return error instanceof Error && /search attribute/i.test(error.message);
}

function wordsOf(error: WorkflowUpdateFailedError): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The SDK tells it as a failure of the update: the workflow had completed before the update did. */
function isOfClosedLane(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (
      'type' in at &&
      (at.type === 'AcceptedUpdateCompletedWorkflow' || at.type === 'AdmittedUpdateCompletedWorkflow')
    )
      return true;
  }
  return false;
}

function keyword(name: SearchAttributeName, value: string): SearchAttributePair {
  const key = defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  return { key, value: value.slice(0, KEYWORD_LIMIT) };
}
