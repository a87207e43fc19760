import { z } from 'zod';
import { readSecretSpelling, SECRET_FORM, type SecretSpelling } from '../../credentials/secret-spelling';
import { DURATION_FORM, parseDuration } from './duration';
import { whyBadFileVersion } from '../../decision/file-version';
import { nearest } from './nearest';

// The building blocks of `schema.ts`. Each says in its own words what is wrong and how to mend it, so that nobody has to
// know zod. A message never repeats a value that could be a secret. Each describes what it expects, for the reference of all keys.

/** A mapping that knows its keys. Left empty (`policy:` and nothing below it) it is taken as `{}`. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const strict = z.strictObject(shape, {
    // `explain-issue.ts` makes one problem of each key, and needs the known ones.
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
  return z.preprocess((value) => (value === null ? {} : value), strict);
}

/** A mapping from names of the user's own choice. */
export function named<Value extends z.ZodType>(value: Value, whyBadName: (name: string) => string | undefined) {
  const mapping = z.record(z.string(), value).superRefine((entries, context) => {
    for (const name of Object.keys(entries)) {
      const wrong = whyBadName(name);
      if (wrong !== undefined)
        context.addIssue({ code: 'custom', message: wrong, path: [name], params: { atKey: true } });
    }
  });
  return z.preprocess((given) => (given === null ? {} : given), mapping);
}

/** A duration in milliseconds, within bounds. */
export function duration(min: string, max: string) {
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return z
    .unknown()
    .transform((value, context): number => {
      const fail = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (typeof value === 'number') {
        return fail(
          `expected ${DURATION_FORM}, found the bare number ${value}; add the unit: ${value}s for seconds, ${value}ms for milliseconds`,
        );
      }
      if (typeof value !== 'string') return fail(`expected ${DURATION_FORM}, found ${kindOf(value)}`);
      const millis = parseDuration(value);
      if (millis === undefined) return fail(`${quote(value)} is no duration; write ${DURATION_FORM}`);
      if (millis < least || millis > most)
        return fail(`${quote(value)} is out of bounds; it must be from ${min} to ${max}`);
      return millis;
    })
    .describe(`a duration, ${min} to ${max}`);
}

/** A whole number within bounds. */
export function count(min: number, max: number) {
  return z
    .unknown()
    .transform((value, context): number => {
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
      const found = typeof value === 'number' ? String(value) : kindOf(value);
      context.addIssue({ code: 'custom', message: `expected a whole number from ${min} to ${max}, found ${found}` });
      return z.NEVER;
    })
    .describe(`a whole number, ${min} to ${max}`);
}

/** The version of the file. */
export function fileVersion() {
  return z
    .unknown()
    .transform((value, context): number => {
      const wrong = whyBadFileVersion(value);
      if (wrong === null) return Number(value);
      context.addIssue({ code: 'custom', message: `${wrong.text}; ${wrong.fix}` });
      return z.NEVER;
    })
    .describe('`1`');
}

/** True or false. */
export function flag() {
  return z
    .unknown()
    .transform((value, context): boolean => {
      if (typeof value === 'boolean') return value;
      const hint =
        typeof value === 'string' && /^(yes|on|no|off)$/i.test(value) ? ' (YAML 1.2 knows no yes, no, on and off)' : '';
      context.addIssue({ code: 'custom', message: `expected true or false, found ${kindOf(value)}${hint}` });
      return z.NEVER;
    })
    .describe('true or false');
}

/** One of a few words. */
export function choice<const Words extends readonly string[]>(words: Words) {
  return z
    .unknown()
    .transform((value, context): Words[number] => {
      const found = words.find((word) => word === value);
      if (found !== undefined) return found;
      const near = typeof value === 'string' ? nearest(value, words) : undefined;
      const shown = typeof value === 'string' ? quote(value) : kindOf(value);
      context.addIssue({
        code: 'custom',
        message: `expected one of ${words.join(', ')}, found ${shown}${near === undefined ? '' : `; did you mean ${near}?`}`,
      });
      return z.NEVER;
    })
    .describe(words.map((word) => `\`${word}\``).join(', '));
}

/** A piece of text. `whyBad` tells what is wrong with it. */
export function text(what: string, whyBad: (value: string) => string | undefined = () => undefined) {
  return z
    .unknown()
    .transform((value, context): string => {
      const fail = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (typeof value === 'number' || typeof value === 'boolean') {
        return fail(`expected ${what}, found ${kindOf(value)}; put it in quotes: "${String(value)}"`);
      }
      if (typeof value !== 'string') return fail(`expected ${what}, found ${kindOf(value)}`);
      if (value.trim() === '') return fail(`expected ${what}, found an empty text`);
      const wrong = whyBad(value);
      return wrong === undefined ? value : fail(wrong);
    })
    .describe(what);
}

/** Where a secret comes from (see {@link SecretSpelling}); never the secret itself. */
export function secret() {
  return z
    .unknown()
    .transform((value, context): SecretSpelling => {
      const read = readSecretSpelling(value, parseDuration);
      if ('spelling' in read) return read.spelling;
      const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
      const found =
        isMapping || typeof value === 'string' || typeof value === 'number' ? '' : `, found ${kindOf(value)}`;
      context.addIssue({ code: 'custom', message: `${read.wrong}${found}` });
      return z.NEVER;
    })
    .describe(SECRET_FORM);
}

/** What was found, in words; for text and numbers their kind only, since they may be secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? 'a number' : 'a text';
}

/** Text in quotes, cut to a bearable length. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
