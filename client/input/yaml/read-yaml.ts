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
import { InvalidInputError, type Problem } from '../../errors/invalid-input-error';
import { refuseFile } from './refuse-file';
import { offsetOf, problemsOfContent, problemsOfSyntax, tooDeep, type YamlProblem } from './yaml-problems';

// A worker reads its configuration in the same way (`worker/config/read-yaml.ts`); neither folder may import the other.

/** A YAML text that was read, and knows where each of its values stands. */
export interface YamlText {
  /** The plain value: mappings, lists, scalars. */
  readonly value: unknown;
  /** Problems that did not keep it from being read: a key that stands twice. */
  readonly problems: readonly Problem[];
  /** `release.yaml:12:5` of the value at `path` (of the key, where the value is a mapping or a list, or with `atKey`). */
  where(path: readonly PropertyKey[], options?: { readonly atKey?: boolean }): string;
}

/**
 * Reads YAML.
 *
 * @param name how messages call the file
 * @param example a small one, for those who gave something else
 * @throws InvalidInputError when it is not YAML, is empty, or is no mapping
 */
export function readYaml(source: string, name: string, example: string): YamlText {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const told = ({ offset, text, fix }: YamlProblem): Problem => ({ where: at(offset), text, fix });
  const refuse = (found: readonly YamlProblem[]): void => {
    if (found.some(({ fatal }) => fatal)) refuseFile(found.map(told));
  };
  const document = shallow(() => parseDocument(source, { ...OPTIONS, lineCounter: lines }), refuse);
  refuse(problemsOfSyntax([...document.errors, ...document.warnings]));
  const contents = document.contents;
  const fix = `write a mapping ("key: value" lines), such as: ${example}`;
  if (contents === null || (isScalar(contents) && contents.value === null))
    throw new InvalidInputError([{ where: `${name}:1:1`, text: 'the file is empty', fix }]);
  if (!isMap(contents)) {
    const text = `expected a mapping, found ${isSeq(contents) ? 'a list' : 'a plain text'}; is this the right file?`;
    throw new InvalidInputError([{ where: at(offsetOf(contents) ?? 0), text, fix }]);
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
    const text = isBomb
      ? 'there are too many aliases of aliases'
      : 'an alias has no anchor ("&name") before it, or what is merged ("<<") is no mapping';
    const fix = isBomb ? 'write out what they stand for' : 'put a text that begins with "*" in quotes';
    throw new InvalidInputError([{ where: name, text, fix }]);
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
