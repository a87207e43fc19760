import type { z } from 'zod';
import { InvalidInputError, type Problem } from '../../errors/invalid-input-error';
import { readSmallFile } from '../read-small-file';
import { shownPlace } from '../shown';
import { explainIssue } from './explain-issue';
import type { YamlText } from './read-yaml';

/** Each is looked up in the file; of more than these not even the number is told. */
const MOST_ISSUES = 1000;

/** Why a file cannot be read, by the system's code. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'it may not be read by this user'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'it is a link that leads back to itself'],
  ['EAGAIN', 'it is a pipe that nobody writes to'],
  ['EFBIG', 'it is larger than such a file can be'],
]);

/**
 * The text of a file that somebody named.
 *
 * @param what it should hold, for messages: `a release`
 * @throws InvalidInputError where it cannot be read, or is no text
 */
export function textOfFile(path: string, what: string): string {
  const refuse = (text: string): never => {
    throw new InvalidInputError([{ where: shownPlace(path), text, fix: `name the file that describes ${what}` }]);
  };
  let text: string;
  try {
    text = readSmallFile(path);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
    return refuse(WORDS.get(code) ?? `it cannot be read (${code})`);
  }
  // What stands in place of bytes that are no UTF-8.
  return text.includes('\ufffd') ? refuse('it is not UTF-8 text') : text;
}

/** The content of a YAML text as a schema has it, and what is wrong with it: one or the other. */
export function contentOf<Schema extends z.ZodType>(
  file: YamlText,
  schema: Schema,
): { readonly content: z.output<Schema> | undefined; readonly problems: readonly Problem[] } {
  const parsed = schema.safeParse(file.value);
  if (parsed.success) return { content: parsed.data, problems: file.problems };
  const found = parsed.error.issues.slice(0, MOST_ISSUES).flatMap((issue) => explainIssue(issue, file));
  return { content: undefined, problems: [...file.problems, ...found] };
}
