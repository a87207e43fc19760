import { isNode, isScalar, visit, type Document, type Node, type YAMLError } from 'yaml';

/** One thing that is wrong with a YAML text, and where: an offset into it. */
export interface YamlProblem {
  readonly offset: number;
  readonly text: string;
  readonly fix: string;
  /** Whether nothing of the file can be read for it. */
  readonly fatal: boolean;
}

type Words = readonly [text: string, fix: string];

const NO_TAGS: Words = ['tags ("!something") are not supported here', 'take it out'];
const STANDS_TWICE: Words = ['this key stands twice in one mapping', 'keep one of the two'];
const DEEP: Words = ['it is nested deeper than any such file', 'look whether this is the right file'];

/** The syntax errors that people make. */
const KNOWN: Readonly<Record<string, Words>> = {
  TAB_AS_INDENT: ['there is a tab in the indentation', 'indent with spaces: YAML allows nothing else there'],
  MULTILINE_IMPLICIT_KEY: [
    'this is not "key: value"',
    'write a colon with a space after it, and look at the indentation',
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    'a second ": " in one line, or a line that is indented under a value',
    'put text with ": " in quotes, or mend the indentation',
  ],
  BAD_INDENT: [
    'the indentation does not fit, or a bracket is not closed',
    'indent what belongs together alike, and close the bracket',
  ],
  MISSING_CHAR: ['a quote or a bracket is not closed, or a comma is missing', 'close it'],
  MULTIPLE_DOCS: ['a second document begins here ("---")', 'write one document into each file'],
  BAD_SCALAR_START: ['a value cannot begin with this character', 'put the value in quotes'],
  BAD_DIRECTIVE: ['a line that begins with "%" is a directive of YAML; there are none here', 'take it out'],
  BAD_DQ_ESCAPE: ['there is no such escape in double quotes', 'write "\\\\" for a backslash, or use single quotes'],
  TAG_RESOLVE_FAILED: NO_TAGS,
};

/** What the parser found. Its own words are left out: they quote what it stumbled over, which may be a password. */
export function problemsOfSyntax(errors: readonly YAMLError[]): YamlProblem[] {
  const deep = errors.find(({ message }) => /call stack/i.test(message));
  if (deep !== undefined) return [tooDeep(deep.pos[0])];
  return errors.map(({ code, pos: [offset] }) =>
    problem(offset, KNOWN[code] ?? ['this is not valid YAML', 'put text with special characters in quotes'], true),
  );
}

/** Nested deeper than the stack allows. */
export function tooDeep(offset: number): YamlProblem {
  return problem(offset, DEEP, true);
}

/** What is YAML and yet has no place in such a file: keys that stand twice, keys that are no names, tags. */
export function problemsOfContent(document: Document): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const complain = (node: unknown, words: Words, fatal = true): void =>
    void problems.push(problem(offsetOf(node) ?? 0, words, fatal));
  visit(document, {
    Node: (_, node) => {
      if (node.tag !== undefined) complain(node, NO_TAGS);
    },
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) complain(key, ['a key must be a plain text', 'put it in quotes']);
        else if (key.value === '__proto__') complain(key, ['"__proto__" cannot be a name', 'choose another name']);
        else if (typeof key.value !== 'symbol' && seen.has(key.value)) complain(key, STANDS_TWICE, false);
        else seen.add(key.value);
      }
    },
  });
  return problems;
}

/** Where a node begins. */
export function offsetOf(node: unknown): number | undefined {
  const range = isNode(node) ? (node as Node).range : undefined;
  return range?.[0];
}

function problem(offset: number, [text, fix]: Words, fatal: boolean): YamlProblem {
  return { offset, text, fix, fatal };
}
