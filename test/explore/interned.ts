/** Gives each distinct value one number and one object, so that a state is a pair of numbers. */
export class Interned<T extends object> {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<T, number>();
  readonly #values: T[] = [];

  constructor(private readonly keyOf: (value: T) => string) {}

  get size(): number {
    return this.#values.length;
  }

  numberOf(value: T): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const key = this.keyOf(value);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#values.length;
      this.#numbers.set(key, number);
      this.#values.push(value);
      this.#known.set(value, number);
    }
    return number;
  }

  valueOf(number: number): T {
    const value = this.#values[number];
    if (value === undefined) throw new RangeError(`there is no number ${number}`);
    return value;
  }
}
