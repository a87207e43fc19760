import type { Pairs } from './pairs';

/**
 * The first state from which no ending can be reached over the steps that go on by themselves; null when there is none. In a finite
 * graph that is the same as: every set of states that such steps never leave is an ending, so that whatever is fair ends.
 *
 * @param states how many there are
 * @param steps those that go on when faults, people and others stop
 * @param endings states with a verdict, or in which the deployment is parked and waits for a person
 */
export function hopeless(states: number, steps: Pairs, endings: readonly number[]): number | null {
  // The steps by where they lead to: counted, then placed.
  const firsts = new Int32Array(states + 1);
  for (let index = 0; index < steps.size; index += 1) {
    const to = steps.toOf(index);
    firsts[to + 1] = (firsts[to + 1] ?? 0) + 1;
  }
  for (let state = 0; state < states; state += 1) firsts[state + 1] = (firsts[state + 1] ?? 0) + (firsts[state] ?? 0);
  const filled = firsts.slice();
  const sources = new Int32Array(steps.size);
  for (let index = 0; index < steps.size; index += 1) {
    const to = steps.toOf(index);
    const place = filled[to] ?? 0;
    sources[place] = steps.fromOf(index);
    filled[to] = place + 1;
  }
  const hasHope = new Uint8Array(states);
  const queue = [...endings];
  for (const state of queue) hasHope[state] = 1;
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (let place = firsts[state] ?? 0; place < (firsts[state + 1] ?? 0); place += 1) {
      const source = sources[place] ?? -1;
      if (source < 0 || hasHope[source] === 1) continue;
      hasHope[source] = 1;
      queue.push(source);
    }
  }
  const lost = hasHope.indexOf(0);
  return lost === -1 ? null : lost;
}
