import { createHmac } from 'node:crypto';
import { approvalText, KEY_ID_PATTERN, tokenText, type ApprovalContent } from '../../decision/approval-text';
import { InvalidInputError } from '../errors/invalid-input-error';

/** What an approval is signed with: the same secret as a worker has under the same id. */
export interface SigningKey {
  /** 1 to 64 letters, digits, `_` and `-`. */
  readonly id: string;
  readonly secret: string;
}

/** Characters; as many as `openssl rand -hex 32` makes. A worker takes fewer, but nobody types one. */
const LEAST_LENGTH = 32;
const MAKE = 'write one line, KEYID:SECRET, with a secret such as from: openssl rand -hex 32';

/**
 * A token that proves who decided: `v1.<keyId>.<expiryMillis>.<mac>`, an HMAC-SHA-256 over {@link approvalText}. It holds for this one decision
 * about this one subject, until it expires.
 *
 * @throws InvalidInputError where the content cannot be signed; the secret is in no error
 */
export function signApproval(content: ApprovalContent, key: SigningKey): string {
  const { expiresMillis, person, subject } = content;
  const refuse = (where: string, text: string, fix: string): never => {
    throw new InvalidInputError([{ where, text, fix }]);
  };
  if (!(Number.isSafeInteger(expiresMillis) && expiresMillis >= 0))
    refuse('the expiry', 'it is no time', 'give milliseconds since the epoch');
  if (person.trim() === '') refuse('the person', 'nobody is named', 'say who approves');
  if (subject === '') refuse('the subject', 'nothing is named', 'say what is approved');
  const mac = createHmac('sha256', key.secret).update(approvalText(content)).digest('base64url');
  return tokenText({ keyId: key.id, expiresMillis, mac });
}

/**
 * Reads a key from the text of its file: one line, `KEYID:SECRET`.
 *
 * @param where how messages call the file
 * @throws InvalidInputError where it is none; the text is in no error
 */
export function parseSigningKey(text: string, where: string): SigningKey {
  const line = text.trim();
  const at = line.indexOf(':');
  const [id, secret] = [line.slice(0, Math.max(0, at)), line.slice(at + 1)];
  const problem = (what: string): never => {
    throw new InvalidInputError([{ where, text: what, fix: MAKE }]);
  };
  if (line.includes('\n')) return problem('it has more than one line');
  if (at < 0) return problem('it is no key: there is no ":" in it');
  if (!KEY_ID_PATTERN.test(id)) return problem('what stands before the ":" cannot be the id of a key');
  if (secret.length < LEAST_LENGTH)
    return problem(`the secret has ${secret.length} characters; it must have ${LEAST_LENGTH} at least`);
  return { id, secret };
}
