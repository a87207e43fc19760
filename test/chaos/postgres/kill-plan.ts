import type { SeededRandom } from '../support/random';

/** What is killed with -9. `both`: PostgreSQL and Temporal at the same moment. */
export const KILLED = ['temporal', 'postgres', 'both', 'worker'] as const;
export type Killed = (typeof KILLED)[number];

/** One kill, decided before anything runs. */
export interface PlannedKill {
  readonly what: Killed;
  /** It waits until so many deployments were asked for: the kills are spread over the run. */
  readonly afterAsked: number;
  /** And then so long, milliseconds. */
  readonly delayMillis: number;
  /** From the death to the start, milliseconds. */
  readonly pauseMillis: number;
  /** Which of the workers, where it is one. */
  readonly worker: number;
}

/** One kill for so many deployments. */
const DEPLOYMENTS_EACH = 5;

/** The kills of a run: every kind equally often, in an order of the seed's own. */
export function planKills(random: SeededRandom, deployments: number, workers: number): PlannedKill[] {
  const count = Math.max(1, Math.floor(deployments / DEPLOYMENTS_EACH));
  let bag: Killed[] = [];
  return Array.from({ length: count }, (_, index) => {
    if (bag.length === 0) bag = shuffled(random, KILLED);
    const what = bag.pop() ?? 'both';
    return {
      what,
      afterAsked: Math.min(deployments, Math.floor((index + 0.6) * DEPLOYMENTS_EACH)),
      delayMillis: random.int(300, 2_500),
      pauseMillis: random.int(200, 4_000),
      worker: random.int(0, workers - 1),
    };
  });
}

function shuffled<T>(random: SeededRandom, items: readonly T[]): T[] {
  const left = [...items];
  const result: T[] = [];
  while (left.length > 0) result.push(...left.splice(random.int(0, left.length - 1), 1));
  return result;
}
