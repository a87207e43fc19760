/** A service of a release, and what has to be upgraded before it. */
export interface Participant {
  /** `environment/stack/service`, see {@link participantKey}. */
  readonly key: string;
  /** Keys of those that go before it. */
  readonly dependsOn: readonly string[];
  /** The wave that a person chose, from 1 on. Default: the first one after all that it depends on. */
  readonly wave?: number;
}

/** Why participants have no order. */
export type OrderProblem =
  | { readonly kind: 'duplicate-target'; readonly key: string }
  | { readonly kind: 'bad-wave'; readonly key: string; readonly wave: number }
  | { readonly kind: 'unknown-dependency'; readonly key: string; readonly dependency: string }
  /** Each depends on the next; the last is the first again. */
  | { readonly kind: 'cycle'; readonly path: readonly string[] }
  /** In the same wave or a later one. */
  | {
      readonly kind: 'dependency-in-later-wave';
      readonly key: string;
      readonly wave: number;
      readonly dependency: string;
      readonly dependencyWave: number;
    };

/** Waves, each of which may go at once when those before it are done; or everything that is wrong. */
export type ReleaseOrder =
  | { readonly ok: true; readonly waves: readonly (readonly string[])[] }
  | { readonly ok: false; readonly problems: readonly OrderProblem[] };

/** What a service is called within a release. */
export function participantKey(target: {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
}): string {
  return `${target.environment}/${target.stack}/${target.service}`;
}

/**
 * The order of a release. A participant goes in the wave that it names, else in the first one after all that it depends on; within a wave
 * the order is that of the list. A wave that nobody is in is left out.
 */
export function releaseOrder(participants: readonly Participant[]): ReleaseOrder {
  const byKey = new Map(participants.map((one) => [one.key, one]));
  const waveOf = waves(byKey);
  const problems = [...problemsOfEach(participants, byKey), ...cycles(byKey, waveOf), ...tooLate(participants, waveOf)];
  if (problems.length > 0) return { ok: false, problems };
  const numbers = [...new Set(waveOf.values())].sort((a, b) => a - b);
  const keys = [...byKey.keys()];
  return { ok: true, waves: numbers.map((number) => keys.filter((key) => waveOf.get(key) === number)) };
}

/** The order in which upgrades are finished: wave after wave. */
export function finishOrder(waves: readonly (readonly string[])[]): string[] {
  return waves.flat();
}

/** The waves in which upgrades are rolled back: the exact reverse, so that nothing runs without what it depends on. */
export function rollbackWaves(waves: readonly (readonly string[])[]): string[][] {
  return waves.map((wave) => [...wave].reverse()).reverse();
}

/** A problem in words, without where it stands. */
export function orderProblemText(problem: OrderProblem): string {
  switch (problem.kind) {
    case 'duplicate-target':
      return `${problem.key} is named twice in one release`;
    case 'bad-wave':
      return `${problem.key} is in wave ${problem.wave}; waves are whole numbers from 1 on`;
    case 'unknown-dependency':
      return `${problem.key} depends on ${problem.dependency}, which is not in this release`;
    case 'cycle':
      return problem.path.length === 2
        ? `${problem.path[0] ?? ''} depends on itself`
        : `these depend on each other in a circle: ${problem.path.join(' → ')}`;
    case 'dependency-in-later-wave':
      return `${problem.key} is in wave ${problem.wave} and depends on ${problem.dependency}, which is in wave ${problem.dependencyWave}; it must be in an earlier one`;
    default:
      return problem satisfies never;
  }
}

type ByKey = ReadonlyMap<string, Participant>;

function* problemsOfEach(participants: readonly Participant[], byKey: ByKey): Iterable<OrderProblem> {
  const [seen, told] = [new Set<string>(), new Set<string>()];
  for (const { key, dependsOn, wave } of participants) {
    if (seen.has(key) && !told.has(key)) {
      told.add(key);
      yield { kind: 'duplicate-target', key };
    }
    seen.add(key);
    if (wave !== undefined && !isWave(wave)) yield { kind: 'bad-wave', key, wave };
    for (const dependency of new Set(dependsOn))
      if (!byKey.has(dependency)) yield { kind: 'unknown-dependency', key, dependency };
  }
}

const isWave = (wave: number): boolean => Number.isSafeInteger(wave) && wave >= 1;

/** The wave of each participant; those that are in a circle, or wait for one, have none. */
function waves(byKey: ByKey): Map<string, number> {
  const found = new Map<string, number>();
  const needs = new Map(
    [...byKey].map(([key, { dependsOn }]) => [key, new Set(dependsOn.filter((other) => byKey.has(other)))]),
  );
  const ready = [...needs].filter(([, left]) => left.size === 0).map(([key]) => key);
  for (const key of ready) {
    const { dependsOn = [], wave } = byKey.get(key) ?? {};
    const after = Math.max(0, ...dependsOn.map((other) => found.get(other) ?? 0));
    found.set(key, wave !== undefined && isWave(wave) ? wave : after + 1);
    // What is appended here, the loop reaches.
    for (const [other, left] of needs) if (left.delete(key) && left.size === 0) ready.push(other);
  }
  return found;
}

/** Circles among those that have no wave, no participant in two of them: when these are mended, others may show. */
function cycles(byKey: ByKey, waveOf: ReadonlyMap<string, number>): OrderProblem[] {
  const problems: OrderProblem[] = [];
  const [over, told] = [new Set<string>(), new Set<string>()];
  const path: string[] = [];
  const visit = (key: string): void => {
    const at = path.indexOf(key);
    if (at >= 0) {
      const circle = path.slice(at);
      if (circle.some((one) => told.has(one))) return;
      circle.forEach((one) => told.add(one));
      problems.push({ kind: 'cycle', path: [...circle, key] });
      return;
    }
    if (over.has(key) || waveOf.has(key) || !byKey.has(key)) return;
    path.push(key);
    byKey.get(key)?.dependsOn.forEach(visit);
    path.pop();
    over.add(key);
  };
  [...byKey.keys()].forEach(visit);
  return problems;
}

/** Only a wave that a person chose can be too early. */
function tooLate(participants: readonly Participant[], waveOf: ReadonlyMap<string, number>): OrderProblem[] {
  return participants.flatMap(({ key, dependsOn, wave: chosen }) => {
    const wave = waveOf.get(key);
    if (wave === undefined || chosen !== wave) return [];
    return [...new Set(dependsOn)].flatMap((dependency): OrderProblem[] => {
      const dependencyWave = waveOf.get(dependency);
      if (dependencyWave === undefined || dependencyWave < wave) return [];
      return [{ kind: 'dependency-in-later-wave', key, wave, dependency, dependencyWave }];
    });
  });
}
