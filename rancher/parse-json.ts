import { LosslessNumber } from 'lossless-json';
import type { JsonObject, JsonValue } from './json';
import { stringifyJson } from './json';

/** Rancher's own JSON is nested a dozen deep; everything that reads it recurs into it. */
const MOST_DEPTH = 200;
/** Values (a page of a thousand services has a million); each takes many times the memory of its text. */
const MOST_VALUES = 2_000_000;

/** JSON, perhaps, but more of it than can be held. */
export class ExcessiveJsonError extends SyntaxError {
  override name = 'ExcessiveJsonError' as const;
}

/**
 * Parses JSON text without losing a digit. Texts are taken out of it whole: put together character by character, as lossless-json does,
 * they take forty times their size.
 *
 * @throws ExcessiveJsonError for what is nested deeper than 200 or holds more than two million values; SyntaxError when the text is not
 * JSON, or a key stands twice with different values. Neither quotes anything of the text, since a reply of Rancher holds the values of
 * environment variables.
 */
export function parseJson(text: string): JsonValue {
  return new Parser(text).parse();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [string, JsonValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];

class Parser {
  #at = 0;
  #values = 0;

  constructor(private readonly text: string) {}

  parse(): JsonValue {
    const value = this.#value(0);
    if (this.#at < this.text.length) throw this.#invalid();
    return value;
  }

  #value(depth: number): JsonValue {
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new ExcessiveJsonError(`more than ${MOST_VALUES} values`);
    if (depth > MOST_DEPTH) throw new ExcessiveJsonError(`nested deeper than ${MOST_DEPTH}`);
    this.#space();
    const value = this.#bare(depth);
    this.#space();
    return value;
  }

  #bare(depth: number): JsonValue {
    switch (this.text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      default: {
        const literal = this.#literal();
        return literal === undefined ? this.#number() : literal;
      }
    }
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.#at += 1;
    this.#space();
    if (this.#takes('}')) return object;
    do {
      this.#space();
      const from = this.#at;
      if (this.text[from] !== '"') throw this.#invalid();
      const key = this.#string();
      this.#space();
      if (!this.#takes(':')) throw this.#invalid();
      const value = this.#value(depth + 1);
      if (Object.hasOwn(object, key)) {
        if (stringifyJson(object[key] ?? null) !== stringifyJson(value)) throw this.#invalid(from);
      } else if (key === '__proto__') {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else object[key] = value;
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#invalid();
    return object;
  }

  #list(depth: number): JsonValue[] {
    const list: JsonValue[] = [];
    this.#at += 1;
    this.#space();
    if (this.#takes(']')) return list;
    do list.push(this.#value(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#invalid();
    return list;
  }

  #string(): string {
    const from = this.#at;
    let hasEscape = false;
    for (let at = from + 1; at < this.text.length; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code < 0x20) throw this.#invalid(at);
      if (code === 0x5c) {
        hasEscape = true;
        at += 1;
      } else if (code === 0x22) {
        this.#at = at + 1;
        return hasEscape ? this.#unescaped(from) : this.text.slice(from + 1, at);
      }
    }
    throw this.#invalid(this.text.length);
  }

  #unescaped(from: number): string {
    try {
      return String(JSON.parse(this.text.slice(from, this.#at)));
    } catch {
      throw this.#invalid(from);
    }
  }

  /** Null is a literal too: undefined where there is none. */
  #literal(): JsonValue | undefined {
    const first = this.text[this.#at];
    const found = LITERALS.find(([word]) => word[0] === first && this.text.startsWith(word, this.#at));
    if (found === undefined) return undefined;
    this.#at += found[0].length;
    return found[1];
  }

  /**
   * A number so that it can be written back as it came: a JS number where its text survives the trip, else a LosslessNumber (1.0, 1e400,
   * -0, integers beyond 2^53).
   */
  #number(): number | LosslessNumber {
    NUMBER.lastIndex = this.#at;
    const digits = NUMBER.exec(this.text)?.[0];
    if (digits === undefined) throw this.#invalid();
    this.#at += digits.length;
    const value = Number(digits);
    return Number.isSafeInteger(value) && String(value) === digits ? value : new LosslessNumber(digits);
  }

  #space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #takes(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #invalid(at = this.#at): SyntaxError {
    return new SyntaxError(`not valid JSON at position ${at}`);
  }
}
