import { approvalText, parseToken, tokenText } from '../../decision/approval-text';
import type { ApprovalContent } from '../../decision/approval-text';

const CONTENT: ApprovalContent = {
  decision: 'approve',
  subject: 'pipeline/storefront/r1/prod',
  person: 'jane',
  expiresMillis: 1_796_000_000_000,
};
const MAC = 'A'.repeat(42) + 'Q';

describe('the text that is signed', () => {
  test('is the one that other programs may make too', () => {
    expect(approvalText(CONTENT)).toBe(
      '["drover approval","v1","approve","pipeline/storefront/r1/prod","jane",1796000000000]',
    );
  });

  test('no two contents have one text, wherever quotes, commas, brackets and odd characters stand', () => {
    const parts = [
      '',
      'a',
      'b',
      '"',
      ',',
      '","',
      '","jane",1',
      '\\',
      '\\"',
      ']',
      '\u0000',
      '\ud800',
      '\ufffd',
      'é',
      'e\u0301',
      '1',
      ' ',
    ];
    const texts = (['approve', 'reject'] as const).flatMap((decision) =>
      parts.flatMap((subject) =>
        parts.flatMap((person) =>
          [0, 1, 11].map((expiresMillis) => approvalText({ decision, subject, person, expiresMillis })),
        ),
      ),
    );
    expect(new Set(texts.map((text) => Buffer.from(text, 'utf8').toString('hex'))).size).toBe(
      2 * parts.length * parts.length * 3,
    );
  });
});

describe('a token', () => {
  test('is read as it was written', () => {
    const parts = { keyId: 'ci-2026_1', expiresMillis: 1_796_000_000_000, mac: MAC };
    expect(tokenText(parts)).toBe(`v1.ci-2026_1.1796000000000.${MAC}`);
    expect(parseToken(tokenText(parts))).toEqual(parts);
  });

  test.each([
    ['nothing', ''],
    ['words', 'approved by jane'],
    ['another version', `v2.key.1.${MAC}`],
    ['no key', `v1..1.${MAC}`],
    ['a key with a dot', `v1.a.b.1.${MAC}`],
    ['a key that is too long', `v1.${'k'.repeat(65)}.1.${MAC}`],
    ['no expiry', `v1.key..${MAC}`],
    ['a negative expiry', `v1.key.-1.${MAC}`],
    ['an expiry with a zero before it', `v1.key.01.${MAC}`],
    ['an expiry in another form', `v1.key.1e3.${MAC}`],
    ['an expiry that no number holds', `v1.key.9999999999999999.${MAC}`],
    ['no signature', 'v1.key.1.'],
    ['a signature that is too short', `v1.key.1.${MAC.slice(1)}`],
    ['a signature that is too long', `v1.key.1.${MAC}A`],
    ['padding', `v1.key.1.${MAC}=`],
    ['the other alphabet', `v1.key.1.+${MAC.slice(1)}`],
    ['white space before', ` v1.key.1.${MAC}`],
    ['a line break after', `v1.key.1.${MAC}\n`],
  ])('with %s is none', (_what, text) => {
    expect(parseToken(text)).toBeNull();
  });
});
