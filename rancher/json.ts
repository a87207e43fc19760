import { LosslessNumber, stringify } from 'lossless-json';

export { ExcessiveJsonError, parseJson } from './parse-json';

/** A JSON value as Drover holds it: ordinary safe integers are JS numbers, every other number keeps its own text. */
export type JsonValue = null | boolean | number | string | LosslessNumber | JsonValue[] | JsonObject;

/** A JSON object. Any key may occur as an own key, `__proto__` included. */
export interface JsonObject {
  [key: string]: JsonValue;
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
