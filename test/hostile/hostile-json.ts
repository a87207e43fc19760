import * as fc from 'fast-check';

/** Values that break what reads them carelessly, as JSON text. */
const ODD: readonly string[] = [
  ...['null', 'true', '0', '-0', '-1', '1e400', '-1e-999', '9007199254740993', '1.0', '""', '[]', '{}', '[[]]'],
  ...['"\\ud800"', '"\\u0000"', '"\\u001b[2J\\r\\n"', '"\\u202e"', '"constructor"', '"__proto__"', '"removed"', '".."'],
  ...[
    '{"__proto__":{"id":"1s2"}}',
    '{"constructor":1,"toString":"x","valueOf":null,"hasOwnProperty":[]}',
    '[null,1,"x",{}]',
  ],
  ...[
    `"${'x'.repeat(5000)}"`,
    `${'['.repeat(150)}${']'.repeat(150)}`,
    '{"length":4294967295}',
    '"2026-01-01T00:00:00Z"',
  ],
];

/** JSON text of anything, the odd above all. */
export const anyJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
);

/** One change of an object: a field that is left out, replaced, or stands twice. */
const change = (names: readonly string[]): fc.Arbitrary<readonly [string, 'drop' | 'replace' | 'twice', string]> =>
  fc.tuple(fc.constantFrom(...names, '__proto__', 'constructor'), fc.constantFrom('drop', 'replace', 'twice'), anyJson);

/** JSON text of an object in which up to three fields are not what they should be. */
export function mutated(object: Readonly<Record<string, unknown>>): fc.Arbitrary<string> {
  const names = Object.keys(object);
  return fc.array(change(names), { maxLength: 3 }).map((changes) => {
    const fields = new Map(Object.entries(object).map(([name, value]) => [name, [JSON.stringify(value)]]));
    for (const [name, how, value] of changes) {
      if (how === 'drop') fields.delete(name);
      else if (how === 'replace') fields.set(name, [value]);
      else fields.set(name, [...(fields.get(name) ?? []), value]);
    }
    const written = [...fields].flatMap(([name, values]) => values.map((value) => `${JSON.stringify(name)}:${value}`));
    return `{${written.join(',')}}`;
  });
}
