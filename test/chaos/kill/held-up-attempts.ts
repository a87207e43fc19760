import type { HistoryEvent } from '../../support/stack';
import { attributesOf } from '../support/history';

/**
 * What a history tells of attempts that were held up: those that gave themselves up because their lease was over, and those that
 * Temporal gave up because no heartbeat came. Only the last failure of each activity is in a history, so both are the least there were.
 */
export function heldUpAttempts(history: readonly HistoryEvent[]): { heldUp: number; heartbeatsMissed: number } {
  const failures = history.map(
    (event) =>
      attributesOf(event, 'activityTaskStartedEventAttributes')?.['lastFailure'] as
        | { applicationFailureInfo?: { type?: string }; timeoutFailureInfo?: { timeoutType?: string } }
        | null
        | undefined,
  );
  return {
    heldUp: failures.filter((failure) => failure?.applicationFailureInfo?.type === 'LeaseOver').length,
    heartbeatsMissed: failures.filter((failure) => /HEARTBEAT/.test(failure?.timeoutFailureInfo?.timeoutType ?? ''))
      .length,
  };
}
