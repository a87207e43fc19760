import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { RancherError } from '../rancher/errors/rancher-error';
import type { Outcome } from '../rancher/outcomes';
import { OUTCOMES } from '../rancher/outcomes';
import type { FailureType } from './failure-types';
import { FAILURE_TYPES } from './failure-types';

const TYPES: Readonly<Record<Outcome, FailureType>> = {
  'not-sent': 'RancherUnreachable',
  'unknown-outcome': 'RancherUnreachable',
  'refused-by-state': 'RancherUnreachable',
  invalid: 'Invalid',
  'not-permitted': 'NotPermitted',
  unauthorised: 'Unauthorised',
  'key-changing': 'RancherUnreachable',
  forbidden: 'Forbidden',
  'not-found': 'NotFound',
  throttled: 'RancherUnreachable',
  'server-trouble': 'RancherUnreachable',
  'not-rancher': 'RancherUnreachable',
};

/** An expected failure, with the name that the workflow branches on, and which attempt it was. */
export function failure(type: FailureType, message: string, nextRetryMillis?: number): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type,
    nonRetryable: !FAILURE_TYPES[type].retry,
    details: [{ attempt: activityInfo().attempt }],
    ...(nextRetryMillis === undefined ? {} : { nextRetryDelay: nextRetryMillis }),
  });
}

/** What a failed read of Rancher means for the activity. Bugs go through unwrapped. */
export function readFailure(error: unknown): unknown {
  if (!(error instanceof RancherError)) return error;
  return failure(TYPES[error.outcome], error.message, error.retryAfterMillis);
}

/**
 * What a failed action means: where it may have happened, only a read tells, and not before the request cannot be under way any more. The
 * workflow waits for that, so that an activity between two attempts never has a request under way.
 */
export function actionFailure(error: unknown): unknown {
  if (!(error instanceof RancherError)) return error;
  if (OUTCOMES[error.outcome].effect === 'unknown') return failure('UnknownOutcome', error.message);
  return readFailure(error);
}

/** Whether an action that failed may have happened all the same. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof RancherError && OUTCOMES[error.outcome].effect === 'unknown';
}
