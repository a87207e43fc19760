import { ApplicationFailure } from '@temporalio/workflow';
import type { DeploymentRequest } from '../decision/request';
import { isRecord, whyNoForm, whyNoRequest } from '../decision/why-no-request';
import type { NeverRan } from './lane-contract';

/**
 * Also for a request that is newer than this worker, or that asks for what it does not know.
 *
 * @throws ApplicationFailure of type `InvalidInput`, which ends the workflow, where it was started with something else than a request
 */
export function requireRequest(request: DeploymentRequest): void {
  const why = whyNoRequest(request);
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was started: ${why}.`, 'InvalidInput');
}

/**
 * For the record of a request that never ran: it may be newer than this worker.
 *
 * @throws as {@link requireRequest}, where no record can be written of it, or nothing says how it ended
 */
export function requireRecord(request: DeploymentRequest, neverRan: NeverRan): void {
  const end: unknown = neverRan;
  const isEnd =
    isRecord(end) && [end['verdict'], end['reason'], end['nextStep']].every((text) => typeof text === 'string');
  const why = whyNoForm(request) ?? (isEnd ? null : 'the second argument does not say how a request ended');
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was started: ${why}.`, 'InvalidInput');
}
