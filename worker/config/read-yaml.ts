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
  type YAMLMap,
} from 'yaml';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error';
import { offsetOf, problemsOfContent, problemsOfSyntax, tooDeep, type YamlProblem } from './yaml-problems';

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

/**
 * Reads YAML.
 *
 * @param name how messages call the file.
 * @throws ConfigurationError when it is not YAML, is empty, or is no mapping.
 */
export function readYaml(source: string, name: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const told = ({ offset, message }: YamlProblem): ConfigurationProblem => ({ where: at(offset), message });
  const refuse = (found: readonly YamlProblem[]): void => {
    if (found.some(({ fatal }) => fatal)) throw new ConfigurationError(found.map(told));
  };
  const document = shallow(() => parseDocument(source, { ...OPTIONS, lineCounter: lines }), refuse);
  refuse(problemsOfSyntax([...document.errors, ...document.warnings]));
  const contents = document.contents;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    throw new ConfigurationError([{ where: `${name}:1:1`, message: `the file is empty. ${EXAMPLE}` }]);
  }
  if (!isMap(contents)) {
    const found = isSeq(contents) ? 'a list' : 'a plain text';
    const message = `expected a mapping ("key: value" lines), found ${found}; is this the right file? ${EXAMPLE}`;
    throw new ConfigurationError([{ where: at(offsetOf(contents) ?? 0), message }]);
  }
  const pairsOf = keptIndex();
  const problems = shallow(() => problemsOfContent(document), refuse);
  refuse(problems);
  return {
    value: shallow(() => toValue(document, name), refuse),
    problems: problems.map(told),
    where: (path, options = {}) => at(locate(contents, path, options.atKey === true, pairsOf)),
  };
}

/** Keys are compared by ourselves: the parser takes the square of their number. It must not print what it finds, either. */
const OPTIONS = { prettyErrors: false, merge: true, uniqueKeys: false, logLevel: 'error' } as const;

/** Work that recurs into what is nested. */
function shallow<T>(work: () => T, refuse: (found: readonly YamlProblem[]) => void): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) refuse([tooDeep(0)]);
    throw error;
  }
}

/** The parser's own words are left out: they name what it could not find, which may be a password that begins with "*". */
function toValue(document: Document, name: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const isBomb = error instanceof Error && /excessive alias/i.test(error.message);
    const why = isBomb
      ? 'there are too many aliases of aliases'
      : 'one has no anchor ("&name") before it, or what is merged ("<<") is no mapping; put a text that begins with "*" in quotes';
    throw new ConfigurationError([{ where: name, message: `an anchor or alias cannot be resolved: ${why}` }]);
  }
}

/** Offset of what stands at `path`, or of the deepest thing on the way to it (a value that came by a merge, say). */
function locate(root: Node, path: readonly PropertyKey[], atKey: boolean, pairsOf: PairsOf): number {
  let node: unknown = root;
  let best = offsetOf(root) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(step));
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

type PairsOf = (map: YAMLMap) => ReadonlyMap<string, Pair>;

/** The pairs of a mapping by their keys, made once: a large one is asked for each of its keys. */
function keptIndex(): PairsOf {
  const kept = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map) => {
    const known = kept.get(map);
    if (known !== undefined) return known;
    const made = new Map(map.items.filter((item) => isPair(item)).map((pair) => [keyText(pair.key), pair]));
    kept.set(map, made);
    return made;
  };
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
