import { parseSigningKey, signApproval } from '../../../client/approval/sign-approval';
import type { ApprovalContent } from '../../../decision/approval-text';
import { problemsOf } from '../input/problems-of';

const SECRET = 'canary-0123456789abcdef0123456789';
const CONTENT: ApprovalContent = {
  decision: 'approve',
  subject: 's',
  person: 'jane',
  expiresMillis: 1_796_000_000_000,
};

describe('signing an approval', () => {
  test('makes a token that does not show the secret', () => {
    const token = signApproval(CONTENT, { id: 'ci', secret: SECRET });
    expect(token).toMatch(/^v1\.ci\.1796000000000\.[A-Za-z0-9_-]{43}$/);
    expect(token).not.toContain('canary');
  });

  test('is the same each time', () => {
    const key = { id: 'ci', secret: SECRET };
    expect(signApproval({ ...CONTENT }, key)).toBe(signApproval(CONTENT, key));
  });

  test.each<[string, Partial<ApprovalContent>, string]>([
    ['no time', { expiresMillis: NaN }, 'the expiry: it is no time'],
    ['half a millisecond', { expiresMillis: 1.5 }, 'the expiry: it is no time'],
    ['nobody', { person: ' ' }, 'the person: nobody is named'],
    ['nothing', { subject: '' }, 'the subject: nothing is named'],
  ])('is refused for %s', (_what, change, expected) => {
    const found = problemsOf(() => signApproval({ ...CONTENT, ...change }, { id: 'ci', secret: SECRET }));
    expect(found.map(({ where, text }) => `${where}: ${text}`)).toEqual([expected]);
  });
});

describe('a signing key', () => {
  test.each([`ci:${SECRET}`, `ci:${SECRET}\n`, `  ci:${SECRET}\r\n`])('is read from %j', (text) => {
    expect(parseSigningKey(text, 'key.txt')).toEqual({ id: 'ci', secret: SECRET });
  });

  test('may have colons in its secret', () => {
    expect(parseSigningKey(`ci:${SECRET}:x`, 'key.txt').secret).toBe(`${SECRET}:x`);
  });

  test.each([
    ['', 'it is no key: there is no ":" in it'],
    [SECRET, 'it is no key: there is no ":" in it'],
    [`:${SECRET}`, 'what stands before the ":" cannot be the id of a key'],
    [`my key:${SECRET}`, 'what stands before the ":" cannot be the id of a key'],
    ['ci:canary', 'the secret has 6 characters; it must have 32 at least'],
    [`ci:${SECRET}\nci-2:${SECRET}`, 'it has more than one line'],
  ])('is not read from %j, which is not repeated', (text, expected) => {
    const found = problemsOf(() => parseSigningKey(text, 'key.txt'));
    expect(found.map((problem) => `${problem.where}: ${problem.text}`)).toEqual([`key.txt: ${expected}`]);
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});
