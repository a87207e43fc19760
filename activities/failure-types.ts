/**
 * Names under which an expected failure of an activity reaches the workflow. They are part of every history: never rename one.
 *
 * `retry` tells whether the same activity may succeed later by itself.
 */
export const FAILURE_TYPES = {
  /** No answer, or none from Rancher: it, its proxy or the network is in trouble. */
  RancherUnreachable: { retry: true },
  /** The same before the first attempt of an action sent anything: certainly nothing happened, and the workflow prepares it anew. */
  Unsent: { retry: false },
  /** Sent, and no answer: it may have happened, or still be under way. The workflow waits that out, and reads. */
  UnknownOutcome: { retry: false },
  /** The attempt's own time is nearly over: nothing was sent. */
  LeaseOver: { retry: true },
  /** Something is being made or removed, and what was asked for can only be done when that is over. */
  NotYet: { retry: true },
  /** What was to be made is there already, and was made by somebody else. */
  AlreadyThere: { retry: false },
  /** Somebody's webhook did not take an event. */
  NotDelivered: { retry: true },
  Unauthorised: { retry: false },
  Forbidden: { retry: false },
  NotPermitted: { retry: false },
  NotFound: { retry: false },
  Invalid: { retry: false },
  Configuration: { retry: false },
} as const;

export type FailureType = keyof typeof FAILURE_TYPES;
