import { BEGINNING, keyOfDrover } from './drover';
import type { Drover } from './drover';
import type { CheckName, Tally } from './checks';
import { checked } from './checks';
import { Interned } from './interned';
import { hopeless } from './liveness';
import { Pairs } from './pairs';
import type { Setting } from './setting';
import { STARTS } from './starts';
import { StateTable } from './state-table';
import { successors } from './successors';
import type { Mover, Transition } from './transition';
import type { World } from './world';
import { keyOfWorld } from './world';

/** How one exploration ended. */
export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the beginning to the farthest state. */
  readonly depth: number;
  /** Nothing new was left when it ended: no bound of depth cut it off. */
  readonly isComplete: boolean;
  readonly ended: Readonly<Record<string, number>>;
  readonly counterExample: CounterExample | null;
}

export interface CounterExample {
  readonly check: CheckName | 'liveness';
  readonly how: string;
  readonly steps: readonly {
    readonly by: Mover;
    readonly what: string;
    readonly world: World;
    readonly drover: Drover;
  }[];
}

/** Goes on by itself once faults, people and others stop. */
const FAIR: readonly Mover[] = ['drover', 'rancher', 'time'];

/**
 * Explores one setting, breadth first, to the depth that is given: every state that any order of moves can lead to, each once.
 */
export function exploreSetting(setting: Setting, depthLimit: number, tally: Tally): Explored {
  const worlds = new Interned<World>(keyOfWorld);
  const drovers = new Interned<Drover>(keyOfDrover);
  const table = new StateTable();
  const fair = new Pairs();
  const ended: Record<string, number> = {};
  const endings: number[] = [];
  let transitions = 0;
  let depth = 0;
  let levelEnd = 1;
  table.add(worlds.numberOf(STARTS[setting.start]), drovers.numberOf(BEGINNING), -1, -1);
  const at = (state: number): { world: World; drover: Drover } => ({
    world: worlds.valueOf(table.worldOf(state)),
    drover: drovers.valueOf(table.droverOf(state)),
  });
  const result = (isComplete: boolean, counterExample: CounterExample | null): Explored => ({
    states: table.size,
    transitions,
    depth,
    isComplete,
    ended,
    counterExample,
  });
  const traceTo = (state: number, last?: Transition): CounterExample['steps'] => {
    const path: number[] = [];
    for (let one = state; table.parentOf(one) !== -1; one = table.parentOf(one)) path.unshift(one);
    const steps = path.map((one) => {
      const parent = at(table.parentOf(one));
      const step = successors(setting, parent.world, parent.drover)[table.ordinalOf(one)];
      if (step === undefined) throw new RangeError('the way to a state cannot be walked again');
      return step;
    });
    const start = { by: 'time' as const, what: 'the beginning', ...at(0) };
    return [start, ...steps, ...(last === undefined ? [] : [last])];
  };

  let state = 0;
  for (; state < table.size; state += 1) {
    if (state === levelEnd) {
      levelEnd = table.size;
      depth += 1;
      if (depth >= depthLimit) break;
    }
    const before = at(state);
    if (before.drover.verdict !== null || before.drover.at === 'parked') endings.push(state);
    if (before.drover.verdict !== null) ended[before.drover.verdict] = (ended[before.drover.verdict] ?? 0) + 1;
    const next = successors(setting, before.world, before.drover);
    transitions += next.length;
    for (const [ordinal, transition] of next.entries()) {
      const broken = checked(setting, before, transition, tally);
      if (broken !== null) return result(false, { ...broken, steps: traceTo(state, transition) });
      const to = table.add(worlds.numberOf(transition.world), drovers.numberOf(transition.drover), state, ordinal);
      if (to !== state && FAIR.includes(transition.by)) fair.add(state, to);
    }
  }
  const isComplete = state === table.size;
  if (!isComplete) return result(false, null);
  const lost = hopeless(table.size, fair, endings);
  if (lost === null) return result(true, null);
  const how = 'from here no verdict is reached any more, although nothing fails and nobody interferes';
  return result(true, { check: 'liveness', how, steps: traceTo(lost) });
}
