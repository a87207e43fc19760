import type { z } from 'zod';
import { nearest } from '../../cli/nearest';
import type { Problem } from '../../errors/invalid-input-error';
import { shown, shownPlace } from '../shown';
import { kindOf } from './pieces';
import type { YamlText } from './read-yaml';

/** What zod expects, in the words of YAML. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['object', 'a mapping ("key: value" lines)'],
  ['record', 'a mapping ("key: value" lines)'],
  ['array', 'a list, such as [qa]'],
]);

/** Unknown keys that are told of one mapping. */
const MOST_KEYS = 60;

/** What a finding of zod's means for the one who writes the file: one problem, or one for each unknown key. */
export function explainIssue(issue: z.core.$ZodIssue, file: YamlText): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.slice(0, MOST_KEYS).map((key) => ({
      where: file.where([...issue.path, key], { atKey: true }),
      text: named(issue.path, `there is no key ${shown(key)} here`),
      fix: fixOfKey(key, known),
    }));
  }
  const own = issue.code === 'invalid_key' ? issue.issues[0] : issue;
  if (own?.code === 'custom') {
    const atKey = issue.code === 'invalid_key' || own.params?.['atKey'] === true;
    const where = file.where(issue.path, { atKey });
    return [{ where, text: named(issue.path, own.message), fix: String(own.params?.['fix'] ?? '') }];
  }
  const { text, fix } = ofZod(issue, valueAt(file.value, issue.path));
  return [{ where: file.where(issue.path), text: named(issue.path, text), fix }];
}

/** The place within the file before what is wrong there: `services.storefront/web.policy`. */
function named(path: readonly PropertyKey[], text: string): string {
  return path.length === 0 ? text : `${path.map((step) => shownPlace(String(step))).join('.')}: ${text}`;
}

function fixOfKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const all = `known here: ${known.join(', ')}`;
  return near === undefined ? all : `did you mean ${near}? (${all})`;
}

function ofZod(issue: z.core.$ZodIssue, value: unknown): { text: string; fix: string } {
  if (issue.code === 'invalid_type') {
    const expected = KINDS.get(issue.expected) ?? `a ${issue.expected}`;
    return value === undefined
      ? { text: 'it is missing', fix: `write ${expected}` }
      : { text: `expected ${expected}, found ${kindOf(value)}`, fix: `write ${expected}` };
  }
  if (issue.code === 'too_small')
    return { text: 'it is empty', fix: 'put something into it; a key that is not needed may be left out' };
  return { text: 'it has not the form that is expected', fix: 'see the examples' };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, step) => (typeof current === 'object' && current !== null ? Reflect.get(current, step) : undefined),
    value,
  );
}
