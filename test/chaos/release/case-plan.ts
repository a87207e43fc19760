import { SeededRandom } from '../support/random';

/** Every way in which the seventh service of a release fails, or the release is called off. */
export const FAILURES = [
  'never-starts',
  'never-healthy',
  'crashes',
  'unschedulable',
  'refused-by-rancher',
  'moved-rollback',
  'moved-finish',
  'moved-upgrade',
  'moved-delete',
  'gate-fails',
  'busy',
  'parks',
  'cancelled',
] as const;
export type Failure = (typeof FAILURES)[number];

/** How somebody ends or resets a release by hand. */
export const HANDS = [
  { how: 'terminated', when: 'before' },
  { how: 'terminated', when: 'after' },
  { how: 'reset', when: 'before' },
  { how: 'reset', when: 'after' },
] as const;
export type Hand = (typeof HANDS)[number];

/** Something done to the processes, or by hand in Temporal: once Rancher has taken so many of Drover's actions, and a moment later. */
export interface PlannedStrike {
  readonly what: 'worker' | 'temporal' | 'lane' | 'deployment';
  readonly afterActions: number;
  readonly afterMillis: number;
  /** From the death to the start, milliseconds. */
  readonly pauseMillis: number;
  /** Which of several: a share from 0 to 1. */
  readonly pick: number;
}

/** A service of a release. */
export interface PlannedService {
  readonly name: string;
  /** From 1 on. */
  readonly wave: number;
  readonly dependsOn: readonly string[];
  readonly scale: number;
}

interface Common {
  readonly index: number;
  readonly seed: string;
  readonly workers: number;
  readonly strikes: readonly PlannedStrike[];
}

interface ReleasePlan extends Common {
  readonly services: readonly PlannedService[];
  readonly parallelism: number;
  /** A share from 0 to 1, for whoever steps in: how far the release has come then. */
  readonly progress: number;
  readonly pauseMillis: number;
}

export interface FailingRelease extends ReleasePlan {
  readonly kind: 'fails';
  readonly failure: Failure;
}

export interface GoodRelease extends ReleasePlan {
  readonly kind: 'good';
}

/** Somebody terminates or resets the workflow of a release. */
export interface HandledRelease extends ReleasePlan {
  readonly kind: 'by-hand';
  readonly hand: Hand;
  /** Of all workflow tasks so far, the one to which it is reset: a share from 0 to 1. */
  readonly resetTo: number;
}

/** Many requests for one service. */
export interface BusyLane extends Common {
  readonly kind: 'lane';
  readonly requests: readonly { readonly whenBusy: 'queue' | 'supersede'; readonly afterMillis: number }[];
}

export type CasePlan = FailingRelease | GoodRelease | HandledRelease | BusyLane;

export const SERVICES = 10;
/** The one that fails: the seventh. */
export const SEVENTH = 6;
const REQUESTS = 50;
/** From this share of the time on, nobody supersedes. */
const LATE = 0.75;

/** What the cases are, again and again: with kills where it ends in `+`. */
const ORDER = [
  'fails',
  'by-hand',
  'lane',
  'fails+',
  'good',
  'by-hand',
  'fails',
  'fails+',
  'by-hand',
  'good',
  'lane',
  'fails+',
] as const;

/** The case of one number: the same for a seed, whatever else is run. */
export function casePlan(seed: string, index: number): CasePlan {
  const random = new SeededRandom(seed).fork(`release/${index}`);
  const turn = ORDER[index % ORDER.length] ?? 'good';
  const common = { index, seed, workers: random.int(1, 2) };
  if (turn === 'lane') return busyLane(common, random);
  const release = {
    ...common,
    services: servicesOf(random.fork('services')),
    parallelism: random.pick([2, 4, 10]),
    progress: random.next(),
    pauseMillis: random.int(0, 1_500),
  };
  switch (turn) {
    case 'fails':
    case 'fails+': {
      const failures = shuffled(new SeededRandom(seed).fork('failures'), FAILURES);
      const failure = failures[countBefore(index, 'fails', 'fails+') % failures.length] ?? 'never-starts';
      const strikes = turn === 'fails' ? [] : strikesOf(random.fork('strikes'), 5, 12);
      return { ...release, kind: 'fails', failure, strikes };
    }
    case 'good':
      return { ...release, kind: 'good', strikes: strikesOf(random.fork('strikes'), 6, 19) };
    case 'by-hand': {
      const hands = shuffled(new SeededRandom(seed).fork('hands'), HANDS);
      const hand = hands[countBefore(index, 'by-hand') % hands.length] ?? HANDS[0];
      const strikes = random.chance(0.4) ? strikesOf(random.fork('strikes'), 6, 12).slice(0, 1) : [];
      return { ...release, kind: 'by-hand', hand, resetTo: random.next(), strikes };
    }
    default:
      throw new TypeError(`unknown turn ${String(turn satisfies never)}`);
  }
}

/** What a case is, in a word or two. */
export function kindOf(plan: CasePlan): string {
  switch (plan.kind) {
    case 'fails':
      return `${plan.failure}${plan.strikes.length > 0 ? ' under kills' : ''}`;
    case 'good':
      return 'good under kills';
    case 'by-hand':
      return `${plan.hand.how} ${plan.hand.when} its decision`;
    case 'lane':
      return `a lane of ${plan.requests.length} requests`;
    default:
      throw new TypeError(`unknown case ${String(plan satisfies never)}`);
  }
}

function countBefore(index: number, ...turns: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < index; at += 1) if (turns.includes(ORDER[at % ORDER.length] ?? '')) count += 1;
  return count;
}

/** Three or four waves; each service depends on one or two of the wave before its own. */
function servicesOf(random: SeededRandom): PlannedService[] {
  const waves = random.int(3, 4);
  const sizes = Array.from({ length: waves }, () => 1);
  for (let left = SERVICES - waves; left > 0; left -= 1) {
    const wave = random.int(0, waves - 1);
    sizes[wave] = (sizes[wave] ?? 0) + 1;
  }
  const services: PlannedService[] = [];
  sizes.forEach((size, before) => {
    const earlier = services.filter(({ wave }) => wave === before).map(({ name }) => name);
    for (let count = 0; count < size; count += 1)
      services.push({
        name: `s${String(services.length + 1).padStart(2, '0')}`,
        wave: before + 1,
        dependsOn: before === 0 ? [] : [...new Set([random.pick(earlier), random.pick(earlier)])],
        scale: random.int(1, 2),
      });
  });
  return services;
}

/** The first is sure to come; workers more often than Temporal. */
function strikesOf(random: SeededRandom, first: number, most: number): PlannedStrike[] {
  return Array.from({ length: random.int(1, 3) }, (_, at): PlannedStrike => {
    const fork = random.fork(`strike-${at}`);
    return {
      what: fork.chance(0.65) ? 'worker' : 'temporal',
      afterActions: fork.int(0, at === 0 ? first : most),
      ...{ afterMillis: fork.int(0, 800), pauseMillis: fork.int(0, 1_500), pick: fork.next() },
    };
  });
}

function busyLane(common: Omit<Common, 'strikes'>, random: SeededRandom): BusyLane {
  const supersedes = random.pick([0.05, 0.15, 0.4]);
  const within = random.pick([2_000, 10_000]);
  const requests = Array.from({ length: REQUESTS }, () => {
    const afterMillis = random.int(0, within);
    // The last ones queue: all of them run.
    const isLate = afterMillis > LATE * within;
    const whenBusy = random.chance(supersedes) && !isLate ? ('supersede' as const) : ('queue' as const);
    return { whenBusy, afterMillis };
  });
  const strikes = Array.from({ length: random.int(2, 4) }, (_, at): PlannedStrike => {
    const fork = random.fork(`strike-${at}`);
    return {
      what: at === 0 ? 'worker' : fork.pick(['worker', 'lane', 'deployment']),
      ...{ afterActions: fork.int(0, 16), afterMillis: fork.int(0, 1_500) },
      ...{ pauseMillis: fork.int(0, 1_000), pick: fork.next() },
    };
  });
  return { ...common, kind: 'lane', requests, strikes };
}

function shuffled<T>(random: SeededRandom, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
