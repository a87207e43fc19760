/** Pairs of numbers, compactly: the steps between states. */
export class Pairs {
  #from = new Int32Array(1 << 16);
  #to = new Int32Array(1 << 16);
  size = 0;

  add(from: number, to: number): void {
    if (this.size === this.#from.length) {
      this.#from = doubled(this.#from);
      this.#to = doubled(this.#to);
    }
    this.#from[this.size] = from;
    this.#to[this.size] = to;
    this.size += 1;
  }

  fromOf(index: number): number {
    return this.#from[index] ?? -1;
  }

  toOf(index: number): number {
    return this.#to[index] ?? -1;
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
