import * as fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { isJsonObject, ownValue, parseJson, stringifyJson } from '../../rancher/json';
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

  it('survives a text that is nested deeper than the stack', () => {
    expect(() => parseJson('['.repeat(200_000))).toThrow(SyntaxError);
  });
});
