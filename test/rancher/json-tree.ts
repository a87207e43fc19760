import * as fc from 'fast-check';

/**
 * JSON as the tests see it: numbers by their text, objects as lists of entries. It shares nothing with the product's
 * reading and writing of JSON, so that it can tell when those lose something.
 */
export type Tree =
  | { readonly kind: 'plain'; readonly value: string | boolean | null }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Tree> };

export const plain = (value: string | boolean | null): Tree => ({ kind: 'plain', value });
export const object = (entries: Iterable<readonly [string, Tree]>): Tree => ({
  kind: 'object',
  entries: new Map(entries),
});
export const list = (items: readonly Tree[]): Tree => ({ kind: 'list', items });

/** The tree as JSON text; keys in their order, or sorted so that equal values have equal text. */
export function render(tree: Tree, sorted = false): string {
  switch (tree.kind) {
    case 'plain':
      return JSON.stringify(tree.value);
    case 'number':
      return tree.text;
    case 'list':
      return `[${tree.items.map((item) => render(item, sorted)).join(',')}]`;
    case 'object': {
      const entries = [...tree.entries];
      if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
      return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${render(value, sorted)}`).join(',')}}`;
    }
  }
}

/** Reads JSON text into a tree, numbers as they stand there. */
export function read(text: string): Tree {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{}:,]/gu) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const value = (): Tree => {
    const token = next();
    if (token === '{') {
      const entries = new Map<string, Tree>();
      while (tokens[at] !== '}') {
        const key = JSON.parse(next()) as string;
        next();
        entries.set(key, value());
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return { kind: 'object', entries };
    }
    if (token === '[') {
      const items: Tree[] = [];
      while (tokens[at] !== ']') {
        items.push(value());
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return { kind: 'list', items };
    }
    if (/^[-\d]/.test(token)) return { kind: 'number', text: token };
    return plain(JSON.parse(token) as string | boolean | null);
  };
  return value();
}

const ODD_NUMBERS = [
  '1.0',
  '-0',
  '0',
  '1e400',
  '-1E-400',
  '9007199254740993',
  '1.10',
  '123456789012345678901234567890',
  '5e+3',
  '0.1',
  '-1',
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'isLosslessNumber',
  'value',
  '',
  'ключ',
  '💥',
  'a.b',
  '10',
  '2',
];

const number = fc.oneof(
  fc.constantFrom(...ODD_NUMBERS),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => JSON.stringify(double)),
);

/** Keys: ordinary ones, and those that trip JavaScript up. */
export const key = fc.oneof(
  fc.constantFrom(...ODD_KEYS),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);

/** Texts of every alphabet, lone surrogates included. */
export const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '\ud800', '\u2028', '"\\/\b', 'a=b,c', '1.0', 'null'),
);

/** Any JSON value: nulls, nested lists, empty maps, huge numbers, odd keys. */
export const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(text, fc.boolean(), fc.constant(null)).map(plain),
    number.map((digits): Tree => ({ kind: 'number', text: digits })),
    fc.array(tie('tree'), { maxLength: 4 }).map(list),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map(object),
  ),
})).tree;
