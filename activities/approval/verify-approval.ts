import { createHmac, timingSafeEqual } from 'node:crypto';
import { approvalText, parseToken, type ApprovalContent } from '../../decision/approval-text';

/** Whether a signed approval holds. */
export type VerifiedApproval =
  | { readonly valid: true; readonly keyId: string; readonly expiresMillis: number }
  /** In words, without the token. */
  | { readonly valid: false; readonly why: string };

/**
 * Verifies the token of an approval against what the approval says. Keys are rotated by having the old and the new one for a while.
 *
 * @param content what was decided about what, and by whom; the expiry is the token's own
 * @param keys secrets by their ids
 * @param nowMillis milliseconds since the epoch
 */
export function verifyApproval(
  token: string,
  content: Omit<ApprovalContent, 'expiresMillis'>,
  keys: ReadonlyMap<string, string>,
  nowMillis: number,
): VerifiedApproval {
  const parts = parseToken(token);
  if (parts === null)
    return no('it is no token of an approval; one has the form v1.<key id>.<expiry in milliseconds>.<signature>');
  const { keyId, expiresMillis } = parts;
  const secret = keys.get(keyId);
  if (secret === undefined) {
    const known = keys.size === 0 ? 'there is none here' : `known here: ${[...keys.keys()].join(', ')}`;
    return no(`no key with the id ${keyId} is known; ${known}`);
  }
  const expected = createHmac('sha256', secret)
    .update(approvalText({ ...content, expiresMillis }))
    .digest();
  const given = Buffer.from(parts.mac, 'base64url');
  // The last character has two bits to spare: of four tokens with the same bytes only one is right.
  if (
    given.toString('base64url') !== parts.mac ||
    given.length !== expected.length ||
    !timingSafeEqual(given, expected)
  )
    return no(
      `its signature does not fit what is approved, by whom and until when, with the key ${keyId}: it was made for something else, with another secret, or it was changed`,
    );
  if (!(nowMillis < expiresMillis)) return no(`it expired at ${new Date(expiresMillis).toISOString()}`);
  return { valid: true, keyId, expiresMillis };
}

function no(why: string): VerifiedApproval {
  return { valid: false, why };
}
