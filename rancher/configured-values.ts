import { LosslessNumber } from 'lossless-json';

/** Fields of a service, a launch configuration or what is posted, all of whose texts may be secret. */
const SECRET_FIELDS: readonly string[] = ['environment', 'metadata', 'userdata', 'build', 'lxcConf', 'storageOpt'];
/** Fields that hold command lines. */
const COMMANDS: readonly string[] = ['command', 'entryPoint', 'healthCmd'];
/** An option that is followed by what it must not show. */
const SECRET_OPTION = /^--?[\w-]*(?:pass|pwd|secret|token|key|auth|cred)[\w-]*$/i;
/** Labels that Rancher and Drover write themselves say nothing secret, and messages are of more use with them. */
const OPEN_LABEL = /^io\.(?:rancher|drover)\./;
/** A part of a value is looked for by itself only from so many characters on: shorter ones are words. */
const LEAST_PART = 6;

/**
 * Every text of a service's configuration that no message may repeat: values of environment variables, labels and metadata, userdata,
 * options of log drivers, passwords in command lines and health checks; found at any depth, former configurations included. What such
 * a value is made of (JSON, `key=value`, a URL with credentials, lines) counts by itself too.
 */
export function configuredValues(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(configuredValues);
  return Object.entries(mapOf(json)).flatMap(([key, value]) => {
    if (SECRET_FIELDS.includes(key)) return textsIn(value).flatMap(withParts);
    if (key === 'labels') return Object.entries(mapOf(value)).flatMap(([label, text]) => ofLabel(label, text));
    if (key === 'logConfig') return textsIn(mapOf(value)['config']).flatMap(withParts);
    if (COMMANDS.includes(key)) return ofCommand(textsIn(value));
    // The first line says what is asked for; headers, with credentials perhaps, come after it.
    if (key === 'requestLine' && typeof value === 'string') return value.split(/\r?\n/).slice(1).flatMap(withParts);
    return configuredValues(value);
  });
}

/** A value and what it is made of. */
export function withParts(value: string): string[] {
  const parts = [
    ...leavesOf(value),
    ...value.split(/\r?\n/).flatMap((line) => [line, line.replace(/^[^=:]*[=:]/, '')]),
    ...[...value.matchAll(/[=:]\s*["']?([^\s"'&;,]+)/g)].map((match) => match[1] ?? ''),
    ...[...value.matchAll(/\/\/([^\s/:@]*):([^\s/@]+)@/g)].flatMap(([, user = '', password = '']) => [user, password]),
  ].map((part) => part.trim());
  return [value, ...new Set(parts.filter((part) => part.length >= LEAST_PART && part !== value))];
}

function ofLabel(label: string, text: unknown): string[] {
  return OPEN_LABEL.test(label) ? [] : textsIn(text).flatMap(withParts);
}

function ofCommand(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const assigned = /^[\w-]+=(.+)$/s.exec(word)?.[1];
    if (assigned !== undefined) return withParts(assigned);
    return SECRET_OPTION.test(words[index - 1] ?? '') ? withParts(word) : [];
  });
}

/** The texts in a value that is JSON itself. */
function leavesOf(value: string): string[] {
  if (!/^\s*[[{]/.test(value)) return [];
  try {
    return textsIn(JSON.parse(value));
  } catch {
    return [];
  }
}

function textsIn(json: unknown): string[] {
  if (typeof json === 'string') return [json];
  if (json instanceof LosslessNumber) return [json.value];
  if (Array.isArray(json)) return json.flatMap(textsIn);
  return Object.values(mapOf(json)).flatMap(textsIn);
}

function mapOf(json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof LosslessNumber) return {};
  return json as Record<string, unknown>;
}
