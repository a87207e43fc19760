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

/** Rancher's own JSON is nested a dozen deep; everything that reads it recurs into it. */
const MOST_DEPTH = 200;
/** Values (a page of a thousand services has a million); each takes many times the memory of its text. */
const MOST_VALUES = 2_000_000;

/**
 * Parses JSON text without losing a digit.
 *
 * @throws ExcessiveJsonError for what is nested deeper than 200 or holds more than two million values; SyntaxError when the text is not
 * JSON. Neither quotes anything of the text, since a reply of Rancher holds the values of environment variables.
 */
export function parseJson(text: string): JsonValue {
  refuseExcess(text);
  let position: string | undefined;
  try {
    return parse(text, null, readNumber) as JsonValue;
  } catch (error) {
    position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  }
  throw new SyntaxError(position === undefined ? 'not valid JSON' : `not valid JSON at position ${position}`);
}

/** JSON, perhaps, but more of it than can be held. */
export class ExcessiveJsonError extends SyntaxError {
  override name = 'ExcessiveJsonError' as const;
}

function refuseExcess(text: string): void {
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === ',') values += 1;
    else if (character === '[' || character === '{') {
      depth += 1;
      values += 1;
      if (depth > MOST_DEPTH) throw new ExcessiveJsonError(`nested deeper than ${MOST_DEPTH}`);
    } else if (character === ']' || character === '}') depth -= 1;
  }
  if (values > MOST_VALUES) throw new ExcessiveJsonError(`more than ${MOST_VALUES} values`);
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
