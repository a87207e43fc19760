/** Numbers pairs of small numbers in the order in which they come: an open hash table over typed arrays, exact and compact. */
export class StateTable {
  #capacity = 1 << 16;
  #slots = new Int32Array(this.#capacity).fill(-1);
  #worlds = new Int32Array(this.#capacity);
  #drovers = new Int32Array(this.#capacity);
  #parents = new Int32Array(this.#capacity);
  #ordinals = new Int16Array(this.#capacity);
  size = 0;

  /**
   * @param parent the state that it was reached from, and the how-manieth of its transitions that was; -1 for the beginning
   * @returns the state's number: one below `size` as it was before, where it was there already
   */
  add(world: number, drover: number, parent: number, ordinal: number): number {
    if (this.size * 2 >= this.#capacity) this.#grow();
    let slot = this.#slotOf(world, drover);
    for (;;) {
      const found = this.#slots[slot] ?? -1;
      if (found === -1) break;
      if (this.#worlds[found] === world && this.#drovers[found] === drover) return found;
      slot = (slot + 1) & (this.#capacity - 1);
    }
    const state = this.size;
    this.#slots[slot] = state;
    this.#worlds[state] = world;
    this.#drovers[state] = drover;
    this.#parents[state] = parent;
    this.#ordinals[state] = ordinal;
    this.size += 1;
    return state;
  }

  worldOf(state: number): number {
    return this.#worlds[state] ?? -1;
  }

  droverOf(state: number): number {
    return this.#drovers[state] ?? -1;
  }

  parentOf(state: number): number {
    return this.#parents[state] ?? -1;
  }

  ordinalOf(state: number): number {
    return this.#ordinals[state] ?? -1;
  }

  #slotOf(world: number, drover: number): number {
    const mixed = Math.imul(world, 0x9e3779b1) ^ Math.imul(drover, 0x85ebca6b);
    return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 1) & (this.#capacity - 1);
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#worlds = copied(this.#worlds, new Int32Array(this.#capacity));
    this.#drovers = copied(this.#drovers, new Int32Array(this.#capacity));
    this.#parents = copied(this.#parents, new Int32Array(this.#capacity));
    this.#ordinals = copied(this.#ordinals, new Int16Array(this.#capacity));
    this.#slots = new Int32Array(this.#capacity).fill(-1);
    for (let state = 0; state < this.size; state += 1) {
      let slot = this.#slotOf(this.worldOf(state), this.droverOf(state));
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (this.#capacity - 1);
      this.#slots[slot] = state;
    }
  }
}

function copied<T extends Int32Array | Int16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
