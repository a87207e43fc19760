/**
 * What can come of one request to Rancher, and what each outcome means for whoever thinks of sending it again.
 *
 * - `sent`: whether the request reached a server ("maybe": the connection stood when it was lost).
 * - `effect`: whether a mutation (an action) may have happened nevertheless. "none": surely not. Rancher refuses
 *   before it writes anything, so each answer in its own words has no effect; a gateway's 5xx, HTML or a cut reply says
 *   nothing of what happened behind it.
 * - `retryRead`: whether the same read can succeed later without anybody changing anything.
 * - `retryMutation`: "freely": it may be sent again as it is; "after-a-read": only when a fresh read shows that it is
 *   still wanted and did not happen; "never": it would be answered the same.
 *
 * An error that was raised before any request (a bad image reference, say) is `invalid` and carries no `request`.
 */
export const OUTCOMES = {
  'not-sent': {
    sent: 'no',
    effect: 'none',
    retryRead: true,
    retryMutation: 'freely',
    meaning:
      'no connection was made (name, port, route or TLS), or it was called off or held back before: Rancher saw nothing',
  },
  'unknown-outcome': {
    sent: 'maybe',
    effect: 'unknown',
    retryRead: true,
    retryMutation: 'after-a-read',
    meaning: 'the request was on its way when the time was up or the connection broke: it may or may not have happened',
  },
  'refused-by-state': {
    sent: 'yes',
    effect: 'none',
    retryRead: true,
    retryMutation: 'after-a-read',
    meaning: 'Rancher does not offer this action in the present state of the service (422 ActionNotAvailable)',
  },
  invalid: {
    sent: 'yes',
    effect: 'none',
    retryRead: false,
    retryMutation: 'never',
    meaning: 'what was asked is not acceptable: by Rancher (400, 422), or by Drover before sending it',
  },
  'not-permitted': {
    sent: 'yes',
    effect: 'none',
    retryRead: false,
    retryMutation: 'never',
    meaning: 'this key may not do it (422 InvalidAction: a read-only key)',
  },
  unauthorised: {
    sent: 'yes',
    effect: 'none',
    retryRead: false,
    retryMutation: 'never',
    meaning: 'the key is not accepted (401)',
  },
  'key-changing': {
    sent: 'yes',
    effect: 'none',
    retryRead: true,
    retryMutation: 'after-a-read',
    meaning: 'the key is not accepted any more (401), and another one is expected: it is being replaced',
  },
  forbidden: {
    sent: 'yes',
    effect: 'none',
    retryRead: false,
    retryMutation: 'never',
    meaning: 'the key may not see this environment, or it does not exist (403)',
  },
  'not-found': {
    sent: 'yes',
    effect: 'none',
    retryRead: false,
    retryMutation: 'never',
    meaning: 'what was named does not exist, or the name fits several (404, or a lookup by name)',
  },
  throttled: {
    sent: 'yes',
    effect: 'none',
    retryRead: true,
    retryMutation: 'after-a-read',
    meaning: 'too many requests (429): come back after `retryAfterMillis`',
  },
  'server-trouble': {
    sent: 'yes',
    effect: 'unknown',
    retryRead: true,
    retryMutation: 'after-a-read',
    meaning: 'Rancher or a gateway before it is in trouble (5xx): what was sent may have happened',
  },
  'not-rancher': {
    sent: 'yes',
    effect: 'unknown',
    retryRead: true,
    retryMutation: 'after-a-read',
    meaning: 'something answered that does not speak as Rancher (HTML, a redirect, no JSON, another shape, too large)',
  },
} as const satisfies Record<string, OutcomeMeaning>;

/** What one outcome means; the fields are explained at {@link OUTCOMES}. */
export interface OutcomeMeaning {
  readonly sent: 'no' | 'maybe' | 'yes';
  readonly effect: 'none' | 'unknown';
  readonly retryRead: boolean;
  readonly retryMutation: 'freely' | 'after-a-read' | 'never';
  readonly meaning: string;
}

/** The name of an outcome. */
export type Outcome = keyof typeof OUTCOMES;
