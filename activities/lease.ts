import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { failure } from './classify-failure';
import { handedOverAt } from './standstill';

/**
 * An attempt's claim to act: while its heartbeats reach Temporal, nobody else is given the same work. A worker that was frozen (a
 * suspended machine, a stopped process) wakes up not knowing that another attempt took over; so time is measured on the process's own
 * monotonic clock, and nothing is sent when the answer could come after the claim has ended.
 */
export interface Lease {
  /**
   * Throws when the claim could end while a request is under way. Called right before each action.
   * @param requestMillis the longest time that the request may take
   */
  assertHeldFor(requestMillis: number): void;
}

/** How often a heartbeat is sent within its time-out. */
const BEATS = 4;
/** How long the SDK may hold a heartbeat back (the worker's `maxHeartbeatThrottleInterval`), milliseconds. */
const THROTTLE_MILLIS = 1_000;

/** Runs an activity's body under heartbeats. */
export async function withLease<T>(body: (lease: Lease, signal: AbortSignal) => Promise<T>): Promise<T> {
  const { heartbeatTimeoutMs, startToCloseTimeoutMs } = activityInfo();
  // The SDK says 0 where there is none.
  const heartbeatLimit = heartbeatTimeoutMs || Infinity;
  const started = handedOverAt();
  // That it was handed over counts as the first one, for Temporal too: another call for each short activity would tell nothing.
  let lastBeat = started;
  let isLost = false;
  const beat = (): void => {
    const now = performance.now();
    // A process that was frozen beats first thing when it wakes; by then somebody else may have been given the work for good.
    isLost ||= now - lastBeat > heartbeatLimit - THROTTLE_MILLIS;
    lastBeat = now;
    heartbeat();
  };
  const timer = heartbeatLimit === Infinity ? undefined : setInterval(beat, Math.max(100, heartbeatLimit / BEATS));
  try {
    return await body(
      {
        assertHeldFor: (requestMillis) => {
          const now = performance.now();
          const leftOfBeat = heartbeatLimit - (now - lastBeat) - THROTTLE_MILLIS;
          const leftOfAttempt = (startToCloseTimeoutMs || Infinity) - (now - started);
          if (!isLost && Math.min(leftOfBeat, leftOfAttempt) > requestMillis) return;
          throw failure(
            'LeaseOver',
            'this attempt was held up for so long that another one may have taken over: nothing was sent',
          );
        },
      },
      cancellationSignal(),
    );
  } finally {
    clearInterval(timer);
  }
}
