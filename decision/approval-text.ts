/** What an approval says: everything that its signature covers, but for the key. */
export interface ApprovalContent {
  readonly decision: 'approve' | 'reject';
  /** What is decided about: this run of a pipeline and this stage, and no other. */
  readonly subject: string;
  /** Who decides, as the approval names the person; not compared in any looser way. */
  readonly person: string;
  /** Until when it may be used, milliseconds since the epoch. */
  readonly expiresMillis: number;
}

/** The parts of a token. */
export interface ApprovalToken {
  readonly keyId: string;
  readonly expiresMillis: number;
  /** 32 bytes, base64url without padding. */
  readonly mac: string;
}

/** What a key is called: a part of tokens, so that a worker knows with which of its keys to verify. */
export const KEY_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

const VERSION = 'v1';
const TOKEN = /^v1\.([A-Za-z0-9_-]{1,64})\.(0|[1-9]\d{0,15})\.([A-Za-z0-9_-]{43})$/;

/**
 * The text that is signed. A JSON list: what stands in one of its parts cannot be read as a part of another, and characters that UTF-8 has no
 * bytes for are escaped.
 */
export function approvalText({ decision, subject, person, expiresMillis }: ApprovalContent): string {
  return JSON.stringify(['drover approval', VERSION, decision, subject, person, expiresMillis]);
}

/** `v1.<keyId>.<expiryMillis>.<mac>` */
export function tokenText({ keyId, expiresMillis, mac }: ApprovalToken): string {
  return [VERSION, keyId, expiresMillis, mac].join('.');
}

/** The parts of a token; null where it has not the form of one. */
export function parseToken(text: string): ApprovalToken | null {
  const [, keyId, expires, mac] = TOKEN.exec(text) ?? [];
  if (keyId === undefined || mac === undefined || !Number.isSafeInteger(Number(expires))) return null;
  return { keyId, expiresMillis: Number(expires), mac };
}
