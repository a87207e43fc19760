import type { z } from 'zod';
import type { ConfigurationProblem } from './configuration-error';
import type { YamlFile } from './read-yaml';
import { kindOf, quote } from './schema-pieces';
import { nearest } from './nearest';

/** What zod expects, in the words of YAML. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['object', 'a mapping'],
  ['record', 'a mapping'],
  ['array', 'a list, such as [prod]'],
]);

/** Unknown keys that are told of one mapping. */
const MOST_KEYS = 60;

/** What a finding of zod's means for the one who writes the file: one problem, or one for each unknown key. */
export function explainIssue(issue: z.core.$ZodIssue, file: YamlFile): ConfigurationProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.slice(0, MOST_KEYS).map((key) => ({
      where: file.where([...issue.path, key], { atKey: true }),
      message: `${[...issue.path.map(String), ''].join('.')}${unknownKey(key, known)}`,
    }));
  }
  const atKey = issue.code === 'custom' && issue.params?.['atKey'] === true;
  const message = issue.code === 'custom' ? issue.message : ofZod(issue, valueAt(file.value, issue.path));
  const name = issue.path.map(String).join('.');
  return [{ where: file.where(issue.path, { atKey }), message: name === '' ? message : `${name}: ${message}` }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const hint =
    near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}? (known here: ${known.join(', ')})`;
  const quoted = quote(key);
  const bare = quoted.slice(1, -1);
  // What nobody could see needs its quotes.
  return `${bare === bare.trim() && bare !== '' ? bare : quoted}: unknown key; ${hint}`;
}

function ofZod(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type') {
    const expected = KINDS.get(issue.expected);
    return `expected ${expected ?? `a ${issue.expected}`}, found ${kindOf(value)}`;
  }
  return issue.code === 'too_small' ? 'the list is empty; name something, or leave the key out' : issue.message;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, step) => (typeof current === 'object' && current !== null ? Reflect.get(current, step) : undefined),
    value,
  );
}
