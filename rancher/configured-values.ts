import { LosslessNumber } from 'lossless-json';
import { MOST_SECRETS } from './redact';

/** Fields of a service, a launch configuration or what is posted, all of whose texts may be secret. */
const SECRET_FIELDS: readonly string[] = ['environment', 'metadata', 'userdata', 'build', 'lxcConf', 'storageOpt'];
/** Fields that hold command lines. */
const COMMANDS: readonly string[] = ['command', 'entryPoint', 'healthCmd'];
/** An option that is followed by what it must not show. */
const SECRET_OPTION = /^--?[\w-]*(?:pass|pwd|secret|token|key|auth|cred)[\w-]*$/i;
/** Labels that Rancher and Drover write themselves say nothing secret, and messages are of more use with them. */
const OPEN_LABEL = /^io\.(?:rancher|drover)\./;
/** Longer values are hidden as a whole only. */
const LONGEST_TAKEN_APART = 100_000;
/** A part of a value is looked for by itself only from so many characters on: shorter ones are words. */
const LEAST_PART = 6;

/**
 * Every text of a service's configuration that no message may repeat: values of environment variables, labels and metadata, userdata,
 * options of log drivers, passwords in command lines and health checks; found at any depth, former configurations included. What such
 * a value is made of (JSON, `key=value`, a URL with credentials, lines) counts by itself too. Of a service that hides more than
 * {@link MOST_SECRETS} only so many and one are given: a redactor then shows nothing at all.
 */
export function configuredValues(json: unknown): string[] {
  const found: string[] = [];
  for (const text of textsOf(json)) {
    found.push(text);
    if (found.length > MOST_SECRETS) break;
  }
  return found;
}

function* textsOf(json: unknown): Generator<string> {
  if (Array.isArray(json)) for (const item of json) yield* textsOf(item);
  for (const [key, value] of Object.entries(mapOf(json))) {
    if (SECRET_FIELDS.includes(key)) yield* partsOf(textsIn(value));
    else if (key === 'labels')
      for (const [label, text] of Object.entries(mapOf(value)))
        yield* partsOf(OPEN_LABEL.test(label) ? [] : textsIn(text));
    else if (key === 'logConfig') yield* partsOf(textsIn(mapOf(value)['config']));
    else if (COMMANDS.includes(key)) yield* ofCommand([...textsIn(value)]);
    // The first line says what is asked for; headers, with credentials perhaps, come after it.
    else if (key === 'requestLine' && typeof value === 'string') yield* partsOf(value.split(/\r?\n/).slice(1));
    else yield* textsOf(value);
  }
}

function* partsOf(values: Iterable<string>): Generator<string> {
  for (const value of values) yield* withParts(value);
}

/** A value and what it is made of. */
export function withParts(value: string): string[] {
  if (value.length > LONGEST_TAKEN_APART) return [value];
  const parts = [
    ...leavesOf(value),
    ...value.split(/\r?\n/).flatMap((line) => [line, line.replace(/^[^=:]*[=:]/, '')]),
    ...[...value.matchAll(/[=:]\s*["']?([^\s"'&;,]+)/g)].map((match) => match[1] ?? ''),
    ...[...value.matchAll(/\/\/([^\s/:@]*):([^\s/@]+)@/g)].flatMap(([, user = '', password = '']) => [user, password]),
  ].map((part) => part.trim());
  return [value, ...new Set(parts.filter((part) => part.length >= LEAST_PART && part !== value))];
}

function* ofCommand(words: readonly string[]): Generator<string> {
  for (const [index, word] of words.entries()) {
    const assigned = /^[\w-]+=(.+)$/s.exec(word)?.[1];
    if (assigned !== undefined) yield* withParts(assigned);
    else if (SECRET_OPTION.test(words[index - 1] ?? '')) yield* withParts(word);
  }
}

/** The texts in a value that is JSON itself. */
function leavesOf(value: string): string[] {
  if (!/^\s*[[{]/.test(value)) return [];
  try {
    return [...textsIn(JSON.parse(value))];
  } catch {
    return [];
  }
}

function* textsIn(json: unknown): Generator<string> {
  if (typeof json === 'string') yield json;
  else if (json instanceof LosslessNumber) yield json.value;
  else if (Array.isArray(json)) for (const item of json) yield* textsIn(item);
  else for (const value of Object.values(mapOf(json))) yield* textsIn(value);
}

function mapOf(json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof LosslessNumber) return {};
  return json as Record<string, unknown>;
}
