import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error';

/** A YAML file that was read, and knows where each of its values stands. */
export interface YamlFile {
  /** The plain value: mappings, lists, scalars. */
  readonly value: unknown;
  /** Problems that did not keep it from being read: a key that stands twice. */
  readonly problems: readonly ConfigurationProblem[];
  /** `drover.yaml:12:5` of the value at `path` (of the key, where the value is a mapping or a list, or with `atKey`). */
  where(path: readonly PropertyKey[], options?: { readonly atKey?: boolean }): string;
}

const EXAMPLE =
  'A small one:\n    rancher: { url: https://rancher.example.com }\n    environments: { prod: { project: Production } }';

/** What to do about the syntax errors that people make; the rest shows the parser's own words. */
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
  TAG_RESOLVE_FAILED: 'tags ("!something") are not supported here; take it out',
  DUPLICATE_KEY: 'this key stands twice in one mapping; keep one of the two',
};

/**
 * Reads YAML.
 *
 * @param name how messages call the file.
 * @throws ConfigurationError when it is not YAML, is empty, or is no mapping.
 */
export function readYaml(source: string, name: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    fatal: error.code !== 'DUPLICATE_KEY',
    problem: { where: at(error.pos[0]), message: FIXES[error.code] ?? `not valid YAML: ${error.message}` },
  }));
  const problems = syntax.map(({ problem }) => problem);
  if (syntax.some(({ fatal }) => fatal)) throw new ConfigurationError(problems);
  const contents = document.contents;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    throw new ConfigurationError([{ where: `${name}:1:1`, message: `the file is empty. ${EXAMPLE}` }]);
  }
  if (!isMap(contents)) {
    const found = isSeq(contents) ? 'a list' : 'a plain text';
    const message = `expected a mapping ("key: value" lines), found ${found}; is this the right file? ${EXAMPLE}`;
    throw new ConfigurationError([{ where: at(offsetOf(contents) ?? 0), message }]);
  }
  return {
    value: toValue(document, name),
    problems,
    where: (path, options = {}) => at(locate(contents, path, options.atKey === true)),
  };
}

function toValue(document: Document, name: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([{ where: name, message: `an anchor or alias cannot be resolved: ${why}` }]);
  }
}

/** Offset of what stands at `path`, or of the deepest thing on the way to it (a value that came by a merge, say). */
function locate(root: Node, path: readonly PropertyKey[], atKey: boolean): number {
  let node: unknown = root;
  let best = offsetOf(root) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => isPair(item) && keyText(item.key) === String(step));
      if (pair === undefined) return best;
      const useKey = isCollection(pair.value) || (atKey && index === path.length - 1);
      best = (useKey ? offsetOf(pair.key) : (offsetOf(pair.value) ?? offsetOf(pair.key))) ?? best;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      best = offsetOf(node) ?? best;
    } else {
      return best;
    }
  }
  return best;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function offsetOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}
