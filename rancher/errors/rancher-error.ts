import type { Outcome } from '../outcomes';

/** What an error knows besides its message. Nothing here holds a key, a request body or a value of a service. */
export interface RancherErrorDetails {
  /** Method and path only: "POST /v2-beta/projects/1a5/services/1s2/?action=upgrade". Missing where nothing was asked. */
  readonly request?: string | undefined;
  /** The HTTP status of the reply. */
  readonly status?: number | undefined;
  /** Rancher's own `code` ("ActionNotAvailable"), or the system's ("ECONNREFUSED"). */
  readonly code?: string | undefined;
  /** Rancher's `fieldName`: the field it objects to; for some codes a whole sentence. */
  readonly fieldName?: string | undefined;
  /** Rancher's `message` and `detail`, bounded. */
  readonly detail?: string | undefined;
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMillis?: number | undefined;
  readonly cause?: unknown;
}

/** Everything that the Rancher client throws on purpose. Branch on `outcome` (see `outcomes.ts`) or on the class. */
export abstract class RancherError extends Error {
  abstract readonly outcome: Outcome;
  readonly request: string | undefined;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly fieldName: string | undefined;
  readonly detail: string | undefined;
  readonly retryAfterMillis: number | undefined;

  constructor(message: string, details: RancherErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.request = details.request;
    this.status = details.status;
    this.code = details.code;
    this.fieldName = details.fieldName;
    this.detail = details.detail;
    this.retryAfterMillis = details.retryAfterMillis;
  }
}
