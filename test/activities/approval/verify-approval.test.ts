import { verifyApproval } from '../../../activities/approval/verify-approval';
import { signApproval } from '../../../client/approval/sign-approval';
import type { ApprovalContent } from '../../../decision/approval-text';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const KEY = { id: 'ci', secret: 'canary-0123456789abcdef0123456789' };
const NEW_KEY = { id: 'ci-2', secret: 'canary-fedcba9876543210fedcba9876' };
const KEYS = new Map([KEY, NEW_KEY].map(({ id, secret }) => [id, secret]));
const CONTENT: ApprovalContent = {
  decision: 'approve',
  subject: 'pipeline/storefront/r1/prod',
  person: 'jane',
  expiresMillis: NOW + 60_000,
};
const NO_FIT = 'its signature does not fit what is approved, by whom and until when, with the key ci';
const token = signApproval(CONTENT, KEY);

function whyNot(given: string, content: Omit<ApprovalContent, 'expiresMillis'> = CONTENT, now = NOW): string {
  const verified = verifyApproval(given, content, KEYS, now);
  const why = verified.valid ? 'it is valid' : verified.why;
  expect(why).not.toContain('canary');
  expect(why).not.toContain(token.split('.').at(-1));
  return why;
}

describe('a signed approval', () => {
  test('holds for what was signed, until it expires', () => {
    const expected = { valid: true, keyId: 'ci', expiresMillis: NOW + 60_000 };
    expect(verifyApproval(token, CONTENT, KEYS, NOW)).toEqual(expected);
    expect(verifyApproval(token, CONTENT, KEYS, NOW + 59_999)).toEqual(expected);
    expect(whyNot(token, CONTENT, NOW + 60_000)).toBe('it expired at 2026-11-25T12:01:00.000Z');
  });

  test('holds with each of several keys, so that they can be rotated', () => {
    expect(verifyApproval(signApproval(CONTENT, NEW_KEY), CONTENT, KEYS, NOW)).toMatchObject({ keyId: 'ci-2' });
    expect(verifyApproval(token, CONTENT, new Map([[NEW_KEY.id, NEW_KEY.secret]]), NOW)).toEqual({
      valid: false,
      why: 'no key with the id ci is known; known here: ci-2',
    });
    expect(verifyApproval(token, CONTENT, new Map(), NOW)).toEqual({
      valid: false,
      why: 'no key with the id ci is known; there is none here',
    });
  });

  test('is the one that another program made', () => {
    // Python: hmac.new(secret, text, sha256), base64.urlsafe_b64encode
    expect(token).toBe('v1.ci.1795608060000.dDx_sBSzF-8KX0JS54Hu1pr6BlCkbwzrH4Sc5Ypx-YU');
  });

  test.each<[string, Partial<ApprovalContent>]>([
    ['the other decision', { decision: 'reject' }],
    ['another stage: it cannot be used twice', { subject: 'pipeline/storefront/r1/prod-b' }],
    ['the same stage of another run', { subject: 'pipeline/storefront/r2/prod' }],
    ['a stage that only begins alike', { subject: 'pipeline/storefront/r1/pro' }],
    ['another person', { person: 'joe' }],
    ['a person in other letters', { person: 'Jane' }],
    ['a person with white space', { person: 'jane ' }],
  ])('does not hold for %s', (_what, change) => {
    expect(whyNot(token, { ...CONTENT, ...change })).toContain(NO_FIT);
  });

  test('does not hold with another expiry than the one that was signed', () => {
    const later = token.replace(String(NOW + 60_000), String(NOW + 3_600_000));
    expect(later).not.toBe(token);
    expect(whyNot(later)).toContain(NO_FIT);
  });

  test('does not hold under the id of another key, or with another secret', () => {
    expect(whyNot(token.replace('v1.ci.', 'v1.ci-2.'))).toContain('with the key ci-2');
    expect(whyNot(signApproval(CONTENT, { ...KEY, secret: `${KEY.secret}x` }))).toContain(NO_FIT);
  });

  test('does not hold with any one character changed, the last one included', () => {
    const begin = token.lastIndexOf('.') + 1;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    let tried = 0;
    for (let at = begin; at < token.length; at += 1)
      for (const character of alphabet) {
        if (character === token[at]) continue;
        tried += 1;
        const changed = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
        expect(verifyApproval(changed, CONTENT, KEYS, NOW)).toMatchObject({ valid: false });
      }
    expect(tried).toBe(43 * 63);
  });

  test.each(['', 'yes', 'v1.ci.1', `v2${token.slice(2)}`, `${token}A`, `${token}=`, ` ${token}`, token.slice(0, -1)])(
    'is no token: %j',
    (given) => {
      expect(whyNot(given)).toMatch(/^it is no token of an approval; one has the form v1\.<key id>/);
    },
  );
});
