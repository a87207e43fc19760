import * as fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { ExcessiveJsonError, isJsonObject, ownValue, parseJson, stringifyJson } from '../../rancher/json';
import { read, render, tree } from './json-tree';

describe('JSON of Rancher', () => {
  it('is written as the very value that was read, numbers by their text', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const written = stringifyJson(parseJson(render(value)));
        expect(render(read(written), true)).toBe(render(value, true));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['1.0', '-0', '1e400', '1E5', '9007199254740993', '0.1', '1.10', '-1e-999'])(
    'keeps %s in its own digits',
    (digits) => {
      expect(parseJson(digits)).toBeInstanceOf(LosslessNumber);
      expect(stringifyJson(parseJson(`{"a":[${digits}]}`))).toBe(`{"a":[${digits}]}`);
    },
  );

  it.each([0, 1, -7, 1795439523000, Number.MAX_SAFE_INTEGER])(
    'reads the safe integer %d as a plain number',
    (value) => {
      expect(parseJson(String(value))).toBe(value);
    },
  );

  it('keeps a key __proto__ as an own key and touches no prototype', () => {
    const value = parseJson('{"__proto__":{"polluted":true},"b":1}');
    expect(isJsonObject(value) && Object.keys(value)).toEqual(['__proto__', 'b']);
    expect(isJsonObject(value) && ownValue(value, 'polluted')).toBeUndefined();
    expect(isJsonObject(value) && ownValue(value, 'constructor')).toBeUndefined();
    expect(stringifyJson(value)).toBe('{"__proto__":{"polluted":true},"b":1}');
  });

  it('says where a text is not JSON, and quotes nothing of it', () => {
    expect(() => parseJson('{"environment":{"PASSWORD":hunter2}}')).toThrow(/^not valid JSON at position 27$/);
    expect(() => parseJson('{"PASSWORD":"hunter2')).toThrow(/^not valid JSON at position \d+$/);
    expect(() => parseJson('')).toThrow(SyntaxError);
  });

  it('takes what JSON.parse takes, and nothing else; a key that stands twice must say the same twice', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '\\',
        '\\u00e9',
        '\\x',
        '\t',
        '\n',
        ' ',
        '\u00a0',
        '\0',
        '-',
        '0',
        '01',
        '1.5',
        '.5',
      ],
      ...['1e5', '1.', 'true', 'nul', 'null', 'NaN', 'é', '\ud83d\ude00', '\ufeff', '"\\ud800"', '""', '//', "'a'"],
    );
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.nat(3), piece)
      .map(
        ([text, at, cut, more]) =>
          text.slice(0, at % (text.length + 1)) + more + text.slice((at % (text.length + 1)) + cut),
      );
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      broken,
    );
    const read = (parse: (text: string) => unknown, text: string): unknown => {
      try {
        return { value: parse(text) };
      } catch {
        return 'refused';
      }
    };
    let taken = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const ours = read((one) => JSON.parse(stringifyJson(parseJson(one))) as unknown, text);
        const theirs = read(JSON.parse, text);
        if (ours !== 'refused') taken += 1;
        if (ours === 'refused' && /(".*?":).*\1/s.test(text)) return;
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(200);
    expect(parseJson('{"a":1,"b":2,"a":1}')).toEqual({ a: 1, b: 2 });
    expect(() => parseJson('{"a":1,"a":2}')).toThrow('not valid JSON at position 7');
  });

  it('refuses more than can be held', () => {
    expect(() => parseJson(`[${'0,'.repeat(2_000_000)}0]`)).toThrow(ExcessiveJsonError);
    expect(() => parseJson(`${'['.repeat(202)}${']'.repeat(202)}`)).toThrow(ExcessiveJsonError);
    expect(parseJson(`${'['.repeat(200)}${']'.repeat(200)}`)).toHaveLength(1);
  });

  it('survives a text that is nested deeper than the stack', () => {
    expect(() => parseJson('['.repeat(200_000))).toThrow(SyntaxError);
  });
});
