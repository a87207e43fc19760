import { LosslessNumber, parse, stringify } from 'lossless-json';

/** A JSON value as Drover holds it: ordinary safe integers are JS numbers, every other number keeps its own text. */
export type JsonValue = null | boolean | number | string | LosslessNumber | JsonValue[] | JsonObject;

/** A JSON object. Any key may occur as an own key, `__proto__` included. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/**
 * Reads a number so that it can be written back as it came: a JS number where its text survives the trip, else a
 * LosslessNumber (1.0, 1e400, -0, integers beyond 2^53).
 */
function readNumber(text: string): number | LosslessNumber {
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : new LosslessNumber(text);
}

/**
 * Parses JSON text without losing a digit.
 *
 * @throws SyntaxError when the text is not JSON (also when it is nested deeper than the stack allows). The error quotes
 * nothing of the text, since a reply of Rancher holds the values of environment variables.
 */
export function parseJson(text: string): JsonValue {
  let position: string | undefined;
  try {
    return parse(text, null, readNumber) as JsonValue;
  } catch (error) {
    position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  }
  throw new SyntaxError(position === undefined ? 'not valid JSON' : `not valid JSON at position ${position}`);
}

/** Writes JSON text: the same value that {@link parseJson} read, numbers in their own digits. */
export function stringifyJson(value: JsonValue): string {
  return stringify(value) ?? 'null';
}

/** Whether a value is a JSON object (no list, no number in disguise, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber);
}

/** An own key's value; undefined where it is missing (never something inherited, such as `constructor`). */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
