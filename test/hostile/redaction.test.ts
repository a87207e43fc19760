import * as fc from 'fast-check';
import { configuredValues } from '../../rancher/configured-values';
import { InvalidSettingError } from '../../rancher/errors/invalid-setting-error';
import { RancherClient } from '../../rancher/rancher-client';
import { MOST_SECRETS, redactor } from '../../rancher/redact';
import { LIMIT_MILLIS, runs } from './runs';

/** What Rancher and its proxies say. */
const SENTENCES: readonly string[] = [
  'Waiting: healthy [container:1i42]',
  'Expected state running but got error: container production-web-1 cannot be started',
  'Error response from daemon: manifest for example/web:2 not found',
  'Timeout getting IP address of the instance; the scheduler is inactive',
];

test('a short value that is a part of common words leaves them whole, and is hidden where it stands alone', () => {
  const values = ['cont', 'prod', 'heal', 'erro', 'chedule', 'state1', 'time', 'sche', 'star', 'mani'];
  const redact = redactor(values);
  for (const sentence of SENTENCES) expect(redact(sentence)).toBe(sentence);
  for (const value of values) {
    expect(redact(`the password is ${value}.`)).toBe('the password is [redacted].');
    expect(redact(`{"password":"${value}"}`)).toBe('{"password":"[redacted]"}');
  }
});

test('values of fewer than four characters mangle nothing', () => {
  const redact = redactor(['1', 'a', 'on', 'web', '', ' ', '42]', 'g e']);
  for (const sentence of SENTENCES) expect(redact(sentence)).toBe(sentence);
});

test(
  'a secret of any content is found in every form in which it is written; what is not secret stays as it is',
  () => {
    const odd = fc.string({
      unit: fc.constantFrom(
        '"',
        '\\',
        '&',
        '<',
        '>',
        "'",
        '%',
        '+',
        ' ',
        '\n',
        '\t',
        'é',
        '$',
        '{',
        '.',
        '*',
        '(',
        '[',
        '\ud83d\ude00',
      ),
      maxLength: 6,
    });
    const core = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 16, maxLength: 24 });
    const secret = fc.tuple(odd, core, odd).map((parts) => parts.join(''));
    const forms: readonly ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text),
      (text) => encodeURIComponent(text),
      (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
      (text) => `${text.slice(0, -3)}…`,
      (text) => text.repeat(3),
    ];
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...forms),
        fc.constantFrom(...SENTENCES),
        (secrets, form, sentence) => {
          const redact = redactor(secrets);
          expect(redact(sentence)).toBe(sentence);
          for (const one of secrets) {
            const shown = redact(`${sentence} ${form(one)}`);
            expect(shown.startsWith(sentence)).toBe(true);
            expect(shown).not.toContain((/[0-9a-f]{16,}/.exec(one)?.[0] ?? '').slice(0, 12));
          }
        },
      ),
      runs(500),
    );
  },
  LIMIT_MILLIS,
);

test('more secrets than any service has: nothing is shown, at once', () => {
  const values = Array.from({ length: 300_000 }, (_, index) => `secret number ${index}`);
  expect(redactor(values)('the password is secret number 299999')).toBe('[redacted]');
  const found = configuredValues({
    launchConfig: { environment: Object.fromEntries(values.map((value) => [value, value])) },
  });
  expect(found).toHaveLength(MOST_SECRETS + 1);
});

test('a text of any length is cut to what can be looked at', () => {
  expect(redactor(['a longer secret'])('x'.repeat(50_000_000)).length).toBeLessThan(30_000);
});

test(
  'a key of any content is taken, or refused without being repeated',
  () => {
    const count = { taken: 0, refused: 0 };
    const key = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      fc.constantFrom('', ' ', 'a:b', 'k\n', '\ufeffk', 'é'.repeat(1000)),
    );
    fc.assert(
      fc.property(key, key, (accessKey, secretKey) => {
        try {
          new RancherClient({ url: 'http://127.0.0.1:1', accessKey, secretKey }).close();
          count.taken += 1;
        } catch (error) {
          if (!(error instanceof InvalidSettingError)) throw error;
          count.refused += 1;
          for (const one of [accessKey, secretKey]) if (one.trim().length > 3) expect(error.message).not.toContain(one);
        }
      }),
      runs(500),
    );
    expect(Math.min(count.taken, count.refused)).toBeGreaterThan(30);
  },
  LIMIT_MILLIS,
);
