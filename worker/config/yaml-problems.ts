import { isNode, isScalar, visit, type Document, type Node, type YAMLError } from 'yaml';

/** One thing that is wrong with a YAML file, and where: an offset into its text. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
  /** Whether nothing of the file can be read for it. */
  readonly fatal: boolean;
}

const NO_TAGS = 'tags ("!something") are not supported here; take it out';
const STANDS_TWICE = 'this key stands twice in one mapping; keep one of the two';
const DEEP = 'it is nested deeper than any configuration; is this the right file?';

/** What to do about the syntax errors that people make. */
const FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'there is a tab in the indentation; YAML allows only spaces there',
  MULTILINE_IMPLICIT_KEY:
    'this is not "key: value"; is a colon with a space after it missing, or the indentation wrong?',
  BLOCK_AS_IMPLICIT_KEY:
    'a second ": " in one line, or a line that is indented under a value; put text with ": " in quotes, or mend the indentation',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  MISSING_CHAR: 'a quote or a bracket is not closed, or a comma is missing',
  MULTIPLE_DOCS: 'a second document begins here ("---"); the file may hold one only',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes',
  BAD_DIRECTIVE: 'a line that begins with "%" is a directive of YAML; there are none here',
  BAD_DQ_ESCAPE: 'there is no such escape in double quotes; write "\\\\" for a backslash, or use single quotes',
  TAG_RESOLVE_FAILED: NO_TAGS,
};

/** The parser's messages that end in what it stumbled over. */
const QUOTES_SOURCE =
  /^(Block scalar header includes extra characters|Unexpected \S+ token in YAML (?:stream|document)).*$/s;

/** What the parser found. Of its own words only those that quote nothing: what it stumbles over may be a password. */
export function problemsOfSyntax(errors: readonly YAMLError[]): YamlProblem[] {
  const deep = errors.find(({ message }) => /call stack/i.test(message));
  if (deep !== undefined) return [tooDeep(deep.pos[0])];
  return errors.map(({ code, message, pos: [offset] }) => ({
    offset,
    message: FIXES[code] ?? `not valid YAML: ${message.replace(QUOTES_SOURCE, '$1')}`,
    fatal: true,
  }));
}

/** Nested deeper than the stack allows. */
export function tooDeep(offset: number): YamlProblem {
  return { offset, message: DEEP, fatal: true };
}

/** What is YAML and yet has no place in a configuration: keys that stand twice, keys that are no names, tags. */
export function problemsOfContent(document: Document): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const complain = (node: unknown, message: string, fatal = true): void =>
    void problems.push({ offset: offsetOf(node) ?? 0, message, fatal });
  visit(document, {
    Node: (_, node) => {
      if (node.tag !== undefined) complain(node, NO_TAGS);
    },
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) complain(key, 'a key must be a plain text');
        else if (key.value === '__proto__') complain(key, '"__proto__" cannot be a name here');
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
