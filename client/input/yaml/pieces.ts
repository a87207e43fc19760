import { z } from 'zod';
import { whyBadFileVersion } from '../../../decision/file-version';
import { nearest } from '../../cli/nearest';
import { parseDuration } from '../duration';
import { shown } from '../shown';

// The building blocks of what a release or a pipeline file may hold. Each says what is wrong and what to do instead, so that nobody has to
// know zod; `explain-issue.ts` adds where. A value that could be a secret is never repeated.

/** What is wrong with a value, and what to write instead. */
export interface Wrong {
  readonly text: string;
  readonly fix: string;
}

/** A value that is judged as a whole: the value that is meant, or what is wrong with it. */
export function judged<Value>(judge: (value: unknown) => { readonly is: Value } | Wrong) {
  return z.unknown().transform((value, context): Value => {
    const judgement = judge(value);
    if ('is' in judgement) return judgement.is;
    addWrong(context, judgement);
    return z.NEVER;
  });
}

/** Adds a finding, at a place below the value that is judged where `path` says so. */
export function addWrong(
  context: z.core.$RefinementCtx,
  { text, fix }: Wrong,
  path: PropertyKey[] = [],
  atKey = false,
): void {
  context.addIssue({ code: 'custom', message: text, path, params: { fix, atKey } });
}

/** A mapping that knows its keys. Left empty (`policy:` and nothing below it) it is taken as `{}`. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const strict = z.strictObject(shape, {
    // `explain-issue.ts` makes one problem of each key, and needs the known ones.
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
  return z.preprocess((value) => (value === null ? {} : value), strict);
}

/** The version of the file. */
export function fileVersion() {
  return judged<number>((value) => whyBadFileVersion(value) ?? { is: Number(value) });
}

/** A mapping from names of the user's own choice. `judge` tells what is wrong with a name. */
export function named<Value extends z.ZodType>(value: Value, judge: (name: string) => Wrong | undefined) {
  const name = z.string().superRefine((given, context) => {
    const wrong = judge(given);
    if (wrong !== undefined) addWrong(context, wrong);
  });
  return z.preprocess((given) => (given === null ? {} : given), z.record(name, value));
}

/** A mapping from names to texts. `judge` tells what is wrong with one of them, at the name or at the text. */
export function texts(what: string, judge: (name: string, value: string) => (Wrong & { atKey?: boolean }) | undefined) {
  return z.unknown().transform((given, context): Readonly<Record<string, string>> => {
    if (given === null) return {};
    if (typeof given !== 'object' || given === undefined || Array.isArray(given)) {
      addWrong(context, { text: `expected a mapping, found ${kindOf(given)}`, fix: `write ${what}` });
      return z.NEVER;
    }
    const read: [string, string][] = [];
    for (const [name, value] of Object.entries(given as Readonly<Record<string, unknown>>)) {
      const wrong = typeof value === 'string' ? judge(name, value) : noText(value, what);
      if (wrong !== undefined) addWrong(context, wrong, [name], 'atKey' in wrong && wrong.atKey === true);
      else read.push([name, String(value)]);
    }
    return Object.fromEntries(read);
  });
}

/** A duration in milliseconds, within bounds. */
export function duration(min: string, max: string) {
  const [least = 0, most = 0] = [parseDuration(min, false), parseDuration(max, false)];
  const fix = `write a duration from ${min} to ${max}, such as 500ms, 30s, 10m, 1h30m or 7d`;
  return judged((value) => {
    if (typeof value === 'number')
      return {
        text: `expected a duration, found the bare number ${value}`,
        fix: `add the unit: ${value}s for seconds, ${value}m for minutes`,
      };
    if (typeof value !== 'string') return { text: `expected a duration, found ${kindOf(value)}`, fix };
    const millis = parseDuration(value, false);
    if (millis === undefined) return { text: `${shown(value)} is no duration`, fix };
    if (millis < least || millis > most) return { text: `${shown(value)} is out of bounds`, fix };
    return { is: millis };
  });
}

/** A whole number within bounds. */
export function count(min: number, max: number) {
  return judged((value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return { is: value };
    const found = typeof value === 'number' ? String(value) : kindOf(value);
    return { text: `expected a whole number, found ${found}`, fix: `write a whole number from ${min} to ${max}` };
  });
}

/** True or false. */
export function flag() {
  return judged((value) => {
    if (typeof value === 'boolean') return { is: value };
    const isOld = typeof value === 'string' && /^(yes|on|no|off)$/i.test(value);
    return {
      text: `expected true or false, found ${kindOf(value)}`,
      fix: `write true or false${isOld ? ' (YAML 1.2 knows no yes, no, on and off)' : ''}`,
    };
  });
}

/** One of a few words. */
export function choice<const Words extends readonly string[]>(words: Words) {
  return judged<Words[number]>((value) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return { is: found };
    const near = typeof value === 'string' ? nearest(value, words) : undefined;
    return {
      text: `expected one of ${words.join(', ')}, found ${typeof value === 'string' ? shown(value) : kindOf(value)}`,
      fix: near === undefined ? `write one of ${words.join(', ')}` : `did you mean ${near}?`,
    };
  });
}

/** A piece of text. `judge` tells what is wrong with it. */
export function text(what: string, judge: (value: string) => Wrong | undefined = () => undefined) {
  return judged((value): { is: string } | Wrong => {
    if (typeof value !== 'string') return noText(value, what);
    if (value.trim() === '') return { text: `expected ${what}, found an empty text`, fix: `write ${what}` };
    return judge(value) ?? { is: value };
  });
}

function noText(value: unknown, what: string): Wrong {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const fix = isScalar ? `put it in quotes: "${String(value)}"` : `write ${what}`;
  return { text: `expected ${what}, found ${kindOf(value)}`, fix };
}

/** A list with something in it. A single text is taken as a list of one. */
export function listOf<Value extends z.ZodType>(value: Value) {
  return z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(value).min(1));
}

/** What was found, in words; for text its kind only, since it may be secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? 'a number' : 'a text';
}
