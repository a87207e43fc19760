import * as fc from 'fast-check';
import { stringify } from 'yaml';

/** Stands where only the place of a secret may stand, in every form that people try: no message may repeat it. */
export const CANARY = 'c0ffee17c0ffee17c0ffee17';

const RANCHER = { url: 'https://rancher.example.com', accessKey: { env: 'KEY' }, secretKey: { file: 'secret' } };
const VALID = {
  temporal: { address: '127.0.0.1:7233', namespace: 'default', webUrl: 'http://127.0.0.1:8233' },
  rancher: { ...RANCHER, ca: 'ca.pem' },
  defaults: {
    onPending: 'rollback',
    batchSize: 2,
    batchInterval: '2s',
    startFirst: true,
    stallLimit: '10m',
    soak: '0s',
  },
  environments: {
    prod: {
      project: 'Production',
      policy: { timeout: '1h', maxRounds: 3 },
      variables: { db: { env: 'DB' } },
      labels: true,
    },
    qa: { rancher: { url: 'http://qa/v2-beta/projects/1a7' }, policy: { pollMin: '1s', pollMax: '5s' } },
  },
  worker: { environments: ['prod'], maxCachedWorkflows: 10, shutdownGraceTime: '30s', digestSecret: { env: 'DIGEST' } },
};

/** Values of every kind that does not belong there, as YAML in one line. */
const ODD: readonly string[] = [
  ...[
    'null',
    '~',
    'true',
    'yes',
    '0',
    '-1',
    '1e400',
    '-.inf',
    '.nan',
    '0x7fffffffffffffff',
    '9007199254740993',
    '1_000',
  ],
  ...[
    '""',
    '" "',
    "''",
    '[]',
    '{}',
    '[[[[[]]]]]',
    '{toString: 1}',
    '{__proto__: {a: 1}}',
    '{constructor: {prototype: 1}}',
  ],
  ...[
    '{valueOf: 1, toString: 2}',
    '{length: 4294967295}',
    '2026-01-01',
    '!!binary aGVsbG8=',
    '!!set {a, b}',
    '!tag x',
    '&a [*a]',
  ],
  ...[
    '*nowhere',
    '<<',
    '{<<: 1}',
    '"\\u001b[2J"',
    '"\\u202e"',
    '"\\0"',
    '"\\ud800"',
    '99999999999d',
    '1e99s',
    '-5s',
    '5',
    '1.5.5s',
  ],
  ...[
    'https://u:p@h/',
    'http://[',
    'javascript:alert(1)',
    '/',
    '..',
    `"${'x'.repeat(3000)}"`,
    `[${'a, '.repeat(500)}]`,
  ],
];

/** Pieces of text that break YAML, or that break what reads it. */
const PIECES: readonly string[] = [
  ...[
    '\t',
    '\r',
    '\0',
    '\ufeff',
    '\u2028',
    '\u001b[2J',
    ':',
    ': ',
    '- ',
    '? ',
    '---\n',
    '...\n',
    '%YAML 9.9\n',
    '#',
    '&a ',
    '*a ',
    '!x ',
  ],
  ...['"', "'", '`', '@', '|', '>', '{', '}', '[', ']', ',', '<<: *a\n', '\n', '  ', '\\', '{{', '[['],
  ...['__proto__: {x: 1}\n', 'environments: {}\n', '[[[[[[[[[[[[[[[[[[[[', '- - - - - - - - - - '],
];

/** A secret in clear, in the forms in which it is typed by mistake; YAML makes something else of many of them. */
const SECRETS: readonly string[] = [
  ...[
    'X',
    '"X"',
    "'X'",
    '*X',
    '&X',
    '!X',
    '!X y',
    '%X',
    '@X',
    '`X',
    '|X',
    '>X',
    '{X',
    '[X',
    '{X}',
    '[X]',
    '{env: X-}',
    '{X: 1}',
  ],
  ...[
    'X: y',
    '- X',
    '"X',
    "'X",
    '"\\X"',
    'X # c',
    '{env: *X}',
    '{file: !X x}',
    '? X',
    '{? {X: 1} : 2}',
    '? {X: 1}',
    '<<: X',
    '"a" X',
    '%X\n---',
  ],
];

type Path = readonly (string | number)[];
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))]
    : [path];

/** A good file with something else at a path, as text: the other value is put in as it is written. */
function withAt(valid: object, path: Path, value: string): string {
  const marker = 'marker0marker';
  const copy = JSON.parse(JSON.stringify(valid)) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = marker;
  return stringify(copy).replace(marker, () => value);
}

/** The text with pieces put in, or cut out, anywhere. */
const scribbled = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      texts,
      fc.array(fc.tuple(fc.nat(2000), fc.nat(8), fc.constantFrom(...PIECES)), { minLength: 1, maxLength: 4 }),
    )
    .map(([text, edits]) =>
      edits.reduce((rest, [at, cut, piece]) => {
        const from = at % (rest.length + 1);
        return rest.slice(0, from) + piece + rest.slice(from + cut);
      }, text),
    );

/**
 * Files of every kind but good ones: odd values, broken text, secrets in clear, and things that are no such file at all.
 *
 * @param valid a good one, as a plain value
 * @param placeOfSecrets the keys at whose places people type secrets
 * @param secret that they type
 */
export function mutationsOf(valid: object, placeOfSecrets: RegExp, secret: string): fc.Arbitrary<string> {
  const paths = pathsOf(valid).filter((path) => path.length > 0);
  const secretPaths = paths.filter((path) => placeOfSecrets.test(String(path.at(-1))));
  const atPath = (some: readonly Path[], values: readonly string[]): fc.Arbitrary<string> =>
    fc.tuple(fc.constantFrom(...some), fc.constantFrom(...values)).map(([path, value]) => withAt(valid, path, value));
  const secrets = atPath(
    secretPaths,
    SECRETS.map((form) => form.replace('X', secret)),
  );
  return fc.oneof(
    { weight: 4, arbitrary: atPath(paths, ODD) },
    { weight: 3, arbitrary: scribbled(fc.constant(stringify(valid))) },
    { weight: 3, arbitrary: secrets },
    { weight: 2, arbitrary: scribbled(secrets) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  );
}

/** Configurations of every kind but good ones. */
export const configurations: fc.Arbitrary<string> = mutationsOf(
  VALID,
  /^(accessKey|secretKey|digestSecret|db)$/,
  CANARY,
);

/** Files that are made to hurt: each is refused, or read, at once. */
export const BOMBS: Readonly<Record<string, string | Uint8Array>> = {
  'a billion laughs': 'a b c d e f g h i j'
    .split(' ')
    .map(
      (name, index, all) =>
        `${name}: &${name} [${Array.from({ length: 9 }, () => (index === 0 ? 'lol' : `*${all[index - 1] ?? ''}`)).join(',')}]`,
    )
    .join('\n'),
  'a billion merges': [
    'm0: &m0 {k: v}',
    ...Array.from({ length: 30 }, (_, index) => `m${index + 1}: &m${index + 1} {<<: [*m${index}, *m${index}]}`),
  ].join('\n'),
  'a mapping that holds itself': 'environments: &a {prod: *a}',
  'lists nested 20,000 deep': `environments: ${'['.repeat(20_000)}`,
  'mappings nested 20,000 deep': `environments: ${'{a: '.repeat(20_000)}${'}'.repeat(20_000)}`,
  'sequences nested 20,000 deep': '- '.repeat(20_000),
  'keys nested 20,000 deep': '? '.repeat(20_000),
  'tags without end': `rancher: ${'!a '.repeat(20_000)}`,
  '20,000 unknown keys': Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'),
  '20,000 environments': `environments: {${Array.from({ length: 20_000 }, (_, index) => `e${index}: {}`).join(', ')}}`,
  '20,000 times the same key': 'k: 1\n'.repeat(20_000),
  '20,000 open quotes': '"'.repeat(20_000),
  '20,000 tabs': 'a:\n\t'.repeat(20_000),
  'a line of a megabyte': `project: ${'x'.repeat(1_000_000)}`,
  'a key of a megabyte': `"${'x'.repeat(1_000_000)}": 1`,
  'more than a megabyte': '# comment\n'.repeat(200_000),
  'UTF-16': Buffer.from(`\ufeff${stringify(VALID)}`, 'utf16le'),
  'Latin-1': Buffer.from('rancher: { url: "https://rancher.example.com/\u00e9" }', 'latin1'),
  'NUL bytes': Buffer.alloc(1000),
  'a program': Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256),
};

/** A good one with a byte order mark and line ends as Windows has them. */
export const OF_WINDOWS = `\ufeff${stringify({ rancher: RANCHER, environments: { prod: {} } }).replaceAll('\n', '\r\n')}`;
