import { redactor } from '../../rancher/redact';

const redact = redactor(['correct horse "battery"', 'abc', 'correct horse']);

test.each([
  ['in clear', 'it says correct horse "battery" there', 'it says [redacted] there'],
  ['a part that is a secret itself', 'it says correct horse there', 'it says [redacted] there'],
  ['in JSON', 'it says "correct horse \\"battery\\""', 'it says "[redacted]"'],
  ['in a URL', 'q=correct%20horse%20%22battery%22&', 'q=[redacted]&'],
  ['in HTML', '<b>correct horse &quot;battery&quot;</b>', '<b>[redacted]</b>'],
  ['cut off at the end', 'it says correct ho', 'it says [redacted]'],
  ['cut off at the end, with dots', 'it says correct ho...', 'it says [redacted]...'],
  ['the same in the middle, which nobody cut off', 'correct hooks', 'correct hooks'],
  ['too little to tell', 'it is corre', 'it is corre'],
  ['a short secret', 'abc', 'abc'],
])('%s', (_, text, shown) => {
  expect(redact(text)).toBe(shown);
});

test('takes out two that overlap, whichever way they are repeated', () => {
  const [one, other] = ['\\\\0000000000000000', '0000000000000000\\\\'];
  expect(redactor([one, other])(`see ${one}${other} and ${other}${one} there`)).toBe(
    'see [redacted] and [redacted] there',
  );
});
