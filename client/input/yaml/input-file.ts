import type { z } from 'zod';
import { InvalidInputError, type Problem } from '../../errors/invalid-input-error';
import { readSmallFile } from '../read-small-file';
import { shownPlace } from '../shown';
import { explainIssue } from './explain-issue';
import type { YamlText } from './read-yaml';

/** Each is looked up in the file; nobody reads more of them. */
const MOST_TOLD = 50;

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
  const found = parsed.error.issues.slice(0, MOST_TOLD).flatMap((issue) => explainIssue(issue, file));
  return { content: undefined, problems: [...file.problems, ...found] };
}

/**
 * Tells the problems of a file from its top to its bottom, and of very many the first.
 *
 * @throws InvalidInputError always
 */
export function refuseFile(problems: readonly Problem[]): never {
  const sorted = [...problems].sort((one, other) => placeOf(one) - placeOf(other));
  const more = sorted.length - MOST_TOLD;
  const told = sorted.slice(0, MOST_TOLD);
  const last = told.at(-1);
  if (more > 0 && last !== undefined)
    told.push({ where: last.where, text: `… and ${more} more problems below`, fix: 'mend these first' });
  throw new InvalidInputError(told);
}

function placeOf({ where }: Problem): number {
  const match = /:(\d+):(\d+)$/.exec(where);
  return Number(match?.[1] ?? 0) * 10_000 + Number(match?.[2] ?? 0);
}
